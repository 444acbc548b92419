"""What is doubtful in a text, and where."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct


class Rule(StrEnum):
    """What is looked for."""

    READINGS = "readings"
    NUMBERS = "numbers"
    ABBREVIATIONS = "abbreviations"
    UNITS = "units"
    ADDRESSES = "addresses"
    LINES = "wrapped-lines"
    SENTENCES = "long-sentences"
    SILENCE = "billed-silence"
    MARKS = "marks"


class Place(NamedTuple):
    """Line and column, from 1; 0 where that is not known."""

    line: int = 0
    column: int = 0


class Remark(Struct, frozen=True, kw_only=True):
    """`text` begins at index `start` of a passage; `option` is one of `say` that helps, empty if none does.

    Remarks of one rule with the same `subject` are mended together, and told once.
    """

    rule: Rule
    start: int
    text: str
    message: str
    option: str = ""
    subject: str = ""


class Finding(Struct, kw_only=True):
    """A remark, its first place in a file, and in how many places it stands.

    `chapter` counts from 1 where a format has no lines; else it is 0.
    """

    place: Place
    chapter: int
    remark: Remark
    count: int = 1
