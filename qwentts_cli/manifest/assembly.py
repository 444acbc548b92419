"""Rows and files to items: what is said, and the name of its output."""

from __future__ import annotations

import os
from array import array
from functools import lru_cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from qwentts_cli.dashscope.request import UNTUNED, Tuning
from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.item import NUMBERS, Item, OnEmpty
from qwentts_cli.manifest.output_names import (
    avoid_device_name,
    check_output,
    safe_stem,
    safe_value,
    with_extension,
)
from qwentts_cli.manifest.sources import leads_outside, outside_problem
from qwentts_cli.settings.schema import SETTINGS
from qwentts_cli.text.punctuation import is_speakable
from qwentts_cli.text.soundless import drop_soundless
from qwentts_cli.text.units import count_units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwentts_cli.manifest.item import ManifestOptions, Row, Rows
    from qwentts_cli.manifest.problems import Report
    from qwentts_cli.manifest.sources import Source
    from qwentts_cli.manifest.template import NameTemplate
    from qwentts_cli.text.reading.read import Reader

LEAST_DIGITS: Final = 4
_COUNTED_AT_ONCE: Final = 1 << 16  # characters
_NAMES: Final = frozenset({"id", "title", "voice", "model", "language"})
_NAMING: Final = frozenset({"output", "id", "file"})
_EMPTY: Final = "is empty: there is nothing in it to speak"
_NO_TEXT: Final = "has no text"


class FileCheck(NamedTuple):
    """What is wrong with a file of text, with a hint, and what is billed for it."""

    problem: tuple[str, str] | None
    characters: int = 0


class Assembler(Struct):
    """Makes items; what is wrong with one is reported, and the answer None.

    Items without any other name are called by their number in `digits` digits, and are kept in `numbered`.
    Where items without anything to speak are left out, `empty` has their places among the `seen`.
    `check_file` reads a file; without it all was looked at before, and is not again. `count` is the number of
    items so far, and `characters` what is billed for the texts of those that were looked at.
    """

    options: ManifestOptions
    template: NameTemplate | None
    report: Report
    digits: int = LEAST_DIGITS
    check_file: Callable[[Path], FileCheck] | None = None
    numbered: array[int] = field(default_factory=lambda: array("Q"))
    empty: set[int] = field(default_factory=set)
    seen: int = 0
    count: int = 0
    characters: int = 0

    def from_file(self, source: Source) -> Item | None:
        path = Path(source.name)
        if self._is_left_out():
            return None
        if problem := self._file_problem(path):
            self._refuse("", problem)
            return None
        try:
            output = self._output({"file": source.name}, source.tree, source)
        except ValueError as error:
            self.report(source.name, str(error))
            return None
        return Item(number=self.count, place=source.name, output=output, file=path)

    def from_row(self, row: Row, rows: Rows, source: Source) -> Item | None:
        if self._is_left_out():
            return None
        text, name = row.get("text"), row.get("file")
        file = PurePath(source.name).parent / name if name else None
        if name or not text or (self.check_file and not is_speakable(text)):
            problem = self._content_problem(text, Path(file) if file else None, source.path.parent)
            if problem:
                self._refuse(rows.place("file" if name else "text"), problem)
                return None
        elif self.check_file:
            self.characters += _count_sent(text)
        manner = self._manner(row, rows) if len(row) > 1 else {}  # alone is a text, as in most long lists
        if manner is None:
            return None
        try:
            output = self._output(row, _tree(name) if name else row.get("tree", ""), source)
        except ValueError as error:
            self.report(rows.place("output" if "output" in row else "id"), f"output: {error}")
            return None
        item = Item(
            number=self.count,
            place=rows.place(),
            output=output,
            text=None if file else text,
            file=Path(file) if file else None,
        )
        return replace(item, **manner) if manner else item

    def _manner(self, row: Row, rows: Rows) -> dict[str, Any] | None:
        """Return how it is called and spoken, as an item has it, or None after a problem was reported."""
        tuning = self._tuning(row, rows)
        if tuning is None:
            return None
        names = {field: value.strip() or None for field, value in row.items() if field in _NAMES}
        return names | {"instructions": row.get("instructions"), "tuning": tuning}

    def _tuning(self, row: Row, rows: Rows) -> Tuning | None:
        if row.keys().isdisjoint(NUMBERS):
            return UNTUNED
        given: dict[str, Any] = {}
        for name in NUMBERS:
            if typed := row.get(name, "").strip():
                try:
                    given[name] = SETTINGS[name].parse(typed)
                except ValueError as error:
                    self.report(rows.place(name), f"{name}: {error}")
                    return None
        return Tuning(**given)

    def _is_left_out(self) -> bool:
        self.seen += 1
        if self.seen in self.empty:
            return True
        self.count += 1
        return False

    def _refuse(self, place: str, problem: tuple[str, str]) -> None:
        """Report a problem, or leave the item out if it is only empty and that is wanted."""
        is_empty = problem[0].endswith((_EMPTY, _NO_TEXT))
        if is_empty and self.options.on_empty is OnEmpty.SKIP:
            self.empty.add(self.seen)
            self.count -= 1
        else:
            text, hint = problem
            self.report(
                place, text, hint or ("To leave such items out, add --on-empty skip." if is_empty else "")
            )

    def _content_problem(self, text: str | None, file: Path | None, folder: Path) -> tuple[str, str] | None:
        if text and file:
            return "the item has a text and a file: one of them is enough", ""
        if file and not self.options.allow_outside and leads_outside(file, folder):
            return outside_problem(file, folder)
        if file:
            return self._file_problem(file)
        return (f"the item {_NO_TEXT}" if text is None else f"the text {_EMPTY}"), ""

    def _file_problem(self, file: Path) -> tuple[str, str] | None:
        if not self.check_file:
            return None
        found = self.check_file(file)
        self.characters += found.characters
        return found.problem

    def _output(self, row: Row, tree: str, source: Source) -> str:
        extension = self.options.extension
        if self.template is None and row.keys().isdisjoint(_NAMING):
            return self._numbered()
        portable = self.options.portable or os.name == "nt"
        if output := row.get("output"):
            return check_output(output, extension=extension, portable=portable)
        if self.template:
            name = self.template.render(self.count, self._values(row, source))
        elif identity := row.get("id", "").strip():
            return with_extension(safe_value(identity), extension)
        elif file := row.get("file"):
            name = with_extension(safe_stem(PurePath(file).stem, portable=portable), extension)
        else:
            return self._numbered()
        folders = [
            avoid_device_name(safe_stem(folder, portable=portable)) for folder in tree.split("/") if folder
        ]
        return "/".join([*folders, name])

    def _numbered(self) -> str:
        if self.check_file:
            self.numbered.append(self.count)
        return numbered_output(self.count, self.digits, self.options.extension)

    def _values(self, row: Row, source: Source) -> dict[str, str]:
        options = self.options
        return {
            "stem": row.get("stem") or PurePath(row.get("file", source.name)).stem,
            "id": row.get("id", "").strip(),
            "voice": row.get("voice", "").strip() or options.voice,
            "model": row.get("model", "").strip() or options.model,
            "language": row.get("language", "").strip() or options.language,
        }


def numbered_output(number: int, digits: int, extension: str) -> str:
    return f"{str(number).zfill(digits)}.{extension}"


def file_check(reader: Reader) -> Callable[[Path], FileCheck]:
    """Make a check that reads whole files, in parts, and remembers what it found in the last of them."""

    @lru_cache(maxsize=1024)
    def check(path: Path) -> FileCheck:
        characters, is_empty = 0, True
        try:
            # To the end: what cannot be decoded may come last.
            for text in _gathered(reader.file(path)):
                characters += _count_sent(text)
                is_empty = is_empty and not is_speakable(text)
        except UsageError as error:
            is_named = str(path) in error.message
            return FileCheck((error.message if is_named else f"{path}: {error.message}", error.hint))
        return FileCheck((f"{path} {_EMPTY}", "")) if is_empty else FileCheck(None, characters)

    return check


def _count_sent(text: str) -> int:
    """What is billed for a text; of several requests, the white space between them is not."""
    return count_units(drop_soundless(text))


def _gathered(pieces: Iterator[str]) -> Iterator[str]:
    """Give a text in larger pieces, since what stands between two small ones is billed."""
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > _COUNTED_AT_ONCE:
            yield "".join(held)
            held, size = [], 0
    if held:
        yield "".join(held)


def _tree(name: str) -> str:
    """Return the folders between a manifest and a file it names, unless that is somewhere else."""
    path = PurePath(name)
    return "" if path.is_absolute() or ".." in path.parts else "/".join(path.parent.parts)
