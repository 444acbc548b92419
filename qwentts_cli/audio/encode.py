"""Samples in, a file or a stream of any format out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Protocol

from qwentts_cli.audio.formats import AudioFormat, check_format
from qwentts_cli.audio.output import write_all
from qwentts_cli.audio.tags import AI_LABEL, Tags
from qwentts_cli.audio.wav import STREAMING_SIZE, info_chunk, wav_header

if TYPE_CHECKING:
    from collections.abc import Callable


class Encoder(Protocol):
    """Takes the samples of one recording from the first to the last."""

    def write(self, pcm: bytes) -> None:
        """Encode whole frames of signed 16-bit little-endian samples, channels interleaved, of any length.

        Raises:
            OSError: the output cannot be written, exactly as the system said it.
            LocalError: the encoder failed.
        """

    def finish(self) -> None:
        """Write what is still held back, and the length into the header if the output can seek.

        Without this the output is incomplete. It stays open. Raises what `write` does.
        """


def open_encoder(
    fmt: AudioFormat,
    out: BinaryIO,
    *,
    sample_rate: int,
    seekable: bool,
    channels: int = 1,
    bitrate_kbps: int | None = None,
    tags: Tags | None = None,
) -> Encoder:
    """Start writing audio of format `fmt` to `out`, from where it stands.

    A seekable `out` becomes a file with its exact length in the header. Into any other every byte goes as
    soon as there is one, and the header leaves the length open. A WAV holds only the label of
    what was made by AI, and PCM nothing.

    Raises:
        UsageError: the bit rate does not suit the format.
        LocalError: the format does not have this sample rate, or its encoder cannot be loaded.
        OSError: the output cannot be written.
    """
    check_format(fmt, sample_rate=sample_rate, channels=channels, bitrate_kbps=bitrate_kbps)
    if fmt is AudioFormat.PCM:
        return PcmEncoder(out, flush=not seekable)
    if fmt is AudioFormat.WAV:
        info = info_chunk(AI_LABEL, tags.ai_label) if tags and tags.ai_label else b""
        return WavEncoder(out, sample_rate=sample_rate, channels=channels, seekable=seekable, info=info)
    return _find_encoder(fmt)(
        out,
        sample_rate=sample_rate,
        channels=channels,
        bitrate_kbps=bitrate_kbps,
        tags=tags,
        seekable=seekable,
    )


def _find_encoder(fmt: AudioFormat) -> Callable[..., Encoder]:
    if fmt is AudioFormat.MP3:
        from qwentts_cli.audio.mp3 import Mp3Encoder

        return Mp3Encoder
    if fmt.is_mp4:
        from qwentts_cli.audio.encoders.mp4 import Mp4Encoder

        return partial(Mp4Encoder, fmt)
    from qwentts_cli.audio.compress import open_compressor

    return partial(open_compressor, fmt)


class PcmEncoder:
    """The samples as they are."""

    def __init__(self, out: BinaryIO, *, flush: bool) -> None:
        self._out = out
        self._flush = flush

    def write(self, pcm: bytes) -> None:
        write_all(self._out, pcm, flush=self._flush)

    def finish(self) -> None:
        self._out.flush()


class WavEncoder:
    """A header and the samples; the lengths in it are filled in at the end where the output can seek.

    Where it cannot, or beyond the 4 GiB a WAV can tell, they say "until the end", which every reader takes.
    """

    def __init__(
        self, out: BinaryIO, *, sample_rate: int, channels: int, seekable: bool, info: bytes = b""
    ) -> None:
        self._out = out
        self._head = partial(wav_header, sample_rate=sample_rate, channels=channels, info=info)
        self._start = out.tell() if seekable else None
        self._data_bytes = 0
        self._put(self._head(None))

    def write(self, pcm: bytes) -> None:
        self._put(pcm)
        self._data_bytes += len(pcm)

    def finish(self) -> None:
        if self._start is not None and self._data_bytes <= STREAMING_SIZE - len(self._head(None)):
            self._out.seek(self._start)
            self._put(self._head(self._data_bytes))
        self._out.flush()

    def _put(self, data: bytes) -> None:
        write_all(self._out, data, flush=self._start is None)
