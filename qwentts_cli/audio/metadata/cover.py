"""A picture in front of a recording, checked by what it holds and not by its name."""

from __future__ import annotations

import struct
from enum import StrEnum, unique
from typing import Final

from msgspec import Struct

# What a FLAC can hold is 16 MiB; a picture for a screen is a tenth of this.
MOST_BYTES: Final = 10_000_000
_FRONT_COVER: Final = 3
_PNG_SIZE: Final = slice(16, 24)
_LEAST_PNG_BYTES: Final = 24
_JPEG_MARKER: Final = 0xFF
_JPEG_SIZES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@unique
class Picture(StrEnum):
    """The kinds of pictures that every format holds, by their media types."""

    JPEG = "image/jpeg"
    PNG = "image/png"


_MAGIC: Final = {Picture.JPEG: b"\xff\xd8\xff", Picture.PNG: b"\x89PNG\r\n\x1a\n"}


class BadCoverError(ValueError):
    """Why something is no cover, in words that follow its name."""


class Cover(Struct, frozen=True):
    """A picture as it is in its file; `width` and `height` are in pixels."""

    data: bytes
    kind: Picture
    width: int
    height: int

    @classmethod
    def of(cls, data: bytes) -> Cover:
        """Recognise a picture.

        Raises:
            BadCoverError: it is no JPEG or PNG, a damaged one, or too large.
        """
        if len(data) > MOST_BYTES:
            raise BadCoverError(f"is larger than {MOST_BYTES // 1_000_000} MB")
        kind = next((kind for kind, magic in _MAGIC.items() if data.startswith(magic)), None)
        if kind is None:
            raise BadCoverError("is neither a JPEG nor a PNG")
        size = _png_size(data) if kind is Picture.PNG else _jpeg_size(data)
        if size is None or not all(size):
            raise BadCoverError(f"is a damaged {kind.name}")
        return cls(data, kind, *size)

    def flac_block(self) -> bytes:
        """The picture as FLAC has it (RFC 9639, section 8.8), and Ogg in Base64."""
        media_type = self.kind.encode()
        head = struct.pack(">II", _FRONT_COVER, len(media_type)) + media_type
        # No description; a depth of 24 bits, and 0 for "no palette".
        return head + struct.pack(">6I", 0, self.width, self.height, 24, 0, len(self.data)) + self.data


def _png_size(data: bytes) -> tuple[int, int] | None:
    if len(data) < _LEAST_PNG_BYTES or b"IEND" not in data[-64:]:
        return None
    width, height = struct.unpack(">II", data[_PNG_SIZE])
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Walk from marker to marker to the one that tells the size (ITU-T T.81, annex B)."""
    at = 2
    while at + 9 <= len(data) and data[at] == _JPEG_MARKER:
        marker = data[at + 1]
        if marker == _JPEG_MARKER:  # a byte to fill up
            at += 1
        elif marker in _JPEG_SIZES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
