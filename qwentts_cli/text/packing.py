"""Which sentences go together into one request."""

from __future__ import annotations

from typing import Final

from qwentts_cli.text.boundaries import Boundary
from qwentts_cli.text.cutting import Cut, Mark, cut, cut_at
from qwentts_cli.text.punctuation import is_speakable
from qwentts_cli.text.units import count_units

_SHORT_UNITS: Final = 24  # an eager sentence shorter than this waits for the next one of its line
# No part of a paragraph is less than the limit divided by this, if it can be helped.
_SMALLEST_PART: Final = 20
# Even parts aim at nine tenths of the limit, since sentences seldom end exactly where they should.
_ROOM: Final = (9, 10)


class Packer:
    """Joins sentences to texts within a limit, which starts at `first_max_units` and doubles to `max_units`.

    Whole paragraphs are joined as long as they fit. One that does not fit is divided evenly, for which three
    times the limit is read ahead. With `eager` every sentence is given out once it is complete, short ones of
    a line together.
    """

    def __init__(self, *, max_units: int, first_max_units: int, paragraphs: bool, eager: bool) -> None:
        self._max_units = max_units
        self._limit = first_max_units
        self._paragraphs = paragraphs
        self._eager = eager
        self._text = ""
        self._units = 0
        self._marks: list[Mark] = []

    def add(self, text: str, boundary: Boundary | None, *, last: bool = False) -> None:
        """Append a part of the text that ends with `boundary`, None for the part of a sentence.

        The `last` part belongs to the sentence before it when there is nothing in it to be spoken.
        """
        self._text += text
        self._units += count_units(text)
        if boundary is None:
            return
        if last and self._marks and not is_speakable(self._text[self._marks[-1].place :]):
            self._marks.pop()
        spaces = 0 if last else len(self._text) - len(self._text.rstrip())
        self._marks.append(Mark(len(self._text), self._units, spaces, boundary))

    def take(self, *, final: bool) -> tuple[str, Boundary] | None:
        """Return the next text and what it ends with; None if it depends on more text, unless `final`."""
        if not self._text:
            return None
        if final and self._units <= self._limit and not self._marks:
            return self._remove(Cut(len(self._text), Boundary.PARAGRAPH))
        chosen = self._eager_cut() if self._eager else self._packed_cut(final=final)
        return self._remove(chosen) if chosen else None

    def _packed_cut(self, *, final: bool) -> Cut | None:
        if self._units < 3 * self._limit and not final:
            return None
        paragraphs = [mark for mark in self._marks if mark.boundary is Boundary.PARAGRAPH]
        fitting = [mark for mark in paragraphs if mark.visible_units <= self._limit]
        if fitting:
            return cut_at(self._text, fitting[0 if self._paragraphs else -1], self._limit)
        return self._even_cut(paragraphs[0].visible_units if paragraphs else self._units)

    def _eager_cut(self) -> Cut | None:
        short: Mark | None = None
        for mark in self._marks:
            if mark.visible_units > self._limit:
                break
            if mark.units >= _SHORT_UNITS or mark.boundary is not Boundary.SENTENCE:
                return cut_at(self._text, mark, self._limit)
            short = mark
        if self._units <= self._limit:
            return None
        if short:
            return cut_at(self._text, short, self._limit)
        return self._even_cut(self._marks[0].visible_units if self._marks else self._units)

    def _even_cut(self, units: int) -> Cut:
        """Cut off one of as few even parts as `units`, which are more than the limit, come to."""
        parts = max(2, -(-units * _ROOM[1] // (self._limit * _ROOM[0])))
        low = max(1, self._limit // _SMALLEST_PART)
        high = max(low, min(self._limit, units - low))
        return cut(self._text, self._marks, low=low, target=units // parts, high=high)

    def _remove(self, chosen: Cut) -> tuple[str, Boundary]:
        text, self._text = self._text[: chosen.place], self._text[chosen.place :]
        units = count_units(text)
        self._units -= units
        self._limit = min(2 * self._limit, self._max_units)
        self._marks = [
            Mark(mark.place - chosen.place, mark.units - units, mark.spaces, mark.boundary)
            for mark in self._marks
            if mark.place - mark.spaces > chosen.place
        ]
        return text, chosen.boundary
