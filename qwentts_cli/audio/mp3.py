"""MP3 by LAME, and the frame in front of it that tells players the exact length.

LAME keeps a constant bit rate, so that a player knows the length of a stream it cannot measure. The tag frame
(Gabriel Bouvigne, "Mp3 Info Tag rev 1 specifications") tells how many samples LAME put before the first and
behind the last one, which players leave out.
"""

from __future__ import annotations

import struct
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

from msgspec import Struct

from qwentts_cli.audio.native import load_lame
from qwentts_cli.audio.output import write_all
from qwentts_cli.audio.tags import Tags, id3_block
from qwentts_cli.errors import LocalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEFAULT_KBPS: Final = 64
_MPEG1: Final = 0b11
# By version of MPEG (1, 2 and 2.5): sample rates by their index, bits of the header, kbit/s by their index.
_LSF_KBPS: Final = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_MPEG1_KBPS: Final = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_VERSIONS: Final = (
    ((44_100, 48_000, 32_000), _MPEG1, _MPEG1_KBPS),
    ((22_050, 24_000, 16_000), 0b10, _LSF_KBPS),
    ((11_025, 12_000, 8000), 0b00, _LSF_KBPS[:8]),
)
# Samples that LAME puts in front; decoders add 529 of their own.
_DELAY: Final = 576
_QUALITY: Final = 5  # LAME's and ffmpeg's own choice between speed and care
_TOC: Final = bytes(index * 256 // 100 for index in range(100))
_CONSTANT_RATE: Final = b"\x01"
_HAS_FRAMES_BYTES_AND_TOC: Final = 0b111


class _Layout(Struct, frozen=True):
    """How the frames of one stream are built."""

    sample_rate: int
    channels: int
    kbps: int

    @property
    def samples(self) -> int:
        """How many samples a frame holds."""
        return 1152 if self._version == _MPEG1 else 576

    @property
    def _version(self) -> int:
        return next(bits for rates, bits, _ in _VERSIONS if self.sample_rate in rates)

    def header(self, kbps: int) -> bytes:
        """The four bytes that begin a frame without padding and checksum."""
        rates, version, steps = next(row for row in _VERSIONS if self.sample_rate in row[0])
        mode = 0b11 if self.channels == 1 else 0b01
        second = 0b11100011 | version << 3
        third = (steps.index(kbps) + 1) << 4 | rates.index(self.sample_rate) << 2
        return bytes([0xFF, second, third, mode << 6])

    def frame_bytes(self, kbps: int) -> int:
        return self.samples // 8 * kbps * 1000 // self.sample_rate

    @property
    def tag_offset(self) -> int:
        """Where the tag stands in its frame: behind the header and the side information."""
        mpeg1 = self._version == _MPEG1
        return 4 + {(True, 1): 17, (True, 2): 32, (False, 1): 9, (False, 2): 17}[mpeg1, self.channels]

    @property
    def tag_kbps(self) -> int:
        """The rate of the tag's own frame: the stream's, or the lowest that has room for it."""
        steps = next(steps for rates, _, steps in _VERSIONS if self.sample_rate in rates)
        room = self.tag_offset + 156
        return next(kbps for kbps in steps if kbps >= self.kbps and self.frame_bytes(kbps) >= room)


def nearest_kbps(sample_rate: int, kbps: int) -> int:
    """The bit rate nearest to `kbps` that MP3 has at this sample rate."""
    steps = next(steps for rates, _, steps in _VERSIONS if sample_rate in rates)
    return min(steps, key=lambda step: (abs(step - kbps), -step))


class Mp3Encoder:
    """Writes tags, the tag frame and LAME's frames; the tag frame has the length if the output can seek."""

    def __init__(
        self,
        out: BinaryIO,
        *,
        sample_rate: int,
        channels: int,
        bitrate_kbps: int | None,
        tags: Tags | None,
        seekable: bool,
    ) -> None:
        kbps = nearest_kbps(sample_rate, bitrate_kbps or DEFAULT_KBPS * channels)
        self._layout = _Layout(sample_rate, channels, kbps)
        self._out = out
        self._flush = not seekable
        self._counter = _FrameCounter(self._layout)
        self._samples = 0
        self._bytes = 0
        self._lame = load_lame().Encoder()
        self._lame.silence()
        self._lame.set_in_sample_rate(sample_rate)
        self._lame.set_out_sample_rate(sample_rate)
        self._lame.set_channels(channels)
        self._lame.set_bit_rate(kbps)
        self._lame.set_quality(_QUALITY)
        write_all(out, id3_block(tags or Tags()), flush=False)
        self._start = out.tell() if seekable else None
        write_all(out, self._tag_frame(), flush=self._flush)

    def write(self, pcm: bytes) -> None:
        self._samples += len(pcm) // (2 * self._layout.channels)
        self._put(partial(self._lame.encode, pcm))

    def finish(self) -> None:
        self._put(self._lame.flush)
        if self._start is not None:
            end = self._out.tell()
            self._out.seek(self._start)
            write_all(self._out, self._tag_frame(), flush=False)
            self._out.seek(end)
        self._out.flush()

    def _put(self, encode: Callable[[], bytes]) -> None:
        try:
            data = encode()
        except RuntimeError as error:
            raise LocalError(f"the mp3 encoder failed: {error}") from error
        self._counter.feed(data)
        self._bytes += len(data)
        write_all(self._out, data, flush=self._flush)

    def _tag_frame(self) -> bytes:
        layout, frames = self._layout, self._counter.frames
        size = layout.frame_bytes(layout.tag_kbps)
        tag = b"Info"
        padding = 0
        if frames:
            total = size + self._bytes
            tag += struct.pack(">III", _HAS_FRAMES_BYTES_AND_TOC, frames, total) + _TOC
            padding = max(0, frames * layout.samples - self._samples - _DELAY)
        else:
            tag += bytes(4)
        tag += self._lame_part(padding)
        frame = layout.header(layout.tag_kbps) + bytes(layout.tag_offset - 4) + tag
        return (frame + struct.pack(">H", crc16(frame))).ljust(size, b"\0")

    def _lame_part(self, padding: int) -> bytes:
        """What only LAME's own tag has: the encoder and its delay; of the rest nothing is claimed."""
        delay = struct.pack(">I", _DELAY << 12 | min(padding, 0xFFF))[1:]
        kbps = bytes([min(self._layout.kbps, 255)])
        return b"LAME3.100" + _CONSTANT_RATE + bytes(10) + kbps + delay + bytes(10)


class _FrameCounter:
    """Counts the frames that pass by; some are a byte longer, where the rate does not come out even."""

    def __init__(self, layout: _Layout) -> None:
        self._bytes = layout.frame_bytes(layout.kbps)
        self._next = 0
        self.frames = 0

    def feed(self, data: bytes) -> None:
        for place in self._starts(data):
            self.frames += 1
            self._next = place + self._bytes + (data[place + 2] >> 1 & 1)
        self._next -= len(data)

    def _starts(self, data: bytes) -> Iterator[int]:
        while self._next < len(data):
            yield self._next


def crc16(data: bytes) -> int:
    """The CRC-16 of the tag frame (polynomial 0x8005, bits reversed)."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc
