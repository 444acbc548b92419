"""One item of a batch, and how a list of them is read."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import TYPE_CHECKING, Final, Protocol

from msgspec import Struct, field

from qwentts_cli.dashscope.request import UNTUNED, Tuning
from qwentts_cli.documents.options import DocumentOptions
from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.problems import quoted, unknown_field
from qwentts_cli.wording import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

# The fields an item can have in a manifest.
NUMBERS: Final = ("speed", "pitch", "volume", "seed")
FIELDS: Final = (
    *("text", "file", "id", "title", "output", "voice", "model", "language", "instructions"),
    *NUMBERS,
)

Row = dict[str, str]


class Item(Struct, frozen=True, kw_only=True):
    """One text and the name of its audio; either `text` or `file` is there.

    `number` is its position (from 1) in the whole list. `place` is where it comes from, for messages:
    "chapters/01.txt" or "items.jsonl:7". `output` is a path relative to the output folder, with slashes and
    its extension. `title` is what its file and its chapter of the joined one are called.
    """

    number: int
    place: str
    output: str
    text: str | None = None
    file: Path | None = None
    id: str | None = None
    title: str | None = None
    voice: str | None = None
    model: str | None = None
    language: str | None = None
    instructions: str | None = None
    tuning: Tuning = UNTUNED


@unique
class ExtraFields(StrEnum):
    """What to do about a field that a list has and no item can have."""

    ERROR = "error"
    IGNORE = "ignore"


@unique
class OnEmpty(StrEnum):
    """What to do about an item that has nothing to speak."""

    FAIL = "fail"
    SKIP = "skip"


class ListOptions(Struct, frozen=True, kw_only=True):
    """How lists of items and their files are read.

    `columns` are the names that other people gave to fields, by field; what else such a list has is ignored.
    `documents` is how the files are read; with `by_chapter` each chapter of one is an item.
    `allow_outside` lets a list name files that are not below its own folder.
    """

    by_line: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    extra_fields: ExtraFields = ExtraFields.ERROR
    on_empty: OnEmpty = OnEmpty.FAIL
    columns: Mapping[str, str] = field(default_factory=dict)
    documents: DocumentOptions = field(default_factory=DocumentOptions)
    by_chapter: bool = False
    allow_outside: bool = False


class ManifestOptions(ListOptions, frozen=True, kw_only=True):
    """How a list is read and its outputs are named.

    `extension` is that of the outputs. `voice`, `model` and `language` are what an item that names none gets,
    for the names of outputs only.
    `portable` refuses names that other systems cannot have; on Windows it is always on.
    """

    template: str | None = None
    extension: str = "wav"
    portable: bool = False
    voice: str = ""
    model: str = ""
    language: str = ""


class Rows(Protocol):
    """The rows of one source, read lazily; what is wrong with one is reported, and the row left out."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing but blank lines has come so far."""

    @property
    def removed_controls(self) -> int:
        """How many control characters were left out so far."""

    def __iter__(self) -> Iterator[Row]: ...

    def place(self, field: str = "") -> str:
        """Tell where the last row is, or a field of it: file, line, and the column if that is known."""


def parse_columns(typed: Sequence[str]) -> dict[str, str]:
    """Read `FIELD=COLUMN`, each field once.

    Raises:
        UsageError: it is not that, or there is no such field.
    """
    columns: dict[str, str] = {}
    for text in typed:
        field, equals, column = (part.strip() for part in text.partition("="))
        if not (equals and column):
            hint = "Write FIELD=COLUMN, such as --column text=Sentence."
            raise UsageError(f"--column {quoted(text)} names no field and column", hint=hint)
        if field not in FIELDS:
            raise UsageError(f"--column: {unknown_field(field)}", hint=suggest(field, FIELDS, "Fields"))
        if field in columns or column in columns.values():
            raise UsageError(f"--column {quoted(text)}: the field or the column is there twice")
        columns[field] = column
    return columns
