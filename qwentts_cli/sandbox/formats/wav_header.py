"""WAV headers, written and read without the client's code."""

from __future__ import annotations

import struct

SAMPLE_RATE = 24_000
HEADER_BYTES = 44


def wav_header(data_bytes: int, *, rate: int = SAMPLE_RATE, channels: int = 1, bits: int = 16) -> bytes:
    """Write the canonical 44-byte header for `data_bytes` of PCM; sizes too big for the format wrap."""
    frame = channels * bits // 8
    riff = struct.pack("<4sI4s", b"RIFF", (data_bytes + 36) & 0xFFFFFFFF, b"WAVE")
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * frame, frame, bits)
    return riff + form + struct.pack("<4sI", b"data", data_bytes & 0xFFFFFFFF)


def wav_file(pcm: bytes) -> bytes:
    """Put 24 kHz mono s16le PCM into a WAV file."""
    return wav_header(len(pcm)) + pcm
