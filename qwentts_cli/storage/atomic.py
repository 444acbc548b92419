"""Files that are absent, old or complete, whatever happens while they are written."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from qwentts_cli.storage.locks import try_lock
from qwentts_cli.storage.naming import take_name
from qwentts_cli.storage.os_errors import os_errors_as_local
from qwentts_cli.storage.private import SAFE_FLAGS, is_own_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PREFIX = ".qwentts-"
_SUFFIX = ".part"
_SYNC_UNSUPPORTED = {errno.EINVAL, errno.ENOTSUP}


@contextmanager
def atomic_write(
    path: Path,
    *,
    mode: int | None = None,
    overwrite: bool = True,
    before_naming: Callable[[IO[bytes]], None] | None = None,
) -> Iterator[IO[bytes]]:
    """Write a file beside `path` that takes its name when the block ends well.

    The file is open for reading and writing. With `mode` it has exactly these permission bits from the start,
    else those the umask leaves. `before_naming` is given the whole file, and can keep it from its name by
    raising. What a killed run leaves behind, `remove_leftovers` finds.

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
                if before_naming:
                    before_naming(file)
                if sys.platform != "win32":  # where an open file keeps its name
                    take_name(part, path, overwrite=overwrite)
            if sys.platform == "win32":
                take_name(part, path, overwrite=overwrite)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
        _sync_folder(path.parent)


def remove_leftovers(folder: Path) -> None:
    """Delete the half-written files in `folder` whose writer, a process of this user, is dead."""
    # Not with `glob`, which keeps all that there is in memory: there may be a million files.
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIX) and entry.name.endswith(_SUFFIX):
                _remove_if_dead(Path(entry.path))


def _open_part(folder: Path, mode: int | None) -> tuple[Path, IO[bytes]]:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | SAFE_FLAGS
    while True:
        part = folder / f"{_PREFIX}{os.urandom(16).hex()}{_SUFFIX}"
        file = os.fdopen(os.open(part, flags, 0o666 if mode is None else mode), "w+b")
        if mode is not None and hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), mode)
        # The lock tells other runs that the writer lives. One of them may have looked before it was taken.
        if _lock_part(file.fileno()) and os.fstat(file.fileno()).st_nlink:
            return part, file
        file.close()


def _lock_part(descriptor: int) -> bool:
    try:
        return try_lock(descriptor)
    except OSError:  # a file system without locks: nobody else can take it for dead either
        return True


def _remove_if_dead(entry: Path) -> None:
    """Others may have put a pipe or a link there, or what they still write."""
    with suppress(OSError):
        descriptor = os.open(entry, os.O_RDONLY | SAFE_FLAGS)
        try:
            is_dead = is_own_regular(os.fstat(descriptor)) and try_lock(descriptor)
            if is_dead and sys.platform != "win32":
                entry.unlink()
        finally:
            os.close(descriptor)
        if is_dead and sys.platform == "win32":  # where an open file keeps its name
            entry.unlink()


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
