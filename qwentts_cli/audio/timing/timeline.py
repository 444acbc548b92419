"""Sounds laid at their times in a recording; where they overlap, they are mixed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from qwentts_cli.audio.wav import SAMPLE_BYTES, Pcm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qwentts_cli.audio.sink import Recording

_FULL: Final = 32767.0
_KNEE: Final = 0.8 * _FULL  # a sum louder than this is bent, so that it never clips


class Timeline:
    """Lays sounds of one channel into a recording, in the order of their beginnings.

    No more is held than what may still be mixed with: the sound from the last beginning on.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._held: NDArray[np.int16] = np.zeros(0, np.int16)
        self._begin = 0  # the frame of the recording at which what is held begins
        self._rate = 0

    def lay(self, samples: NDArray[np.int16], frame: int, sample_rate: int) -> None:
        """Let a sound begin at `frame`, or where the last one begins if that is later."""
        self._rate = sample_rate
        self._give_out(max(0, frame - self._begin))
        both = min(len(self._held), len(samples))
        mixed = mix(self._held[:both], samples[:both])
        self._held = np.concatenate((mixed, self._held[both:], samples[both:]))

    def finish(self) -> None:
        """Give out the rest."""
        self._give_out(len(self._held))

    def _give_out(self, frames: int) -> None:
        sound, self._held = self._held[:frames], self._held[frames:]
        self._begin += frames
        if len(sound):
            self._recording.write(Pcm(sound.astype("<i2").tobytes(), self._rate))
        self._write_silence(frames - len(sound))

    def _write_silence(self, frames: int) -> None:
        """In parts, since films have long pauses; the first sound may begin with one."""
        while frames > 0:
            some = min(frames, self._rate)
            self._recording.write(Pcm(bytes(some * SAMPLE_BYTES), self._rate))
            frames -= some


def mix(one: NDArray[np.int16], other: NDArray[np.int16]) -> NDArray[np.int16]:
    """Add two sounds of one length; where the sum is loud, it is bent below full scale instead of clipped."""
    total = one.astype(np.float64) + other
    over = np.maximum(np.abs(total) - _KNEE, 0.0)
    room = _FULL - _KNEE
    bent = np.sign(total) * (np.minimum(np.abs(total), _KNEE) + room * np.tanh(over / room))
    return np.rint(bent).astype(np.int16)
