"""Sound made for tests, and what the encoders make of it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from qwentts_cli.audio.encode import Encoder, open_encoder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwentts_cli.audio.formats import AudioFormat

RATE = 24_000


def sound(frames: int, channels: int = 1) -> bytes:
    """A tone that glides, with noise, as s16le."""
    random = np.random.default_rng(frames)
    time = np.arange(frames) / RATE
    tone = 8000 * np.sin(2 * np.pi * (300 + 200 * np.sin(3 * time)) * time)
    samples = tone + random.normal(0, 300, (channels, frames))
    return samples.T.astype("<i2").tobytes()


def encode(fmt: AudioFormat, chunks: Iterable[bytes], out: BinaryIO, **options: object) -> None:
    arguments: dict[str, object] = {"sample_rate": RATE, "seekable": True, **options}
    encoder: Encoder = open_encoder(fmt, out, **arguments)  # type: ignore[arg-type]  # a bundle of options
    for chunk in chunks:
        encoder.write(chunk)
    encoder.finish()


def encoded(fmt: AudioFormat, chunks: Iterable[bytes], **options: object) -> bytes:
    out = io.BytesIO()
    encode(fmt, chunks, out, **options)
    return out.getvalue()
