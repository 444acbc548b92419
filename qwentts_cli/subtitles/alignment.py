"""When each place of a text is spoken, told from the lengths of its parts and the silences in the sound.

Silence is left out of the reckoning: places are compared on the axis of the voice alone, where a silence is a
point. Places where a voice may pause are matched to silences so that the whole is most likely; between two
matches the voice is taken to be even.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from fractions import Fraction
from heapq import nsmallest
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwentts_cli.subtitles.silences import Silence

# What is expected to take n seconds is off by the square root of n times this, in seconds.
_VARIANCE_S: Final = 0.12
_SHORTEST_S: Final = 0.05
# Costs are about logarithms of odds. A voice seldom goes from sentence to sentence without a pause.
_NO_PAUSE_AT_SENTENCE: Final = 6.0
_NO_PAUSE_AT_CLAUSE: Final = 1.0
# Silences are measured by the voice's usual pause between sentences. The longer one is, the less it is that
# of a clause, let alone an accident; the shorter, the less that of a sentence.
_UNEXPLAINED: Final = 3.0
_SHORT_FOR_SENTENCE: Final = 4.0
_LONG_FOR_CLAUSE: Final = 4.0
_CLAUSE_PAUSE: Final = 0.6
_SLOWEST: Final = 3  # times the expected length, and
_LATEST_S: Final = 2.0  # seconds more, is as far as a silence is looked for
_PATHS_KEPT: Final = 64
# A subtitle should be there just before its first word, and weak first sounds pass for silence.
_LEAD_S: Final = Fraction(8, 100)


class Mark(Struct, frozen=True):
    """A place in a text where a voice may pause: how much of the text is before it, and what ends there."""

    weight: int
    ends_sentence: bool

    @property
    def cost_without_pause(self) -> float:
        return _NO_PAUSE_AT_SENTENCE if self.ends_sentence else _NO_PAUSE_AT_CLAUSE


class _Pause(Struct, frozen=True):
    """A silence with `voiced` frames of voice before it; what comes after it is taken to begin at `frame`.

    `length` is relative to the usual pause between sentences.
    """

    voiced: int
    frame: Fraction
    length: float

    def cost_at(self, mark: Mark) -> float:
        if mark.ends_sentence:
            return max(0.0, 1.0 - self.length) * _SHORT_FOR_SENTENCE
        return max(0.0, self.length - _CLAUSE_PAUSE) * _LONG_FOR_CLAUSE


class _Match(Struct, frozen=True):
    weight: int
    voiced: int
    frame: Fraction


class _Path(Struct, frozen=True):
    """Matches made so far, the last one first; of that, the pause's index, which is -1 at the start."""

    cost: float
    pause: int
    last: _Match
    before: _Path | None = None


class Alignment:
    """The times of a text in a sound of `frames` with these silences, not all of it silence.

    `weight` (at least 1) measures the text so that it is proportional to the time it takes to say it; `marks`
    are in order, by the same measure.
    """

    def __init__(
        self,
        marks: Sequence[Mark],
        weight: int,
        silences: Sequence[Silence],
        *,
        frames: int,
        sample_rate: int,
    ) -> None:
        self._silences = silences
        self._rate = sample_rate
        self._pauses = self._find_pauses(frames, sum(mark.ends_sentence for mark in marks))
        self._unexplained = [0.0, *accumulate(pause.length * _UNEXPLAINED for pause in self._pauses)]
        voiced = frames - sum(silence.frames for silence in silences)
        self._s_per_weight = voiced / sample_rate / weight
        self._matches = self._align(marks, _Match(weight, voiced, Fraction(frames)))

    def frame_at(self, weight: int) -> Fraction:
        """Return the frame at which as much as `weight` of the text has been said and the next begins.

        It grows with `weight`, from 0 to the last frame. At a silence it is up to 80 ms before the silence
        ends, but in its second half.
        """
        index = bisect_right(self._matches, weight, key=lambda match: match.weight)
        before = self._matches[index - 1]
        if weight == before.weight:
            return before.frame
        after = self._matches[index]
        share = Fraction(weight - before.weight, after.weight - before.weight)
        return self._frame_of(before.voiced + (after.voiced - before.voiced) * share)

    def _frame_of(self, voiced: Fraction) -> Fraction:
        frame = voiced
        for silence in self._silences:
            if silence.start > frame:
                break
            frame += silence.frames
        return frame

    def _find_pauses(self, frames: int, sentence_ends: int) -> list[_Pause]:
        inner: list[tuple[int, Silence]] = []
        silent = 0
        for silence in self._silences:
            if silence.start > 0 and silence.end < frames:
                inner.append((silence.start - silent, silence))
            silent += silence.frames
        # The longest silences are at the ends of sentences, all but a few.
        longest = sorted((silence.frames for _, silence in inner), reverse=True)
        usual = longest[min(sentence_ends, len(longest)) // 2] if longest else 1
        lead = _LEAD_S * self._rate
        return [
            _Pause(voiced, silence.end - min(lead, Fraction(silence.frames, 2)), silence.frames / usual)
            for voiced, silence in inner
        ]

    def _align(self, marks: Sequence[Mark], end: _Match) -> list[_Match]:
        """Return the most likely matches, from the start of all to `end`."""
        paths = [_Path(0.0, -1, _Match(0, 0, Fraction(0)))]
        for mark in marks:
            matched = self._matched(paths, mark)
            passed = [replace(path, cost=path.cost + mark.cost_without_pause) for path in paths]
            paths = nsmallest(_PATHS_KEPT, [*matched, *passed], key=lambda path: path.cost)
        path: _Path | None = min(paths, key=lambda path: self._cost(path, len(self._pauses), end))
        matches = [end]
        while path:
            matches.append(path.last)
            path = path.before
        return matches[::-1]

    def _matched(self, paths: Sequence[_Path], mark: Mark) -> list[_Path]:
        """Match `mark` to every silence that it may be, each after the path that is best for that."""
        best: dict[int, _Path] = {}
        for path in paths:
            latest = (
                path.last.voiced / self._rate + _SLOWEST * self._expected_s(path, mark.weight) + _LATEST_S
            )
            for index in range(path.pause + 1, len(self._pauses)):
                pause = self._pauses[index]
                if pause.voiced / self._rate > latest:
                    break
                match = _Match(mark.weight, pause.voiced, pause.frame)
                cost = self._cost(path, index, match) + pause.cost_at(mark)
                if index not in best or cost < best[index].cost:
                    best[index] = _Path(cost, index, match, path)
        return list(best.values())

    def _cost(self, path: _Path, pause: int, match: _Match) -> float:
        """The cost of `path` with `match` at its end: silences left out, and how far it is from expected."""
        expected_s = self._expected_s(path, match.weight)
        off_s = (match.voiced - path.last.voiced) / self._rate - expected_s
        unlikely = math.log1p(off_s**2 / (_VARIANCE_S * (expected_s + _SHORTEST_S)))
        return path.cost + unlikely + self._unexplained[pause] - self._unexplained[path.pause + 1]

    def _expected_s(self, path: _Path, weight: int) -> float:
        return self._s_per_weight * (weight - path.last.weight)
