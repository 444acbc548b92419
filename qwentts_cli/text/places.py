"""The best place to cut inside a sentence that is too long to be spoken at once."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from qwentts_cli.text.boundaries import Boundary
from qwentts_cli.text.graphemes import joined
from qwentts_cli.text.punctuation import (
    CLAUSE_MARKS,
    CLOSERS,
    EAST_ASIAN,
    FULL_STOPS,
    INNER,
    LEADING,
    OPENERS,
    TERMINATORS,
    TRAILING,
    UNSPACED,
)
from qwentts_cli.text.sentences.abbreviations import is_abbreviation

_BREAKING_SPACE: Final = "[^\\S\u00a0\u2007\u202f]"
_CLOSING: Final = f"[{re.escape(CLOSERS)}]*"
_CLAUSE = re.compile(
    f"[{CLAUSE_MARKS}{FULL_STOPS}…‥]+{_CLOSING}{_BREAKING_SPACE}*"
    f"|[,;:!?…]{{1,8}}[{re.escape(CLOSERS)}\"']*(?:[ \u00a0\u202f][»\u203a],?)?{_BREAKING_SPACE}+"
    f"|[,;:!?]{{1,8}}(?=[{EAST_ASIAN}])"
)
_SPACE = re.compile(f"(?:{_BREAKING_SPACE}|\u200b)+")
# On one side of a seam at least is what no word, number or address of a script with spaces is made of.
_STRANGE = f"[^\\w!-~{INNER}]"
_SEAM = re.compile(f"(?={_STRANGE}|[{UNSPACED}])|(?<={_STRANGE})|(?<=[{UNSPACED}])")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_KINDS: Final = ((Boundary.CLAUSE, _CLAUSE), (Boundary.SPACE, _SPACE), (Boundary.CHARACTER, _SEAM))
_NEAR: Final = 32  # characters on each side of the target, where a place is looked for before anywhere else
_NOT_FIRST = frozenset(CLOSERS + TERMINATORS + CLAUSE_MARKS + TRAILING + ",;:")
_NOT_LAST = frozenset(OPENERS + LEADING)


def best_place(text: str, *, low: int, target: int, high: int) -> tuple[int, Boundary]:
    """Return the index nearest to `target` among the best kind of places from `low` to `high`.

    A mark of punctuation stays with what it closes or opens, and one between digits is part of a number.
    """

    def distance(place: int) -> int:
        return abs(place - target)

    near = max(low, target - _NEAR), min(high, target + _NEAR)
    for boundary, pattern in _KINDS:
        for first, last in (near, (low, high)):
            found = (match.end() for match in pattern.finditer(text, first - 1, last + 1))
            for place in sorted((place for place in found if first <= place <= last), key=distance):
                if not _tied(text, place, boundary):
                    return place, boundary
    # A list of numbers has no other place than the commas between them.
    commas = (match.end() for match in _CLAUSE.finditer(text, low - 1, high + 1))
    for place in sorted((place for place in commas if low <= place <= high), key=distance):
        if not joined(text, place) and text[place - 1] in CLAUSE_MARKS:
            return place, Boundary.CLAUSE
    for place in sorted(range(low, high + 1), key=distance):
        if not joined(text, place):
            return place, Boundary.WORD
    return min(max(target, low), high), Boundary.CLUSTER


def _tied(text: str, place: int, boundary: Boundary) -> bool:
    before, after = text[place - 1], text[place]
    if joined(text, place) or after in _NOT_FIRST or before in _NOT_LAST:
        return True
    if _in_french_quote(text, place):
        return True
    if before.isspace():
        return _abbreviated(text, place) or (boundary is Boundary.SPACE and _between_digits(text, place))
    if boundary is Boundary.CHARACTER and unicodedata.category(before).startswith("M"):
        return _UNSPACED.match(after) is None
    return after.isspace() or _between_digits(text, place)


def _in_french_quote(text: str, place: int) -> bool:
    """Tell whether there is a quotation mark beside it that has a space on both sides."""
    closes = text[place] in "»\u203a" and not text[place + 1 : place + 2].isalnum()
    return closes or (text[place - 1].isspace() and text[place - 2 : place - 1] in {"«", "\u2039"})


def _abbreviated(text: str, place: int) -> bool:
    stop = len(text[:place].rstrip()) - 1
    return stop > 0 and text[stop] == "." and is_abbreviation(text, stop)


def _between_digits(text: str, place: int) -> bool:
    return text[place].isdigit() and text[:place].rstrip(f" {CLAUSE_MARKS}")[-1:].isdigit()
