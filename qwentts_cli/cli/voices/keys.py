"""Single keys, while something else goes on."""

from __future__ import annotations

import select
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from qwentts_cli.speech.preview.speak_previews import Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WISHES = {" ": Wish.NEXT, "n": Wish.NEXT, "q": Wish.STOP, "\x1b": Wish.STOP}


@contextmanager
def read_keys() -> Iterator[Callable[[float], Wish | None] | None]:
    """Give a function that waits for so many seconds, or until a key says what is wanted instead.

    `None` where nobody can press a key: without a terminal, and on Windows.
    """
    if sys.platform == "win32" or sys.stdin is None or not sys.stdin.isatty():
        yield None
        return
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        yield lambda seconds: _wait(descriptor, seconds)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _wait(descriptor: int, seconds: float) -> Wish | None:
    import os

    end = time.monotonic() + seconds
    while True:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            return None
        key = os.read(descriptor, 1).decode("ascii", "replace")
        if not key:  # the terminal has gone
            return Wish.STOP
        if wish := _WISHES.get(key.lower()):
            return wish
