"""What a recording of a voice is like: its format, and how much can be heard in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_FRAME_S = 0.02
_CLIPPED = 0.999
_QUIETEST_DB = -50.0
# A speaker's weakest sounds are about so far below the loud ones.
_SPEECH_RANGE_DB = 30.0
_SILENT_DB = -120.0


class SampleFacts(Struct, frozen=True, kw_only=True):
    """What was measured.

    `rate` is in Hz, `clipped` the share of samples at full scale, `speech_s` the seconds in which something
    is as loud as speech, and `swing_db` how far loud and quiet parts are apart.
    """

    container: str
    rate: int
    channels: int
    seconds: float
    peak_db: float
    clipped: float
    speech_s: float
    swing_db: float


def measure(samples: Samples, rate: int, *, container: str, channels: int) -> SampleFacts:
    """Measure a recording of one channel, whose samples go from -1 to 1."""
    import numpy as np

    size = max(1, round(rate * _FRAME_S))
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    levels = _decibels(np.sqrt(np.mean(frames.astype(np.float64) ** 2, axis=1)))
    loud = float(np.percentile(levels, 95)) if len(levels) else _SILENT_DB
    quiet = float(np.percentile(levels, 10)) if len(levels) else _SILENT_DB
    audible = levels > max(_QUIETEST_DB, loud - _SPEECH_RANGE_DB)
    magnitudes = np.abs(samples)
    return SampleFacts(
        container=container,
        rate=rate,
        channels=channels,
        seconds=len(samples) / rate,
        peak_db=float(_decibels(magnitudes.max(initial=0.0))),
        clipped=float(np.mean(magnitudes >= _CLIPPED)) if len(samples) else 0.0,
        speech_s=float(np.count_nonzero(audible) * _FRAME_S),
        swing_db=loud - quiet,
    )


def _decibels(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    return 20 * np.log10(np.maximum(levels, 10 ** (_SILENT_DB / 20)))
