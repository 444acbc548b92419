"""What a library's encoder writes, taken from it and put where it belongs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO, Protocol

from qwentts_cli.audio.output import write_all

if TYPE_CHECKING:
    from qwentts_cli.audio.metadata.splice import Write


class Notes:
    """The file that a library thinks it writes: it only notes what belongs where.

    The errors of a real file would be lost inside libsndfile, which knows none but "system error". A Ctrl-C
    that strikes in here would be, too.
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


class Output(Protocol):
    def put(self, writes: list[Write]) -> None: ...


class FileOutput:
    """A file that can seek; the encoder's part of it begins where it stands."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._start = out.tell()

    def put(self, writes: list[Write]) -> None:
        for offset, data in writes:
            if self._out.tell() != self._start + offset:
                self._out.seek(self._start + offset)
            write_all(self._out, data, flush=False)


class PipeOutput:
    """A pipe: what an encoder would go back for, the length in the header, stays open."""

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
