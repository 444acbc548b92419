"""The chapters of a document as rows of a list: each is an item, called by its title."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from qwentts_cli.documents.input_format import InputFormat
from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.output_names import avoid_device_name, name_key, safe_stem, safe_value, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.documents.reader import DocumentReader
    from qwentts_cli.manifest.item import Row
    from qwentts_cli.manifest.sources import Source

_LONGEST_TITLE: Final = 80  # characters
_LONGEST_NAME: Final = 200  # bytes: a number, an extension and what a template adds find room behind it


class ChapterRows:
    """The chapters of one document; with `has_folder` their files go to a folder named like it.

    Where a template names the files (`is_named`), the title of a chapter is its stem.
    """

    def __init__(
        self, source: Source, reader: DocumentReader, *, has_folder: bool, is_named: bool, extension: str
    ) -> None:
        self.is_empty = True
        self.removed_controls = 0  # the reader tells of them
        self._source = source
        # The marks stay in the texts, and are obeyed when these are spoken.
        self._reader = replace(reader, options=replace(reader.options, markup=False))
        self._folder = f"{safe_stem(source.stem, portable=True)}/" if has_folder else ""
        self._is_named = is_named
        self._extension = extension
        self._number = 0

    def __iter__(self) -> Iterator[Row]:
        if self._reader.options.cast or self._reader.options.format is InputFormat.SCRIPT:
            raise UsageError(
                "chapters as items do not go together with --cast",
                hint="Choose one chapter with --chapters, and use 'qwentts say'.",
            )
        names = _Names()
        for number, chapter in self._reader.chapters(Path(self._source.name)):
            self.is_empty, self._number = False, number
            title, name = names.take((chapter.title or self._source.stem)[:_LONGEST_TITLE].strip())
            tree = f"{self._source.tree}{self._folder}"
            file = (
                {"stem": name, "tree": tree}
                if self._is_named
                else {"output": f"{tree}{name}.{self._extension}"}
            )
            yield {"text": "".join(chapter.text()), "id": f"{self._folder}{title}", "title": title} | file

    def place(self, field: str = "") -> str:
        del field
        return f"{self._source.name}, chapter {self._number}"


class _Names:
    """Names of files, each unlike all before it where neither case nor the Unicode form counts."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}  # the number behind the last name that began so

    def take(self, title: str) -> tuple[str, str]:
        """Give the title and the name of its file, both with a number behind them if the name is taken."""
        name = avoid_device_name(shortened(safe_value(title), _LONGEST_NAME))
        key = name_key(name)
        if key in self._last:
            number = self._last[key] + 1
            while name_key(f"{name} {number}") in self._last:
                number += 1
            self._last[key] = number
            title, name = f"{title} {number}", f"{name} {number}"
        self._last[name_key(name)] = 1
        return title, name
