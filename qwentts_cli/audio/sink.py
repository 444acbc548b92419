"""Takes the samples of one recording to every place they go."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO, Protocol

from qwentts_cli.audio.encode import Encoder, open_encoder
from qwentts_cli.audio.tags import Chapter
from qwentts_cli.audio.wav import SAMPLE_BYTES, Pcm
from qwentts_cli.errors import RejectedError
from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwentts_cli.audio.formats import AudioFormat
    from qwentts_cli.audio.tags import Tags


class Sink(Protocol):
    def write(self, pcm: Pcm) -> None: ...
    def finish(self) -> None: ...


class EncodedSink:
    """Encodes to an open output; the encoder starts with the first samples, which say the rate."""

    def __init__(
        self,
        format: AudioFormat,  # noqa: A002 - the field's own word
        out: BinaryIO,
        *,
        seekable: bool,
        bitrate_kbps: int | None = None,
        tags: Tags | None = None,
    ) -> None:
        self._format = format
        self._out = out
        self._seekable = seekable
        self._bitrate_kbps = bitrate_kbps
        self._tags = tags
        self._encoder: Encoder | None = None

    def write(self, pcm: Pcm) -> None:
        if self._encoder is None:
            self._encoder = open_encoder(
                self._format,
                self._out,
                sample_rate=pcm.sample_rate,
                channels=pcm.channels,
                seekable=self._seekable,
                bitrate_kbps=self._bitrate_kbps,
                tags=self._tags,
            )
        self._encoder.write(pcm.data)

    def finish(self) -> None:
        if self._encoder:
            self._encoder.finish()


class Recording:
    """All sinks of one recording as one, and its length; the first samples decide its format."""

    def __init__(self, sinks: Sequence[Sink]) -> None:
        self._sinks = sinks
        self.sample_rate = 0
        self.channels = 0
        self.frames = 0
        self._begun: list[tuple[str, int]] = []

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """Those that have begun, each up to the next; the first one has what is before it, too.

        One alone would be the whole, and is none.
        """
        if len(self._begun) == 1:
            return ()
        starts = [0, *(frame for _, frame in self._begun[1:]), self.frames]
        return tuple(
            Chapter(title, start / self.sample_rate, end / self.sample_rate)
            for (title, _), (start, end) in zip(self._begun, pairwise(starts), strict=False)
        )

    def begin_chapter(self, title: str) -> None:
        """What is written from now on belongs to a chapter of that title."""
        self._begun.append((title, self.frames))

    @property
    def duration_s(self) -> float:
        return self.frames / self.sample_rate if self.sample_rate else 0.0

    def write(self, pcm: Pcm) -> None:
        """Pass samples on.

        Raises:
            RejectedError: they are of another rate or channel count than those before.
        """
        if not self.sample_rate:
            self.sample_rate, self.channels = pcm.sample_rate, pcm.channels
        if (pcm.sample_rate, pcm.channels) != (self.sample_rate, self.channels):
            raise RejectedError(
                f"the audio changed its format: {self.sample_rate} Hz and {plural(self.channels, 'channel')} "
                f"before, {pcm.sample_rate} Hz and {plural(pcm.channels, 'channel')} now"
            )
        self.frames += pcm.frames
        for sink in self._sinks:
            sink.write(pcm)

    def silence(self, seconds: float) -> None:
        """Write exact silence, once the format is known; of an hour of it only a second is in memory."""
        frames = round(seconds * self.sample_rate)
        while frames:
            some = min(frames, self.sample_rate)
            self.write(Pcm(bytes(some * self.channels * SAMPLE_BYTES), self.sample_rate, self.channels))
            frames -= some

    def finish(self) -> None:
        for sink in self._sinks:
            sink.finish()
