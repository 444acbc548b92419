"""One cut of a text: at the best kind of place, and among those where the parts come out even."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from qwentts_cli.text.boundaries import Boundary
from qwentts_cli.text.graphemes import joined
from qwentts_cli.text.punctuation import first_speakable, last_speakable
from qwentts_cli.text.units import count_units

if TYPE_CHECKING:
    from collections.abc import Sequence

_SENTENCE_ENDS = (Boundary.SENTENCE_AND_LINE, Boundary.SENTENCE, Boundary.LINE)


class Mark(Struct, frozen=True):
    """The end of a sentence: its index in a text, the units up to it, and those of its white space."""

    place: int
    units: int
    spaces: int
    boundary: Boundary

    @property
    def visible_units(self) -> int:
        return self.units - self.spaces


class Cut(Struct, frozen=True):
    place: int
    boundary: Boundary


def cut(text: str, marks: Sequence[Mark], *, low: int, target: int, high: int) -> Cut:
    """Choose where to cut `text`: at least `low`, at most `high` and best `target` units from its start.

    `marks` are the ends of its sentences. Both parts have something to speak if that is possible.
    """
    first = first_speakable(text)
    usable = [
        mark for mark in marks if mark.place > first and low <= mark.units and mark.visible_units <= high
    ]
    for kind in _SENTENCE_ENDS:
        ends = [mark for mark in usable if mark.boundary >= kind]
        if ends:
            return cut_at(text, min(ends, key=lambda mark: abs(mark.units - target)), high)
    from qwentts_cli.text.places import best_place

    bottom, middle, top = (max(1, min(_index(text, units), len(text) - 1)) for units in (low, target, high))
    spoken = max(bottom, first + 1), min(top, last_speakable(text))
    if spoken[0] <= spoken[1]:
        place, boundary = best_place(text, low=spoken[0], target=middle, high=spoken[1])
        if boundary > Boundary.WORD:
            return Cut(place, boundary)
    return Cut(*best_place(text, low=bottom, target=middle, high=top))


def cut_at(text: str, mark: Mark, most: int) -> Cut:
    """Cut at `mark`, leaving to the next part as much of the white space as is over `most` units."""
    place = mark.place - max(0, mark.units - most)
    if place < len(text) and joined(text, place):
        place -= 1
    return Cut(place, mark.boundary)


def _index(text: str, units: int) -> int:
    """Return the greatest index up to which `text` has at most `units` units."""
    place = 0
    while part := text[place : place + max(1, units // 2)]:
        units -= count_units(part)
        if units < 0:
            break
        place += len(part)
    return place
