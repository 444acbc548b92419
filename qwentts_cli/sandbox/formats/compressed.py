"""MP3 and Opus, by the library that the program has anyway; loaded only when somebody asks for them."""

from __future__ import annotations

import io

_FORMATS = {"mp3": ("MP3", "MPEG_LAYER_III"), "opus": ("OGG", "OPUS")}
# Longer blocks have crashed libsndfile.
_BLOCK_BYTES = 2 * 65_536
# libsndfile takes no bit rate: 256 kbit/s at level 0, 6 at level 1, in between in proportion.
_MOST_KBIT_S, _SPAN_KBIT_S = 256, 250


def compress(pcm: bytes, container: str, rate: int, kbit_s: int) -> bytes:
    """Encode mono s16le as `mp3` or `opus`; the bit rate is Opus's, MP3 has the library's own."""
    import soundfile

    name, subtype = _FORMATS[container]
    level = min(1.0, max(0.0, (_MOST_KBIT_S - kbit_s) / _SPAN_KBIT_S))
    bit_rate = {"compression_level": level} if container == "opus" else {}
    out = io.BytesIO()
    file = soundfile.SoundFile(
        out, "w", samplerate=rate, channels=1, format=name, subtype=subtype, **bit_rate
    )
    with file:
        for start in range(0, len(pcm), _BLOCK_BYTES):
            file.buffer_write(pcm[start : start + _BLOCK_BYTES], dtype="int16")
    return out.getvalue()
