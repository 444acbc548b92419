"""A sound given on at another pace while it comes, with the times of its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qwentts_cli.audio.timing.stretch import Stretcher
from qwentts_cli.audio.wav import Pcm, Word
from qwentts_cli.errors import RejectedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


class PacedSound:
    """Takes the pieces of one sound, and gives them to `emit` `speed` times as fast."""

    def __init__(self, speed: float, emit: Callable[[Pcm], None]) -> None:
        self._speed = speed
        self._emit = emit
        self._stretcher: Stretcher | None = None
        self._rate = 0
        self._taken = self._given = 0

    def feed(self, pcm: Pcm) -> None:
        """Take the next piece.

        Raises:
            RejectedError: it has more than one channel.
        """
        if pcm.channels != 1:
            raise RejectedError(f"the audio has {pcm.channels} channels, and --speed changes one")
        if self._stretcher is None:
            self._rate, self._stretcher = pcm.sample_rate, Stretcher(self._speed, pcm.sample_rate)
        words = tuple(map(self._place, pcm.words))
        self._taken += pcm.frames
        self._give(self._stretcher.feed(np.frombuffer(pcm.data, "<i2")), words)

    def finish(self) -> None:
        """Give the rest."""
        if self._stretcher:
            self._give(self._stretcher.finish())

    def _place(self, word: Word) -> Word:
        """The word at its new time, which counts from what is given next."""
        before_ms, given_ms = (1000 * frames / self._rate for frames in (self._taken, self._given))
        start_ms, end_ms = (
            round((before_ms + ms) / self._speed - given_ms) for ms in (word.start_ms, word.end_ms)
        )
        return Word(word.text, start_ms, end_ms)

    def _give(self, samples: NDArray[np.int16], words: tuple[Word, ...] = ()) -> None:
        if len(samples) or words:
            self._emit(Pcm(samples.astype("<i2").tobytes(), self._rate, words=words))
        self._given += len(samples)
