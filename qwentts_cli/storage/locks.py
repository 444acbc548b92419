"""Locks between processes and threads: the one way for all files, on POSIX and on Windows.

A lock is on an open file, and the system frees it when its holder ends, however that happens.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

from qwentts_cli.errors import BusyError
from qwentts_cli.storage.os_errors import os_errors_as_local
from qwentts_cli.storage.private import open_private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_POLL_S = 0.01
_LONGEST_NUMBER = 20


class FileLocks(Protocol):
    """What a system offers; both raise `OSError` on a disk that has no locks."""

    def try_lock(self, descriptor: int, *, shared: bool) -> bool:
        """Lock a file unless somebody else has."""

    def wait(self, descriptor: int) -> None:
        """Lock a file for oneself, however long that takes."""


class PosixLocks:
    def try_lock(self, descriptor: int, *, shared: bool) -> bool:
        import fcntl

        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def wait(self, descriptor: int) -> None:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)


class WindowsLocks:
    """Windows locks bytes. Ours are far behind the end of any file, so that what it says can be read.

    There are no shared locks in Python's `msvcrt`. So there are seats of a byte: sharing takes one of them,
    being alone takes all.
    """

    first_seat = 1 << 30
    seats = 1024

    def __init__(self, msvcrt: Any, *, pause: Callable[[float], None] = time.sleep) -> None:  # noqa: ANN401 - a module that exists on Windows alone
        self._msvcrt = msvcrt
        self._pause = pause

    def try_lock(self, descriptor: int, *, shared: bool) -> bool:
        if shared:
            return any(self._take(descriptor, seat, 1) for seat in range(self.seats))
        return self._take(descriptor, 0, self.seats)

    def wait(self, descriptor: int) -> None:
        while not self.try_lock(descriptor, shared=False):
            self._pause(_POLL_S)

    def _take(self, descriptor: int, seat: int, count: int) -> bool:
        place = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, self.first_seat + seat, os.SEEK_SET)
        try:
            self._msvcrt.locking(descriptor, self._msvcrt.LK_NBLCK, count)
        except PermissionError:
            return False
        finally:
            os.lseek(descriptor, place, os.SEEK_SET)
        return True


def system_locks() -> FileLocks:
    if sys.platform == "win32":
        import msvcrt

        return WindowsLocks(msvcrt)
    return PosixLocks()


def try_lock(descriptor: int, *, shared: bool = False) -> bool:
    """Lock an open file, alone or with all that share it; false if somebody else has it.

    Raises:
        OSError: the disk has no locks.
    """
    return system_locks().try_lock(descriptor, shared=shared)


@contextmanager
def wait_for_lock(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, which exists only meanwhile; a killed holder lets go by itself.

    Where there are no locks, or no file can be made, it does not wait.

    Raises:
        LocalError: `path` is there and not ours.
    """
    descriptor = _wait(path)
    try:
        yield
    finally:
        if descriptor is not None:
            with suppress(OSError):
                path.unlink()
            os.close(descriptor)
            if sys.platform == "win32":  # where an open file keeps its name
                with suppress(OSError):
                    path.unlink()


def _wait(path: Path) -> int | None:
    while True:
        try:
            descriptor = open_private(path)
        except OSError:
            return None
        try:
            system_locks().wait(descriptor)
        except OSError:
            os.close(descriptor)
            return None
        # The one before removed the file it held; whoever waited for that one starts over.
        if os.fstat(descriptor).st_nlink:
            return descriptor
        os.close(descriptor)


@contextmanager
def hold_lock(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold the lock file `path`, which stays, as long as the block runs; alone, or with all that share it.

    Raises:
        BusyError: another process holds it; the message has its number.
        LocalError: `path` is there and not ours, or cannot be locked.
    """
    with os_errors_as_local(path):
        descriptor = open_private(path)
    try:
        with os_errors_as_local(path):
            if not try_lock(descriptor, shared=shared):
                raise _busy(path, os.read(descriptor, _LONGEST_NUMBER))
            os.ftruncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)


def _busy(path: Path, holder: bytes) -> BusyError:
    number = holder.decode("ascii", "replace").strip()
    return BusyError(
        f"another process ({number if number.isdigit() else '?'}) is writing to {path.parent.parent}",
        hint="Wait for it, or give this one another folder.",
    )
