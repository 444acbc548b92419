"""M4A and M4B: AAC with chapters, tags and a cover, by FFmpeg's libraries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

from qwentts_cli.audio.encoders.notes import FileOutput, Notes
from qwentts_cli.audio.formats import AudioFormat
from qwentts_cli.audio.metadata.languages import three_letters
from qwentts_cli.audio.native import load_av
from qwentts_cli.audio.tags import AI_LABEL, Tags, field_name
from qwentts_cli.audio.wav import SAMPLE_BYTES
from qwentts_cli.errors import LocalError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from qwentts_cli.audio.metadata.cover import Cover

    _T = TypeVar("_T")

_KBPS_A_CHANNEL: Final = 64
# Ctrl-C waits for a block to end.
_BLOCK_FRAMES: Final = 16_384
_BRANDS: Final = {AudioFormat.M4A: "M4A ", AudioFormat.M4B: "M4B "}
# An audiobook, as iTunes numbers the kinds of media.
_AUDIOBOOK: Final = "2"
_MS: Final = Fraction(1, 1000)
_CODECS: Final = {"image/jpeg": "mjpeg", "image/png": "png"}


class Mp4Encoder:
    """Works on a thread of its own: FFmpeg calls back into Python to write, where no Ctrl-C must strike."""

    def __init__(
        self,
        fmt: AudioFormat,
        out: BinaryIO,
        *,
        sample_rate: int,
        channels: int,
        bitrate_kbps: int | None,
        tags: Tags | None,
        seekable: bool,
    ) -> None:
        if not seekable:
            raise LocalError(f"{fmt} cannot be written to a pipe", hint="Name a file, or choose mp3.")
        self._fmt, self._channels = fmt, channels
        self._output, self._notes = FileOutput(out), Notes()
        self._samples = 0
        self._av = load_av()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")
        kbps = bitrate_kbps or _KBPS_A_CHANNEL * channels
        self._run(partial(self._open, tags or Tags(), sample_rate, kbps))

    def write(self, pcm: bytes) -> None:
        size = _BLOCK_FRAMES * SAMPLE_BYTES * self._channels
        for start in range(0, len(pcm), size):
            self._run(partial(self._encode, pcm[start : start + size]))
            self._put()

    def finish(self) -> None:
        self._run(self._close)
        self._thread.shutdown()
        self._put()

    def _open(self, tags: Tags, sample_rate: int, kbps: int) -> None:
        # The length is told in samples, not in milliseconds.
        options = {"brand": _BRANDS[self._fmt], "movie_timescale": str(sample_rate)}
        self._container = self._av.open(self._notes, "w", format="mp4", options=options)
        self._container.metadata.update(self._fields(tags))
        layout = "mono" if self._channels == 1 else "stereo"
        self._stream = self._container.add_stream("aac", sample_rate, layout=layout, bit_rate=kbps * 1000)
        if tags.language:
            self._stream.metadata["language"] = three_letters(tags.language)
        if tags.chapters:
            self._container.set_chapters(
                [
                    {
                        "id": number,
                        "start": round(chapter.start_s * 1000),
                        "end": round(chapter.end_s * 1000),
                        "time_base": _MS,
                        "metadata": {"title": chapter.shown_title},
                    }
                    for number, chapter in enumerate(tags.chapters)
                ]
            )
        if tags.cover:
            self._add_cover(tags.cover)

    def _fields(self, tags: Tags) -> dict[str, str]:
        # The language belongs to the sound.
        fields = {field_name(name): text for name, text in tags.items() if name != "language"}
        if tags.ai_label:
            # The only field of its own words that FFmpeg writes.
            fields["comment"] = f"{AI_LABEL}={tags.ai_label}"
        return fields | ({"media_type": _AUDIOBOOK} if self._fmt is AudioFormat.M4B else {})

    def _add_cover(self, cover: Cover) -> None:
        from av.stream import Disposition

        size = {"width": cover.width, "height": cover.height}
        picture = self._container.add_mux_stream(_CODECS[cover.kind], **size)
        picture.disposition = Disposition.attached_pic
        self._container.start_encoding()
        packet = self._av.Packet(cover.data)
        packet.stream, packet.pts, packet.dts, packet.time_base = picture, 0, 0, _MS
        self._container.mux(packet)

    def _encode(self, pcm: bytes) -> None:
        frames = len(pcm) // (SAMPLE_BYTES * self._channels)
        frame = self._av.AudioFrame(format="s16", layout=self._stream.layout.name, samples=frames)
        frame.planes[0].update(pcm)
        frame.sample_rate = self._stream.rate
        frame.time_base, frame.pts = Fraction(1, self._stream.rate), self._samples
        self._samples += frames
        self._container.mux(self._stream.encode(frame))

    def _close(self) -> None:
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def _put(self) -> None:
        self._output.put(self._notes.take())

    def _run(self, work: Callable[[], _T]) -> _T:
        try:
            return self._thread.submit(work).result()
        except self._av.FFmpegError as error:
            raise LocalError(f"the {self._fmt} encoder failed: {error.strerror}") from error
