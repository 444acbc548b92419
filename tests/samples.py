"""Recordings to clone a voice from, like speech as far as a program can tell: loud parts and pauses."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import soundfile

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def speech_like(seconds: float, rate: int = 24_000, *, gain: float = 0.3) -> NDArray[np.float32]:
    """Bursts of a voice's pitch with pauses between them, from -1 to 1."""
    times = np.arange(int(seconds * rate)) / rate
    bursts = np.sin(2 * np.pi * 1.5 * times) > -0.3
    sound: NDArray[np.float32] = np.clip(gain * bursts * np.sin(2 * np.pi * 180 * times), -1, 1)
    return sound.astype(np.float32)


def write_sample(path: Path, seconds: float = 12, rate: int = 24_000, *, channels: int = 1) -> Path:
    """Write such a recording; its name says the format."""
    path.write_bytes(_recording(path.suffix[1:], seconds, rate, channels))
    return path


@cache
def _recording(kind: str, seconds: float, rate: int, channels: int) -> bytes:
    file = BytesIO()
    soundfile.write(file, np.stack([speech_like(seconds, rate)] * channels, axis=1), rate, format=kind)
    return file.getvalue()
