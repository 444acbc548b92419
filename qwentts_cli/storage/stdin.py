"""Standard input, which only one reader can have."""

from __future__ import annotations

import sys
from typing import BinaryIO

from qwentts_cli.errors import UsageError

STDIN_NAMES = frozenset({"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})
_read_for: list[str] = []


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
