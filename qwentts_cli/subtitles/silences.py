"""Where a sound pauses, found while it passes by."""

from __future__ import annotations

import math
import sys
from array import array
from operator import mul
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from qwentts_cli.audio.wav import SAMPLE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qwentts_cli.audio.wav import Pcm

_WINDOWS_PER_S: Final = 100
# Shorter ones are inside words: the mouth is shut before a p, t or k.
_MIN_WINDOWS: Final = 8
# Silence is up to 12 dB above the noise, but at least 20 dB and need not be more than 40 dB below the voice.
_ABOVE_NOISE: Final = 4
_BELOW_VOICE: Final = (1 / 100, 1 / 10)
_NOISE_SHARE: Final = 0.05
_VOICE_SHARE: Final = 0.95


class Silence(Struct, frozen=True):
    """The frames from `start` up to `end`."""

    start: int
    end: int

    @property
    def frames(self) -> int:
        return self.end - self.start


class LevelMeter:
    """Measures a sound that arrives in pieces, and keeps no more of it than a level for every 10 ms."""

    def __init__(self) -> None:
        self.frames = 0
        self.sample_rate = 0
        self._channels = 1
        self._rest = array("h")
        self._levels = array("f")

    def feed(self, pcm: Pcm) -> None:
        """Take the next piece: whole frames, in the format of the first."""
        self.sample_rate, self._channels = pcm.sample_rate, pcm.channels
        self.frames += pcm.frames
        samples = array("h", pcm.data[: pcm.frames * pcm.channels * SAMPLE_BYTES])
        if sys.byteorder == "big":
            samples.byteswap()
        samples = self._rest + samples
        size = self._window_frames * pcm.channels
        whole = len(samples) - len(samples) % size
        self._levels.extend(_level(samples[at : at + size]) for at in range(0, whole, size))
        self._rest = samples[whole:]

    def silences(self) -> list[Silence]:
        """Return the silences of at least 80 ms, in order; those before and behind the sound are among them.

        What counts as silence depends on the sound: on how loud its voice is, and its noise.
        """
        levels = [*self._levels, *([_level(self._rest)] if self._rest else [])]
        size = self._window_frames
        return [
            Silence(start * size, min(end * size, self.frames))
            for start, end in _runs_below(_threshold(levels), levels)
            if end - start >= _MIN_WINDOWS
        ]

    @property
    def _window_frames(self) -> int:
        return max(1, self.sample_rate // _WINDOWS_PER_S)


def _level(samples: Sequence[int]) -> float:
    return math.sqrt(sum(map(mul, samples, samples)) / len(samples))


def _threshold(levels: Sequence[float]) -> float:
    if not levels:
        return 0.0
    ranked = sorted(levels)
    noise, voice = (ranked[int(share * len(ranked))] for share in (_NOISE_SHARE, _VOICE_SHARE))
    least, most = (share * voice for share in _BELOW_VOICE)
    return min(max(_ABOVE_NOISE * noise, least), most)


def _runs_below(threshold: float, levels: Sequence[float]) -> Iterator[tuple[int, int]]:
    start = 0
    for index, level in enumerate(levels):
        if level >= threshold:
            if index > start:
                yield start, index
            start = index + 1
    if start < len(levels):
        yield start, len(levels)
