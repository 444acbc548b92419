"""Small pictures, as a painter's program writes them."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 4, height: int = 6, *, padding: int = 0) -> bytes:
    """A black PNG, made larger by `padding` bytes of a comment."""
    rows = (b"\0" * (width * 3 + 1)) * height
    parts = [
        _chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)),
        _chunk(b"tEXt", b"Comment\0" + b"x" * padding),
        _chunk(b"IDAT", zlib.compress(rows)),
        _chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg(width: int = 16, height: int = 8) -> bytes:
    """The beginning of a JPEG, up to its size, and its end."""
    app0 = b"\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    size = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\0"
    return b"\xff\xd8" + app0 + size + b"\xff\xd9"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
