"""Files that are absent, old or complete, whatever happens while they are written."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager, suppress
from itertools import takewhile
from typing import IO, TYPE_CHECKING

from qwentts_cli.errors import BusyError, LocalError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform != "win32":  # there, an open file cannot be removed, which protects it as a lock would
    import fcntl

_PREFIX = ".qwentts-"
_SUFFIX = ".part"
_NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS, errno.EACCES}
_SYNC_UNSUPPORTED = {errno.EINVAL, errno.ENOTSUP}


@contextmanager
def atomic_write(path: Path, *, mode: int | None = None, overwrite: bool = True) -> Iterator[IO[bytes]]:
    """Write a file beside `path` that takes its name when the block ends well.

    The file is open for reading and writing. With `mode` it has exactly these permission bits from the start,
    else those the umask leaves. What a killed run leaves behind, `remove_leftovers` finds.

    Raises:
        UsageError: `path` came into being meanwhile and `overwrite` is false.
        LocalError: the disk is full, the folder is gone, or the like.
    """
    with os_errors_as_local(path):
        part, file = _open_part(path.parent, mode)
        try:
            with file:
                yield file
                file.flush()
                _sync(file.fileno())
                if sys.platform != "win32":  # where an open file keeps its name
                    _take_name(part, path, overwrite=overwrite)
            if sys.platform == "win32":
                _take_name(part, path, overwrite=overwrite)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
        _sync_folder(path.parent)


@contextmanager
def os_errors_as_local(path: Path) -> Iterator[None]:
    """Turn the system's errors about `path` into a `LocalError`; a closed pipe stays itself."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise LocalError(
            f"cannot write {path}: {os.strerror(error.errno) if error.errno else error}",
            hint=_hint(error),
        ) from error


def remove_leftovers(folder: Path) -> None:
    """Delete the half-written files in `folder` whose writer is dead."""
    with suppress(OSError):
        for entry in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
            _remove_if_dead(entry)


def make_private_folder(path: Path) -> None:
    """Make `path` and what is missing above it, open to nobody else under any umask."""
    missing = takewhile(lambda folder: not folder.exists(), (path, *path.parents))
    for folder in reversed(list(missing)):
        with suppress(FileExistsError):
            folder.mkdir(0o700)
            folder.chmod(0o700)


def _hint(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "Free some space and run the command again."
    if error.errno in {errno.EMFILE, errno.ENFILE}:
        return "Ask for fewer --jobs, or allow more open files with 'ulimit -n'."
    return "Check the folder and its permissions."


def _open_part(folder: Path, mode: int | None) -> tuple[Path, IO[bytes]]:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    while True:
        part = folder / f"{_PREFIX}{os.urandom(16).hex()}{_SUFFIX}"
        file = os.fdopen(os.open(part, flags, 0o666 if mode is None else mode), "w+b")
        if mode is not None and hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), mode)
        # The lock tells other runs that the writer lives. One of them may have looked before it was taken.
        if _try_lock(file) and os.fstat(file.fileno()).st_nlink:
            return part, file
        file.close()


def _try_lock(file: IO[bytes]) -> bool:
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: nobody else can take it for dead either
        return True
    return True


def _remove_if_dead(entry: Path) -> None:
    with suppress(OSError):
        if sys.platform == "win32":
            entry.unlink()
            return
        with entry.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            entry.unlink()


def _take_name(part: Path, path: Path, *, overwrite: bool) -> None:
    if overwrite:
        part.replace(path)
        return
    try:
        os.link(part, path)
    except FileExistsError as error:
        raise UsageError(f"{path} exists already", hint="Use --force to overwrite it.") from error
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        part.replace(path)
    else:
        part.unlink()


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _SYNC_UNSUPPORTED:
            raise


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _sync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def wait_for_lock(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, which exists only meanwhile; a killed holder lets go by itself.

    Where there are no locks, it does not wait.
    """
    descriptor = _lock(path)
    try:
        yield
    finally:
        if descriptor is not None:
            with suppress(OSError):
                path.unlink()
            os.close(descriptor)


def _lock(path: Path) -> int | None:
    if sys.platform == "win32":
        return None
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
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
    """
    if sys.platform == "win32":
        yield
        return
    with os_errors_as_local(path), path.open("a+b") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read(20).decode("ascii", "replace").strip() or "?"
            raise BusyError(
                f"another process ({holder}) is writing to {path.parent.parent}",
                hint="Wait for it, or give this one another folder.",
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        yield
