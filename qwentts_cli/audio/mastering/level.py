"""A recording brought to a loudness: one gain for the whole of it, so that nothing in it changes but that."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from qwentts_cli.audio.wav import Pcm

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qwentts_cli.audio.formats import AudioFormat

# EBU R 128: the true peak stays under -1 dB; a lossy codec comes out a little louder than it went in.
_MOST_PEAK_DB: Final = -1.0
_LOSSY_MARGIN_DB: Final = 1.0
_MISSED_LU: Final = 0.1
_LOUDEST: Final = 32_767


def make_leveller(
    target_lufs: float | None, fmt: AudioFormat, path: Path, warn: Callable[[str], None]
) -> Leveller | None:
    """What brings the recording in `path` to that loudness, if it is to have one."""
    return None if target_lufs is None else Leveller(target_lufs, fmt, name=str(path), warn=warn)


class Leveller:
    """Hears the whole recording first, and then changes it.

    Args:
        target_lufs: how loud it is to be.
        fmt: what it will be written as.
        name: what the recording is called.
        warn: told where it cannot be that loud.
    """

    def __init__(
        self, target_lufs: float, fmt: AudioFormat, *, name: str, warn: Callable[[str], None]
    ) -> None:
        from qwentts_cli.audio.mastering.loudness import LoudnessMeter

        self._target = target_lufs
        self._most_peak_db = _MOST_PEAK_DB - (_LOSSY_MARGIN_DB if fmt.is_lossy else 0.0)
        self._name, self._warn = name, warn
        self._meter = LoudnessMeter()
        self._factor = 1.0

    def hear(self, pcm: Pcm) -> None:
        self._meter.feed(pcm)

    def decide(self) -> None:
        """Choose the gain; all has been heard."""
        self._meter.finish()
        loudness = self._meter.lufs
        if loudness is None:
            self._warn(f"{self._name} has no sound that is loud enough to be measured, and stays as it is")
            return
        room = self._most_peak_db - self._meter.peak_db
        gain = min(self._target - loudness, room)
        if loudness + gain < self._target - _MISSED_LU:
            self._warn(
                f"{self._name} is {loudness + gain:.1f} LUFS, not {self._target:g}: "
                f"any louder, its peaks would pass {self._most_peak_db:g} dB"
            )
        self._factor = math.pow(10, gain / 20)

    def apply(self, pcm: Pcm) -> Pcm:
        import numpy as np

        samples = np.frombuffer(pcm.data, "<i2") * self._factor
        whole = np.clip(np.rint(samples), -_LOUDEST - 1, _LOUDEST).astype("<i2")
        return Pcm(whole.tobytes(), pcm.sample_rate, pcm.channels)
