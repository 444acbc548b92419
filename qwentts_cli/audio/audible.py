"""How much of a sound can be heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.audio.wav import SAMPLE_BYTES

if TYPE_CHECKING:
    from qwentts_cli.audio.wav import Pcm

_WINDOWS_PER_S = 10
# Longer silences are no pause of a speaker.
_LONGEST_PAUSE_S = 0.6
# The upper byte of samples within 256 of zero, which is 42 dB below the loudest.
_QUIET = b"\x00\xff"


class AudibleMeter:
    """Counts seconds of a sound that comes in pieces; of a silence no more counts than a pause has."""

    def __init__(self) -> None:
        self._counted_s = 0.0
        self._quiet_s = 0.0
        self._is_heard = False

    def feed(self, pcm: Pcm) -> None:
        """Take the next piece."""
        upper = pcm.data[SAMPLE_BYTES - 1 :: SAMPLE_BYTES]
        window = max(1, pcm.sample_rate // _WINDOWS_PER_S) * pcm.channels
        for start in range(0, len(upper), window):
            piece = upper[start : start + window]
            is_loud = bool(piece.translate(None, _QUIET))
            self._add(len(piece) / pcm.channels / pcm.sample_rate, is_loud=is_loud)

    @property
    def seconds(self) -> float:
        """What was heard and the pauses in it; 0 where nothing was."""
        return self._counted_s if self._is_heard else 0.0

    def _add(self, seconds: float, *, is_loud: bool) -> None:
        self._is_heard |= is_loud
        self._quiet_s = 0.0 if is_loud else self._quiet_s + seconds
        if self._quiet_s <= _LONGEST_PAUSE_S:
            self._counted_s += seconds
