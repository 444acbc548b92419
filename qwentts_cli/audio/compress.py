"""FLAC, Opus and Vorbis through libsndfile, which never touches the output itself."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeVar

from qwentts_cli.audio.formats import AudioFormat, compression_level
from qwentts_cli.audio.native import load_soundfile
from qwentts_cli.audio.output import write_all
from qwentts_cli.audio.tags import Tags
from qwentts_cli.audio.vorbis_comment import ChapterSplice, Write
from qwentts_cli.audio.wav import SAMPLE_BYTES
from qwentts_cli.errors import LocalError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

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
    output: _Output = _File(out) if seekable else _Pipe(out)
    return Compressor(fmt, output, options, tags or Tags())


class Compressor:
    """libsndfile on a thread of its own.

    It calls back into Python to write. On the main thread a Ctrl-C would strike in there, where it is printed
    and lost together with the bytes; other threads get none.
    """

    def __init__(self, fmt: AudioFormat, output: _Output, options: dict[str, Any], tags: Tags) -> None:
        self._fmt = fmt
        self._output = output
        self._notes = _Notes()
        self._block_bytes = _BLOCK_FRAMES * SAMPLE_BYTES * options["channels"]
        self._splice = ChapterSplice(fmt, tags.chapters) if tags.chapters else None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")
        self._soundfile = self._thread.submit(load_soundfile).result()
        self._file = self._run(partial(_open, self._soundfile, self._notes, options, tags))

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
            raise LocalError(f"the {self._fmt} encoder left no place for chapters")

    def _put(self) -> None:
        writes = self._notes.take()
        self._output.put(self._splice.moved(writes) if self._splice else writes)

    def _run(self, work: Callable[[], _T]) -> _T:
        try:
            return self._thread.submit(work).result()
        except self._soundfile.LibsndfileError as error:
            raise LocalError(f"the {self._fmt} encoder failed: {error.error_string.rstrip('.')}") from error


class _Notes:
    """The file that libsndfile thinks it writes: it only notes what belongs where.

    The errors of a real file would be lost inside libsndfile, which knows none but "system error".
    """

    def __init__(self) -> None:
        self._position = 0
        self._size = 0
        self._writes: list[Write] = []

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def write(self, data: bytes) -> int:
        self._writes.append((self._position, data))
        self._position += len(data)
        self._size = max(self._size, self._position)
        return len(data)

    def take(self) -> list[Write]:
        """Hand over the writes since the last time, each with its offset."""
        writes, self._writes = self._writes, []
        return writes


class _Output(Protocol):
    def put(self, writes: list[Write]) -> None: ...


class _File:
    """A file that can seek; the encoder's part of it begins where it stands."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._start = out.tell()

    def put(self, writes: list[Write]) -> None:
        for offset, data in writes:
            if self._out.tell() != self._start + offset:
                self._out.seek(self._start + offset)
            write_all(self._out, data, flush=False)


class _Pipe:
    """A pipe: what libsndfile would go back for, the length in the header, stays open."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._sent = 0

    def put(self, writes: list[Write]) -> None:
        new = b""
        for offset, data in writes:
            if offset == self._sent:
                new += data
                self._sent += len(data)
        write_all(self._out, new, flush=True)


def _open(soundfile: ModuleType, file: _Notes, options: dict[str, Any], tags: Tags) -> Any:  # noqa: ANN401 - the library has no types
    opened = soundfile.SoundFile(file, "w", **options)
    for name, text in tags.items():
        setattr(opened, name, text)
    return opened
