"""Writing bytes to whatever takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO


def write_all(out: BinaryIO, data: bytes, *, flush: bool) -> None:
    """Write every byte, also to an unbuffered file, which may take a part at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[out.write(rest) :]
    if flush:
        out.flush()
