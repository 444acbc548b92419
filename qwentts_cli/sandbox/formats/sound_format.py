"""The formats in which the service gives sound, and the way from samples into each of them."""

from __future__ import annotations

from dataclasses import dataclass

from qwentts_cli.sandbox.formats.compressed import compress
from qwentts_cli.sandbox.formats.wav_header import SAMPLE_RATE, wav_header

_MEDIA_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg", "opus": "audio/ogg", "pcm": "audio/pcm"}
CONTAINERS = tuple(_MEDIA_TYPES)

# The data size that a streaming encoder writes when it does not know better.
UNKNOWN_SIZE = 0x7FFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFormat:
    """`container` is `wav`, `mp3`, `opus` or `pcm`; `kbit_s` is heeded by Opus only. Always mono, 16 bits."""

    container: str = "wav"
    rate: int = SAMPLE_RATE
    kbit_s: int = 32

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self.container]

    @property
    def streams(self) -> bool:
        """Whether its pieces can be sent before the whole is known."""
        return self.container in {"wav", "pcm"}

    @property
    def stream_head(self) -> bytes:
        """What comes before the samples of a stream."""
        return wav_header(UNKNOWN_SIZE, rate=self.rate) if self.container == "wav" else b""

    def seconds(self, pcm_bytes: int) -> float:
        return pcm_bytes / (2 * self.rate)

    def encode(self, pcm: bytes) -> bytes:
        """Put mono s16le of this rate into the container."""
        if self.container == "wav":
            return wav_header(len(pcm), rate=self.rate) + pcm
        return pcm if self.container == "pcm" else compress(pcm, self.container, self.rate, self.kbit_s)
