"""A sentence as captions, each of so few and so short lines that it can be read while it is spoken."""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate, pairwise
from typing import Final

from msgspec import Struct

from qwentts_cli.text.graphemes import joined
from qwentts_cli.text.punctuation import (
    CLAUSE_MARKS,
    CLOSERS,
    EAST_ASIAN,
    FULL_STOPS,
    LEADING,
    OPENERS,
    TERMINATORS,
    TRAILING,
    UNSPACED,
)
from qwentts_cli.text.wrapping import close_seams

MAX_COLUMNS: Final = 42
MAX_LINES: Final = 2

_CLOSING: Final = f"[{re.escape(CLOSERS)}\"'»]*"
_CLAUSE = re.compile(
    f"[{CLAUSE_MARKS}{FULL_STOPS}…‥]+{_CLOSING} ?|[,;:!?]+{_CLOSING}(?: |(?=[{EAST_ASIAN}]))"
)
_STOP = re.compile(rf"\.+{_CLOSING} ")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_NOT_FIRST = frozenset(CLOSERS + TERMINATORS + CLAUSE_MARKS + TRAILING + ",;:»\u203a")
_NOT_LAST = frozenset(OPENERS + LEADING + "«\u2039")
_WIDE = {"W", "F"}
_WITHOUT_WIDTH = {"Mn", "Me", "Cf", "Cc"}

# How bad it is to break a line behind a clause, at a space, between characters, inside a word.
_AT_CLAUSE, _AT_SPACE, _AT_CHARACTER, _IN_WORD = 0, 3, 4, 40
# Against those: an all but empty caption. One caption more costs at least half of that.
_EMPTY = 8


class Caption(Struct, frozen=True):
    """What is shown at once: `text` in `lines`, between which its white space is left out."""

    text: str
    lines: tuple[str, ...]


def columns(text: str) -> int:
    """Count the columns `text` takes: 2 for a full-width character, 0 for one that combines or is unseen."""
    return sum(map(_width, text))


def pause_places(text: str) -> set[int]:
    """Return the indices in a sentence behind which a voice may pause, abbreviations among them."""
    return {found.end() for pattern in (_CLAUSE, _STOP) for found in pattern.finditer(text)}


def split_captions(sentence: str) -> list[Caption]:
    """Cut `sentence` into captions of at most 2 lines of at most 42 columns.

    White space becomes single spaces, and a line break between characters of a script without spaces goes;
    nothing else changes. There are few captions, and they end behind clauses where they can. Lines are even,
    and break at spaces, or between characters of a script without them, but not before a mark that closes or
    behind one that opens. A word is cut only where it is longer than a line, a grapheme cluster never, so
    that a line of a single cluster may be longer.
    """
    text = " ".join(close_seams(sentence).split())
    return _Layout(text).captions() if text else []


class _Layout:
    """The places where lines of a text may begin, and its end; the lists are indexed by these places."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._columns = [0, *accumulate(map(_width, text))]
        penalties = _breaks(text)
        for start, end in pairwise([0, *penalties, len(text)]):
            if self._between(start, end) > MAX_COLUMNS:
                penalties |= _cuts(text, start, end)
        self._places = [0, *sorted(penalties), len(text)]
        self._penalties = [0, *(penalties[place] for place in self._places[1:-1]), 0]
        self._reach = self._farthest()

    def captions(self) -> list[Caption]:
        count = len(self._places)
        costs, origins = [0.0] + [float("inf")] * (count - 1), [0] * count
        for start in range(count - 1):
            farthest = start
            for _ in range(MAX_LINES):
                farthest = self._reach[farthest]
            for end in range(start + 1, farthest + 1):
                cost = costs[start] + self._cost(start, end)
                if cost < costs[end]:
                    costs[end], origins[end] = cost, start
        ends = [count - 1]
        while ends[-1]:
            ends.append(origins[ends[-1]])
        return [self._caption(start, end) for start, end in pairwise(reversed(ends))]

    def _farthest(self) -> list[int]:
        """For each place, the last one that a line beginning there can end at."""
        last = len(self._places) - 1
        reach, end = [], 0
        for start in range(last):
            end = max(end, start + 1)
            while end < last and self._columns_of(start, end + 1) <= MAX_COLUMNS:
                end += 1
            reach.append(end)
        return [*reach, last]

    def _cost(self, start: int, end: int) -> float:
        fill = min(1.0, self._columns_of(start, end) / (MAX_LINES * MAX_COLUMNS))
        return self._penalties[end] + _EMPTY * (1 - fill) ** 2

    def _caption(self, start: int, end: int) -> Caption:
        text = self._slice(start, end)
        if end <= self._reach[start]:
            return Caption(text, (text,))
        middles = [place for place in range(start + 1, self._reach[start] + 1) if self._reach[place] >= end]
        middle = min(middles, key=lambda place: self._unevenness(start, place, end))
        return Caption(text, (self._slice(start, middle), self._slice(middle, end)))

    def _unevenness(self, start: int, middle: int, end: int) -> int:
        difference = abs(self._columns_of(start, middle) - self._columns_of(middle, end))
        return difference + 3 * self._penalties[middle]

    def _slice(self, start: int, end: int) -> str:
        return self._text[self._places[start] : self._places[end]].rstrip(" ")

    def _columns_of(self, start: int, end: int) -> int:
        return self._between(self._places[start], self._places[end])

    def _between(self, start: int, end: int) -> int:
        return self._columns[end] - self._columns[start] - (self._text[end - 1] == " ")


def _width(char: str) -> int:
    if unicodedata.category(char) in _WITHOUT_WIDTH or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1


def _breaks(text: str) -> dict[int, int]:
    """Return the indices in order where a line may begin, and how bad each is."""
    ends = {found.end() for found in _CLAUSE.finditer(text)}
    places = (place for place in range(1, len(text)) if _may_begin(text, place))
    return {
        place: _AT_CLAUSE if place in ends else _AT_SPACE if text[place - 1] == " " else _AT_CHARACTER
        for place in places
    }


def _may_begin(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    if after == " " or after in _NOT_FIRST or joined(text, place):
        return False
    if before == " ":
        return text[place - 2] not in _NOT_LAST
    return before not in _NOT_LAST and (_parts(before) or _parts(after))


def _parts(char: str) -> bool:
    """Whether a line may break beside it: a character of an unspaced script, a full-width mark, an emoji."""
    if _UNSPACED.match(char):
        return True
    return unicodedata.east_asian_width(char) in _WIDE and not unicodedata.category(char).startswith("L")


def _cuts(text: str, start: int, end: int) -> dict[int, int]:
    inside = range(start + 1, end)
    return {place: _IN_WORD for place in inside if text[place] != " " and not joined(text, place)}
