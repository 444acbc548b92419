"""Our own files and folders, under names that others can foresee.

Somebody may have put a link, a pipe or a file of their own where we look for ours. Whatever is not ours alone
is refused before it is opened, and nothing is done to it.
"""

from __future__ import annotations

import errno
import os
import shlex
import stat
from contextlib import suppress
from itertools import takewhile
from typing import TYPE_CHECKING

from qwentts_cli.errors import LocalError

if TYPE_CHECKING:
    from pathlib import Path

_PRIVATE = 0o600
_PRIVATE_FOLDER = 0o700
_MOUNT_POINT = 0xA0000003  # Windows' IO_REPARSE_TAG_MOUNT_POINT, which Python names only there
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
# A pipe is not waited for, and a link is not followed.
SAFE_FLAGS = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def make_private_folder(path: Path) -> None:
    """Make `path` and what is missing above it, open to nobody else under any umask.

    Raises:
        LocalError: `path` is a link or belongs to somebody else.
        OSError: it cannot be made.
    """
    missing = takewhile(lambda folder: not os.path.lexists(folder), (path, *path.parents))
    for folder in reversed(list(missing)):
        with suppress(FileExistsError):
            folder.mkdir(_PRIVATE_FOLDER)
            folder.chmod(_PRIVATE_FOLDER)
    check_own_folder(path)
    mode = path.stat().st_mode
    if mode & _OTHERS_WRITE and os.name != "nt":
        path.chmod(stat.S_IMODE(mode) & ~_OTHERS_WRITE)


def check_own_folder(path: Path) -> None:
    """Check a folder of ours; one that is missing is in order.

    Raises:
        LocalError: `path` is a link, is no folder, or belongs to somebody else.
    """
    with suppress(FileNotFoundError):
        facts = path.lstat()
        if stat.S_ISLNK(facts.st_mode) or _is_junction(facts):
            raise _refusal(path, "it is a link")
        if not stat.S_ISDIR(facts.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
        if not _is_own(facts):
            raise _refusal(path, f"it belongs to another user ({facts.st_uid})")


def check_folders_below(top: Path, path: Path) -> None:
    """Check `top`, a folder of ours, and every folder in it on the way to `path`; errors are its own."""
    check_own_folder(top)
    for part in reversed(path.relative_to(top).parents[:-1]):
        check_own_folder(top / part)


def check_own_file(path: Path) -> None:
    """Check a file of ours without opening it; one that is missing is in order.

    Raises:
        LocalError: it is a link or no regular file, it has another name too, or others own or can write it.
    """
    with suppress(FileNotFoundError):
        _check(path, path.lstat())


def open_private(path: Path, *, flags: int = os.O_RDWR | os.O_CREAT) -> int:
    """Open a file of ours and give its descriptor; it is made if it is missing, for nobody else to read.

    One that others can read is closed to them when it is opened to be written.

    Raises:
        LocalError: it is not ours alone, as `check_own_file` says.
        OSError: it cannot be opened.
    """
    check_own_file(path)
    descriptor = os.open(path, flags | SAFE_FLAGS, _PRIVATE)
    try:
        facts = os.fstat(descriptor)
        _check(path, facts)
        if flags & os.O_RDWR and stat.S_IMODE(facts.st_mode) != _PRIVATE and hasattr(os, "fchmod"):
            os.fchmod(descriptor, _PRIVATE)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def read_private(path: Path) -> bytes:
    """Read a file of ours; errors are those of `open_private`."""
    with os.fdopen(open_private(path, flags=os.O_RDONLY), "rb") as file:
        return file.read()


def read_believable(
    path: Path, most_bytes: int, *, waits_for_pipe: bool = False
) -> tuple[bytes, os.stat_result]:
    """Read what the user wrote, and say what kind of file it is; a link to it is followed.

    With `waits_for_pipe` it may be a pipe too, such as a shell makes of a command.

    Raises:
        LocalError: others own the file or can write to it, as `check_believable` says.
        OSError: it cannot be read.
    """
    waiting = 0 if waits_for_pipe else getattr(os, "O_NONBLOCK", 0)
    flags = os.O_RDONLY | waiting | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode) and not waits_for_pipe:
            raise LocalError(f"{path} is not a file", hint="Move it away, and run the command again.")
        # A pipe without a name comes from whoever started us, who may be another user at "sudo".
        if stat.S_ISREG(facts.st_mode) or (stat.S_ISFIFO(facts.st_mode) and path.resolve().exists()):
            check_believable(path, facts)
        return file.read(most_bytes), facts


def check_believable(path: Path, facts: os.stat_result) -> None:
    """Check that a file decides on behalf of nobody but the user and root, as `ssh` does.

    Raises:
        LocalError: others own it or can write to it; the message has the command that mends it.
    """
    name = shlex.quote(str(path))
    if not _is_own(facts):
        raise LocalError(
            f"{path} is not believed: it belongs to another user ({facts.st_uid})",
            hint=f"If what it says is yours, run: chown {_own_id()} {name}",
        )
    if _can_others_write(facts):
        raise LocalError(
            f"{path} is not believed: others can write to it",
            hint=f"Look at what it says, then run: chmod 600 {name}",
        )


def is_own_regular(facts: os.stat_result) -> bool:
    """Whether a file is a plain one that this user made."""
    return stat.S_ISREG(facts.st_mode) and (os.name == "nt" or facts.st_uid == _own_id())


def _check(path: Path, facts: os.stat_result) -> None:
    if stat.S_ISLNK(facts.st_mode):
        raise _refusal(path, "it is a link")
    if not stat.S_ISREG(facts.st_mode):
        raise _refusal(path, "it is not a regular file")
    if not _is_own(facts):
        raise _refusal(path, f"it belongs to another user ({facts.st_uid})")
    if facts.st_nlink > 1:
        raise _refusal(path, "it has another name too (a hard link)")
    if _can_others_write(facts) and _is_within_reach(path, facts):
        command = f"chmod 600 {shlex.quote(str(path))}"
        raise _refusal(path, "others can write to it", hint=f"Look at it, then run: {command}")


def _is_within_reach(path: Path, facts: os.stat_result) -> bool:
    """Whether others can really write to it: a disk without permissions says so of everything.

    A file that its group can write, as some umasks have it, is out of reach in a folder that is ours alone.
    """
    folder = path.parent.stat().st_mode
    if folder & _OTHERS_WRITE == _OTHERS_WRITE:
        return False
    return bool(facts.st_mode & stat.S_IWOTH or folder & stat.S_IRWXG)


def _refusal(path: Path, why: str, *, hint: str = "Move it away, and run the command again.") -> LocalError:
    return LocalError(f"{path} is not touched: {why}", hint=hint)


def _is_own(facts: os.stat_result) -> bool:
    """Root could read and change everything anyway."""
    return os.name == "nt" or facts.st_uid in {0, _own_id()}


def _can_others_write(facts: os.stat_result) -> bool:
    return os.name != "nt" and bool(facts.st_mode & _OTHERS_WRITE)


def _own_id() -> int:
    return os.geteuid() if hasattr(os, "geteuid") else 0


def _is_junction(facts: os.stat_result) -> bool:
    """On Windows, a folder that leads elsewhere without being called a link."""
    return getattr(facts, "st_reparse_tag", 0) == _MOUNT_POINT
