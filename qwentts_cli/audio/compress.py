"""FLAC, Opus and Vorbis through libsndfile, which never touches the output itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from qwentts_cli.audio.encoders.notes import FileOutput, Notes, Output, PipeOutput
from qwentts_cli.audio.formats import AudioFormat, compression_level
from qwentts_cli.audio.metadata.splice import splice_tags
from qwentts_cli.audio.native import load_soundfile, sound_error_text
from qwentts_cli.audio.tags import Tags
from qwentts_cli.audio.wav import SAMPLE_BYTES
from qwentts_cli.errors import LocalError

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")

# One large write of Vorbis crashes libsndfile (its issue 1095), and Ctrl-C waits for a block to end.
_BLOCK_FRAMES = 16_384

_KINDS = {
    AudioFormat.FLAC: ("FLAC", "PCM_16"),
    AudioFormat.OPUS: ("OGG", "OPUS"),
    AudioFormat.OGG: ("OGG", "VORBIS"),
}


def open_compressor(
    fmt: AudioFormat,
    out: BinaryIO,
    *,
    sample_rate: int,
    channels: int,
    bitrate_kbps: int | None,
    tags: Tags | None,
    seekable: bool,
) -> Compressor:
    """Start an encoder of a compressed `fmt`; see `encode.open_encoder`."""
    options: dict[str, Any] = {"samplerate": sample_rate, "channels": channels}
    options["format"], options["subtype"] = _KINDS[fmt]
    if bitrate_kbps is not None:
        options["compression_level"] = compression_level(
            fmt, sample_rate=sample_rate, channels=channels, bitrate_kbps=bitrate_kbps
        )
    output: Output = FileOutput(out) if seekable else PipeOutput(out)
    return Compressor(fmt, output, options, tags or Tags())


class Compressor:
    """libsndfile on a thread of its own.

    It calls back into Python to write. On the main thread a Ctrl-C would strike in there, where it is printed
    and lost together with the bytes; other threads get none.
    """

    def __init__(self, fmt: AudioFormat, output: Output, options: dict[str, Any], tags: Tags) -> None:
        self._fmt = fmt
        self._output = output
        self._notes = Notes()
        self._block_bytes = _BLOCK_FRAMES * SAMPLE_BYTES * options["channels"]
        self._splice = splice_tags(fmt, tags)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")
        self._soundfile = self._thread.submit(load_soundfile).result()
        self._file = self._run(partial(self._soundfile.SoundFile, self._notes, "w", **options))

    def write(self, pcm: bytes) -> None:
        for start in range(0, len(pcm), self._block_bytes):
            block = pcm[start : start + self._block_bytes]
            self._run(partial(self._file.buffer_write, block, dtype="int16"))
            self._put()

    def finish(self) -> None:
        self._run(self._file.close)
        self._thread.shutdown()
        self._put()
        if self._splice and not self._splice.is_done:
            raise LocalError(f"the {self._fmt} encoder left no place for tags")

    def _put(self) -> None:
        writes = self._notes.take()
        self._output.put(self._splice.moved(writes) if self._splice else writes)

    def _run(self, work: Callable[[], _T]) -> _T:
        try:
            return self._thread.submit(work).result()
        except self._soundfile.SoundFileError as error:
            raise LocalError(f"the {self._fmt} encoder failed: {sound_error_text(error)}") from error
