"""Standard input, which only one reader can have, and other pipes that the shell opened."""

from __future__ import annotations

import sys
from pathlib import Path
from stat import S_ISFIFO
from typing import BinaryIO

from qwentts_cli.errors import UsageError

STDIN_NAMES = frozenset({"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})
_OPEN_FILES = {Path("/dev/fd"), Path("/proc/self/fd")}
_read_for: list[str] = []


def is_shell_pipe(path: Path) -> bool:
    """Whether it is what a shell makes of `<(command)`; a pipe with a name may have no writer."""
    try:
        return path.parent in _OPEN_FILES and S_ISFIFO(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def read_file_or_stdin(path: Path, what: str) -> bytes:
    """Read a file that may be stdin; `what` is what it is read for.

    Raises:
        UsageError: stdin has been read already.
        OSError: the file cannot be read.
    """
    return open_stdin(what).read() if str(path) in STDIN_NAMES else path.read_bytes()


def open_stdin(what: str) -> BinaryIO:
    """Give stdin to the first who asks for it; `what` is what will be read from it.

    Raises:
        UsageError: it is closed, or something has been read from it already.
    """
    if sys.stdin is None:
        raise UsageError(f"stdin is closed: there is no input for {what}")
    if _read_for:
        twice = f"both {_read_for[0]} and {what}" if what not in _read_for else f"{what} twice"
        raise UsageError(f"stdin cannot give {twice}", hint="Put one of them in a file, and name that.")
    _read_for.append(what)
    return sys.stdin.buffer
