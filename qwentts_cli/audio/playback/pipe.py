"""The pipe to a player and the way to end one: what POSIX and Windows do not do alike."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import IO, TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    import subprocess

# What a pipe of Windows holds.
_PIECE_BYTES = 4096


class PlayerPipe(Protocol):
    def write(self, data: memoryview, patience_s: float) -> int:
        """Hand over some of the bytes; none if the player took nothing for so long.

        Raises:
            BrokenPipeError: the player does not listen any more.
        """

    def end(self, *, at_once: bool) -> None:
        """Ask the player and what it started to end, or end them."""


class PosixPipe:
    """The player leads a group of processes: it may be a script, and what that started must be silent too."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._descriptor = _stdin_of(process).fileno()
        os.set_blocking(self._descriptor, False)

    def write(self, data: memoryview, patience_s: float) -> int:
        import select

        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        while poll.poll(patience_s * 1000):
            with suppress(BlockingIOError):
                return os.write(self._descriptor, data)
        return 0

    def end(self, *, at_once: bool) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL if at_once else signal.SIGTERM)


class WindowsPipe:
    """There a pipe does not tell whether it has room, so a thread waits; and nobody can be asked to end."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._descriptor = _stdin_of(process).fileno()
        self._asked: SimpleQueue[bytes] = SimpleQueue()
        self._taken: SimpleQueue[int | OSError] = SimpleQueue()
        threading.Thread(target=self._work, daemon=True).start()

    def write(self, data: memoryview, patience_s: float) -> int:
        self._asked.put(bytes(data[:_PIECE_BYTES]))
        try:
            taken = self._taken.get(timeout=patience_s)
        except Empty:
            return 0
        if isinstance(taken, OSError):  # EINVAL there, which says as little
            raise BrokenPipeError from taken
        return taken

    def end(self, *, at_once: bool) -> None:
        del at_once
        self._process.terminate()
        self._asked.put(b"")

    def _work(self) -> None:
        while piece := self._asked.get():
            try:
                self._taken.put(os.write(self._descriptor, piece))
            except OSError as error:
                self._taken.put(error)
                return


def open_pipe(process: subprocess.Popen[bytes]) -> PlayerPipe:
    """The pipe to a player that was started with `start_new_session`, which Windows takes no notice of."""
    if sys.platform == "win32":
        return WindowsPipe(process)
    return PosixPipe(process)


def _stdin_of(process: subprocess.Popen[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", process.stdin)
