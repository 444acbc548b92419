"""The inputs of a batch: which files stand behind the arguments, in what order, and in which tree."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from enum import Enum, auto
from functools import partial
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from qwentts_cli.documents.input_format import InputFormat
from qwentts_cli.errors import UsageError
from qwentts_cli.storage.stdin import STDIN_NAMES, is_shell_pipe
from qwentts_cli.text.reading.read import check_is_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qwentts_cli.manifest.problems import Report

# Of a folder, these are taken; a file that is named itself may have any extension.
TEXT_EXTENSIONS: Final = (
    *(".txt", ".text", ".md", ".markdown"),
    *(".html", ".htm", ".xhtml", ".epub", ".docx", ".pdf"),
)
STDIN: Final = "stdin"
_MOST_KINDS: Final = 6
_MAGIC = re.compile(r"[*?\[]")
_NUMBER = re.compile("([0-9]+)")


class Kind(Enum):
    """What a source holds."""

    TEXT = auto()  # one item
    LINES = auto()
    PIPE = auto()  # stdin or another one: whatever the list looks like, else lines
    JSONL = auto()
    CSV = auto()
    TSV = auto()
    CHAPTERS = auto()  # each of a document is an item


ChooseKind = Callable[[Path], Kind]
_KINDS: Final = {
    ".jsonl": Kind.JSONL,
    ".ndjson": Kind.JSONL,
    ".csv": Kind.CSV,
    ".tsv": Kind.TSV,
    ".tab": Kind.TSV,
}


class Source(Struct, frozen=True):
    """A file of one or more items; `tree` is the folder its output keeps, "" or ending with a slash.

    `folder` is the one that was named, where it was found by looking through that.
    """

    kind: Kind
    name: str
    tree: str = ""
    folder: Path | None = None

    @property
    def path(self) -> Path:
        return Path(self.name)

    @property
    def stem(self) -> str:
        return Path(self.name).stem


def find_sources(
    inputs: Sequence[str],
    *,
    by_line: bool,
    allow_outside: bool = False,
    report: Report,
    note: Callable[[str], None] = lambda _: None,
    input_format: InputFormat = InputFormat.AUTO,
    by_chapter: bool = False,
    unheard: str = "",
) -> list[Source]:
    """Expand files, folders, patterns and `-`, in the order given; within a folder in natural order.

    A folder gives its text files and those of its folders, with their tree, but nothing hidden and nothing
    behind a symbolic link to a folder. A pattern gives what a shell would have given. What is missing or
    cannot be read is reported. `note` is told what was passed over in a folder, but for files that end with
    `unheard`: those are what is made.
    """
    if sum(name in STDIN_NAMES for name in inputs) > 1:
        report("", "stdin is there twice")
    choose = partial(_choose_kind, by_line=by_line, input_format=input_format, by_chapter=by_chapter)
    passed_over: Counter[str] = Counter()
    found = [source for name in inputs for source in _expand(name, choose, report, passed_over)]
    for source in found if not allow_outside else ():
        # The folder itself was named by the user; what lies in it may come from anybody.
        if source.folder is not None and leads_outside(source.path, source.folder):
            report("", *outside_problem(source.path, source.folder))
    del passed_over[unheard]
    if passed_over:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in passed_over.most_common(_MOST_KINDS))
        note(f"passed over in folders: {kinds}; what you name itself is read")
    return found


def leads_outside(path: Path, folder: Path) -> bool:
    """Whether `path`, its links followed, is anything but a file below `folder`."""
    return not path.resolve().is_relative_to(folder.resolve())


def outside_problem(path: Path, folder: Path) -> tuple[str, str]:
    """What is wrong with a path that leads outside, and what to do about it."""
    where = "the current folder" if folder == Path() else str(folder)
    text = f"{path} is outside {where}, and would be sent to the service"
    return text, "If you trust whoever made the list, add --allow-outside."


def natural_key(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """Sort "2" before "10", without regard to case unless that is all that differs."""
    parts = _NUMBER.split(name)
    key = [(0, int(part), "") if index % 2 else (1, 0, part.casefold()) for index, part in enumerate(parts)]
    return key, name


def _expand(name: str, choose: ChooseKind, report: Report, passed_over: Counter[str]) -> Iterator[Source]:
    if name in STDIN_NAMES:
        yield Source(Kind.PIPE, STDIN)
    elif is_shell_pipe(Path(name)):
        yield Source(Kind.PIPE, name)
    elif not name:
        report("", "an input is an empty string")
    elif _MAGIC.search(name) and not os.path.lexists(name):
        found = sorted(glob(name, recursive=True), key=_path_key)  # noqa: PTH207 - takes absolute patterns
        if not found:
            report("", f"nothing matches {name}")
        for match in found:
            yield from _named(match, choose, report, passed_over)
    else:
        yield from _named(name, choose, report, passed_over)


def _named(name: str, choose: ChooseKind, report: Report, passed_over: Counter[str]) -> Iterator[Source]:
    path = Path(name)
    if path.is_dir():
        files = _text_files(name, report, passed_over)
        found = [Source(choose(Path(file)), file, tree, path) for file, tree in files]
        if not found:
            report("", f"{name} has no text files ({', '.join(TEXT_EXTENSIONS)})")
        yield from found
        return
    try:
        check_is_file(path)
    except UsageError as error:
        report("", error.message, error.hint)
        return
    extension = path.suffix.lower()
    if extension == ".json":
        report("", f"{name} is one JSON document", "Make it .jsonl: one object a line.")
        return
    yield Source(choose(path), name)


def _choose_kind(path: Path, *, by_line: bool, input_format: InputFormat, by_chapter: bool) -> Kind:
    """Choose what a file holds: what was said, else what its name says; a book holds chapters."""
    if input_format.is_list:
        return Kind[input_format.name]
    extension = path.suffix.lower()
    is_found = input_format is InputFormat.AUTO
    if is_found and extension in _KINDS:
        return _KINDS[extension]
    if by_chapter or input_format is InputFormat.EPUB or (is_found and extension == ".epub"):
        return Kind.CHAPTERS
    return Kind.LINES if by_line else Kind.TEXT


def _text_files(folder: str, report: Report, passed_over: Counter[str]) -> Iterator[tuple[str, str]]:
    """Give the path of each text file below `folder`, and the folders between, ending with a slash.

    The others are counted by the ends of their names.
    """
    waiting = [(folder, "", True)]
    while waiting:
        path, tree, is_folder = waiting.pop()
        if not is_folder:
            yield path, tree
            continue
        try:
            with os.scandir(path) as entries:
                found = sorted(entries, key=lambda entry: natural_key(entry.name), reverse=True)
        except OSError as error:
            report("", f"cannot read the folder {path}: {error.strerror}")
            continue
        for entry in found:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append((entry.path, f"{tree}{entry.name}/", True))
            elif entry.name.lower().endswith(TEXT_EXTENSIONS) and not entry.is_dir():
                waiting.append((entry.path, tree, False))
            elif not entry.is_dir():
                passed_over[Path(entry.name).suffix.lower() or "without an extension"] += 1


def _path_key(path: str) -> list[tuple[list[tuple[int, int, str]], str]]:
    return [natural_key(part) for part in Path(path).parts]
