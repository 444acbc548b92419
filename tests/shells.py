"""Real interactive shells on a terminal of their own, to press TAB in."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.reliability.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reliability.forked import ForkedQwentts

_PATIENCE_S = 100
_ESCAPES = re.compile(rb"\x1b(\[[0-9;?<>=]*[a-zA-Z]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][0-9A-B]|[=>78])")
PROMPT = "ready> "
FORKED_PROGRAM = Path(__file__).parent / "reliability" / "forked_program.py"


class Terminal:
    """What a person sees and types."""

    def __init__(self, process: int, descriptor: int) -> None:
        self._process = process
        self._descriptor = descriptor
        self._seen = b""

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C when the program waits for an answer, not in the moment between asking and waiting.

        Python would handle it when the answer comes; a person presses it again.
        """
        until(self._waits)
        self.type("\x03")

    def wait_for(self, text: str) -> str:
        """Read until `text` is shown; gives all that was shown since the last time."""
        while text not in (seen := self._shown()):
            ready, _, _ = select.select([self._descriptor], [], [], _PATIENCE_S)
            assert ready, f"no {text!r} in {seen!r}"
            self._seen += os.read(self._descriptor, 65536)
        self._seen = b""
        return seen

    def read_all(self) -> str:
        """Read until the program has ended; gives all of it, with what drives the terminal."""
        with suppress(OSError):  # a terminal that nobody holds any more
            while more := os.read(self._descriptor, 65536):
                self._seen += more
        return self._seen.decode(errors="replace")

    def _waits(self) -> bool:
        state = subprocess.run(
            ["ps", "-o", "state=", "-p", str(self._process)], capture_output=True, check=True
        )
        return state.stdout.startswith(b"S")

    def _shown(self) -> str:
        return _ESCAPES.sub(b"", self._seen).decode(errors="replace")


@contextmanager
def open_shell(command: list[str], folder: Path, env: dict[str, str]) -> Iterator[Terminal]:
    """Start a shell with nobody's start-up files, in `folder`."""
    process, descriptor = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.execve(shutil.which(command[0]) or command[0], command, env)
    try:
        yield Terminal(process, descriptor)
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(descriptor)


@contextmanager
def open_program(qwentts: ForkedQwentts, *args: str, env: dict[str, str] | None = None) -> Iterator[Terminal]:
    """Start the program to answer its questions; it is forked, and Ctrl-C reaches what asked for that."""
    install_program(qwentts.home, qwentts.server)
    command = [str(qwentts.home / "qwentts"), *args]
    with open_shell(command, qwentts.folder, qwentts.environment(env)) as terminal:
        yield terminal


def on_terminal(qwentts: ForkedQwentts, columns: int, *args: str) -> list[str]:
    """What a person sees of a run of the program, line by line."""
    shown = drawn_by(qwentts, *args, TERM="xterm-256color", COLUMNS=str(columns))[1]
    return shown.decode(errors="replace").splitlines()


def drawn_by(qwentts: ForkedQwentts, *args: str | Path, **env: str) -> tuple[int, bytes]:
    """The exit code of a run whose streams are a terminal, and all that it draws there."""
    ours, theirs = pty.openpty()
    drawn = b""
    with qwentts.running(*args, env=env, streams=dict.fromkeys(range(3), theirs)) as run:
        os.close(theirs)
        with suppress(OSError):  # how Linux says that nobody has the other end open
            while block := os.read(ours, 65_536):
                drawn += block
        code = run.wait().code
    os.close(ours)
    return code, drawn


def install_program(folder: Path, server: str = "") -> None:
    """Put a `qwentts` into `folder` that is this checkout's; with a `server`, it is forked from that."""
    start = f'-I -S "{FORKED_PROGRAM}" "{server}"' if server else "-m qwentts_cli"
    program = folder / "qwentts"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {start} "$@"\n')
    program.chmod(0o755)
