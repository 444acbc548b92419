"""Bytes that can be read again: files that must not change meanwhile, and copies of pipes."""

from __future__ import annotations

import os
import tempfile
import weakref
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from qwentts_cli.errors import LocalError, UsageError

_BLOCK_BYTES: Final = 1 << 20


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def seek(self, offset: int, /) -> object: ...

    def close(self) -> None: ...


class SteadyFile:
    """An open file; `state` is what it was like when it was opened first, and must not change.

    Raises:
        UsageError: on reading, it has changed.
    """

    def __init__(self, name: str, state: tuple[int, int] | None) -> None:
        self._name = name
        self._file = Path(name).open("rb")  # noqa: SIM115 - whoever made this closes it
        self.state = state or self._now()

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        if self._now() != self.state:
            raise UsageError(
                f"{self._name} has changed since it was checked", hint="Run the command again; it resumes."
            )
        return data

    def seek(self, offset: int) -> None:
        self._file.seek(offset)

    def close(self) -> None:
        self._file.close()

    def _now(self) -> tuple[int, int]:
        found = os.fstat(self._file.fileno())
        return found.st_size, found.st_mtime_ns


class PipeCopy:
    """All that a pipe gives, kept in a file without a name that goes away with this or with the process.

    Raises:
        UsageError: it is closed or cannot be read.
        LocalError: there is no room for it.
    """

    def __init__(self, pipe: BinaryIO | None, name: str) -> None:
        if pipe is None:
            raise UsageError(f"there is no input: {name} is closed")
        try:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - the finalizer closes it
            self._close = weakref.finalize(self, self._file.close)
            while data := _read(pipe, name):
                self._file.write(data)
            self._file.flush()
        except OSError as error:
            raise LocalError(
                f"cannot keep a copy of {name} in {tempfile.gettempdir()}: {error.strerror}",
                hint="Free some space there, or let TMPDIR name another folder.",
            ) from error

    def open(self) -> Stream:
        """Start reading it from the beginning, without regard to others who read it."""
        return _CopyReader(self, self._file)


class _CopyReader:
    def __init__(self, copy: PipeCopy, file: BinaryIO) -> None:
        self._copy = copy  # which removes the file when nobody has it
        self._file = file
        self._place = 0

    def read(self, size: int) -> bytes:
        self._file.seek(self._place)
        data = self._file.read(size)
        self._place += len(data)
        return data

    def seek(self, offset: int) -> None:
        self._place = offset

    def close(self) -> None:
        pass


def _read(pipe: BinaryIO, name: str) -> bytes:
    try:
        return pipe.read(_BLOCK_BYTES)
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {name}: {getattr(error, 'strerror', None) or error}") from error
