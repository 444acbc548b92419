"""WAV: reading what the service serves without believing its header, and writing a canonical one."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from qwentts_cli.errors import BadAudioError, NetworkError, QwenTTSError

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLE_BYTES = 2
STREAMING_SIZE = 0xFFFFFFFF
HEADER_BYTES = 44

_PCM, _EXTENSIBLE = 1, 0xFFFE
_EXTENSIBLE_FMT_BYTES = 40
_FMT_BYTES = 16
_CHUNK_HEAD = 8
# A WAV has two or three; millions of empty ones fit into a body, and looking at each would take minutes.
_MOST_CHUNKS = 64
SAMPLE_RATES = range(4000, 384_001)
MOST_CHANNELS = 8
# Servers that do not know the length yet write 0, 0x7FFFFFFF or 0xFFFFFFFF, some less their header's bytes.
_PLACEHOLDERS = (range(0x7FFFFF00, 0x80000000), range(0xFFFFFF00, 0x100000000))

_MAGIC = {
    b"ID3": "MP3",
    b"\xff\xfb": "MP3",
    b"OggS": "Ogg",
    b"fLaC": "FLAC",
    b"\x1f\x8b": "gzip",
    b"<": "HTML or XML",
    b"{": "JSON",
    b"PK": "ZIP",
}


class Word(NamedTuple):
    """When a word is said, in milliseconds."""

    text: str
    start_ms: int
    end_ms: int

    def moved(self, ms: int) -> Word:
        return Word(self.text, self.start_ms + ms, self.end_ms + ms)


class Pcm(Struct, frozen=True):
    """Signed 16-bit little-endian samples, channels interleaved.

    `words` are those that are said in them, or were said before, as far as that is known; their times count
    from the first of these samples, so that those of words before it are negative.
    """

    data: bytes
    sample_rate: int
    channels: int = 1
    words: tuple[Word, ...] = ()

    @property
    def frames(self) -> int:
        return len(self.data) // (SAMPLE_BYTES * self.channels)

    @property
    def duration_s(self) -> float:
        return self.frames / self.sample_rate


def join_pcm(pieces: Sequence[Pcm]) -> Pcm:
    """Pieces of one sound, at least one, as a whole."""
    rate, channels = pieces[0].sample_rate, pieces[0].channels
    words: list[Word] = []
    frames = 0
    for piece in pieces:
        words += (word.moved(frames * 1000 // rate) for word in piece.words)
        frames += piece.frames
    return Pcm(b"".join(piece.data for piece in pieces), rate, channels, tuple(words))


class Layout(NamedTuple):
    """Where the samples of a WAV start, and what its header says of them."""

    sample_rate: int
    channels: int
    data_start: int
    data_size: int

    @property
    def size_is_known(self) -> bool:
        return self.data_size > 0 and not is_placeholder(self.data_size)


def wav_header(data_bytes: int | None, sample_rate: int, channels: int = 1, info: bytes = b"") -> bytes:
    """Build the canonical 44-byte header; `None` bytes for a stream whose length is not known yet.

    `info` is a chunk that goes before the samples, where a stream can have it too.
    """
    data = STREAMING_SIZE if data_bytes is None else data_bytes
    riff = STREAMING_SIZE if data_bytes is None else data_bytes + HEADER_BYTES + len(info) - 8
    frame = channels * SAMPLE_BYTES
    fmt = struct.pack("<IHHIIHH", _FMT_BYTES, _PCM, channels, sample_rate, sample_rate * frame, frame, 16)
    return b"RIFF" + struct.pack("<I", riff) + b"WAVEfmt " + fmt + info + b"data" + struct.pack("<I", data)


def info_chunk(name: str, text: str) -> bytes:
    """A LIST chunk of type INFO with one text, which has a name of four letters."""
    value = text.encode() + b"\0"
    field = b"INFO" + name.encode() + struct.pack("<I", len(value)) + value + bytes(len(value) % 2)
    return b"LIST" + struct.pack("<I", len(field)) + field


def parse_wav(body: bytes, *, is_whole: bool) -> Pcm:
    """Take the samples out of a WAV that is believed only where something else agrees.

    Args:
        body: the file as it was served.
        is_whole: the transfer proved that nothing is missing (its length, its end or a checksum agreed).

    Raises:
        NetworkError: the file is shorter than it says, so a part of it was lost on the way.
        BadAudioError: it is not a WAV of 16-bit samples, contradicts itself, cannot be shown to be complete,
            or has no samples.
    """
    layout = read_layout(body)
    if layout is None:
        raise not_wav(body)
    available = len(body) - layout.data_start
    if layout.size_is_known:
        _check_size(body, layout, available)
        size = layout.data_size
    elif is_whole:
        size = available
    else:
        raise BadAudioError(
            "the audio cannot be shown to be complete: neither its header nor the answer has a length"
        )
    frame = SAMPLE_BYTES * layout.channels
    if size % frame:
        raise BadAudioError(
            f"the audio is damaged: {size} bytes are not a whole number of {frame}-byte samples"
        )
    if size == 0:
        raise BadAudioError("the service sent empty audio", hint="Change the text or try again.")
    data = body[layout.data_start : layout.data_start + size]
    return Pcm(data, layout.sample_rate, layout.channels)


def read_layout(head: bytes) -> Layout | None:
    """Find the samples in the first bytes of a WAV; `None` if the header is not complete, or none at all.

    Raises:
        BadAudioError: the header is complete and describes something other than 16-bit PCM.
    """
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    position, fmt = 12, b""
    for _ in range(_MOST_CHUNKS):
        if position + _CHUNK_HEAD > len(head):
            return None
        name, size = _chunk(head, position)
        position += 8
        if name == b"data":
            return _layout(fmt, position, size)
        if name == b"fmt ":
            fmt = head[position : position + size]
        position += size + size % 2
    raise _too_many_chunks()


def not_wav(body: bytes) -> BadAudioError:
    """Say what was served instead of a WAV."""
    if not body:
        return BadAudioError("the service sent empty audio: 0 bytes")
    start = body.lstrip()[:4]
    kind = next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), "")
    if body[:4] == b"RIFF":
        kind = "a RIFF file without samples"
    return BadAudioError(f"the audio is not a WAV{f' but {kind}' if kind else ''} ({len(body)} bytes)")


def is_placeholder(size: int) -> bool:
    return size == 0 or any(size in sizes for sizes in _PLACEHOLDERS)


def _chunk(data: bytes, position: int) -> tuple[bytes, int]:
    """The name and size of the chunk that begins there."""
    return data[position : position + 4], int.from_bytes(data[position + 4 : position + 8], "little")


def _layout(fmt: bytes, data_start: int, data_size: int) -> Layout:
    if len(fmt) < _FMT_BYTES:
        raise BadAudioError("the WAV has no format before its samples")
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", fmt)
    if kind == _EXTENSIBLE and len(fmt) >= _EXTENSIBLE_FMT_BYTES:
        kind = int.from_bytes(fmt[24:26], "little")
    if kind != _PCM or bits != SAMPLE_BYTES * 8:
        raise BadAudioError(f"the WAV is not 16-bit PCM: format {kind}, {bits} bits")
    if not 1 <= channels <= MOST_CHANNELS or rate not in SAMPLE_RATES:
        raise BadAudioError(f"the WAV has an impossible format: {channels} channels at {rate} Hz")
    return Layout(rate, channels, data_start, data_size)


def _check_size(body: bytes, layout: Layout, available: int) -> None:
    if layout.data_size > available:
        raise NetworkError(
            f"the audio is cut short: {available} of {layout.data_size} bytes of samples arrived"
        )
    if not _is_chunk_list(body, layout.data_start + layout.data_size + layout.data_size % 2):
        raise _contradiction(layout, available)


def _is_chunk_list(body: bytes, position: int) -> bool:
    """Whether the rest of the file is chunks such as LIST, or nothing."""
    for _ in range(_MOST_CHUNKS):
        if position >= len(body):
            return True
        name, size = _chunk(body, position)
        if len(name) < 4 or not name.isascii() or position + 8 + size > len(body):  # noqa: PLR2004 - a chunk's name
            return False
        position += 8 + size + size % 2
    raise _too_many_chunks()


def _too_many_chunks() -> BadAudioError:
    return BadAudioError(f"the WAV has more than {_MOST_CHUNKS} parts")


def _contradiction(layout: Layout, available: int) -> QwenTTSError:
    return BadAudioError(
        f"the WAV contradicts itself: {layout.data_size} bytes of samples by its header, {available} in fact"
    )
