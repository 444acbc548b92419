"""Playing through a program of the system, and noticing when it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from typing import IO, cast

from qwentts_cli.audio.playback.pipe import open_pipe
from qwentts_cli.audio.playback.player import PATIENCE_S, Player
from qwentts_cli.errors import LocalError
from qwentts_cli.settings.child import start_program

_TICK_S = 0.02
_FAREWELL_S = 0.5
_STDERR_TAIL_BYTES = 4096
_REASON_CHARS = 200
# ffplay writes this and exits with 0.
_FFPLAY_FAILED = "audio open failed"


class ProgramPlayer(Player):
    """One run of a player program, in a process group of its own and without the user's secrets.

    `bytes_per_s` is how fast it plays what is written to it.
    """

    def __init__(
        self, name: str, argv: list[str], *, bytes_per_s: float = 1, patience_s: float = PATIENCE_S
    ) -> None:
        super().__init__(name)
        self._bytes_per_s = bytes_per_s
        self._written = 0
        self._patience_s = patience_s
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - a pipe would need a thread to read it
        try:
            self._process = _start(argv, self._stderr)
        except OSError as error:
            self._stderr.close()
            raise LocalError(f"the player {name} cannot be started: {error.strerror}") from error
        self.pid = self._process.pid
        self._stdin = cast("IO[bytes]", self._process.stdin)
        self._pipe = open_pipe(self._process)

    def write(self, pcm: bytes) -> None:
        self._written += len(pcm)
        rest = memoryview(pcm)
        while rest:
            try:
                taken = self._pipe.write(rest, self._patience_s)
            except BrokenPipeError:
                raise self._failure("it ended before the sound did") from None
            if not taken:
                raise self._failure("it takes no more sound")
            rest = rest[taken:]

    def finish(self) -> None:
        self.wait_for_end(self._written / self._bytes_per_s)

    def wait_for_end(self, sound_s: float) -> None:
        """Wait until a sound of that length was heard. Raises what `write` does."""
        self._stdin.close()
        deadline = time.monotonic() + sound_s + self._patience_s
        while self._process.poll() is None:
            if time.monotonic() > deadline:
                raise self._failure("it does not come to an end")
            time.sleep(_TICK_S)
        if self._process.returncode or _FFPLAY_FAILED in self._complaint():
            raise self._failure(f"exit code {self._process.returncode}")
        self.stop()

    def stop(self) -> None:
        if self._stderr.closed:
            return
        if self._process.poll() is None:
            self._pipe.end(at_once=False)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_FAREWELL_S)
        if self._process.poll() is None:
            self._pipe.end(at_once=True)
            self._process.wait()
        self._stdin.close()
        self._stderr.close()

    def _failure(self, otherwise: str) -> LocalError:
        """Stop, and tell why: the program's own last words, or else ours."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_TICK_S)
        code = self._process.poll()
        complaint = self._complaint()
        self.stop()
        if code is not None and code < 0:
            complaint = f"it was killed by {_signal_name(-code)}"
        return LocalError(
            f"the player {self.name} failed: {complaint or otherwise}",
            hint="Check the sound device, or save the sound with -o FILE.",
        )

    def _complaint(self) -> str:
        """The last line the program wrote to stderr, or the one by which ffplay gives itself away."""
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, size - _STDERR_TAIL_BYTES))
        text = self._stderr.read().decode("utf-8", "replace")
        lines = [line for line in map(_printable, text.splitlines()) if line]
        telling = [line for line in lines if _FFPLAY_FAILED in line] or lines
        return telling[-1][:_REASON_CHARS] if telling else ""


def _start(argv: list[str], stderr: IO[bytes]) -> subprocess.Popen[bytes]:
    return start_program(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        start_new_session=True,
        bufsize=0,
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most real-time signals have no name
        return f"signal {number}"


def _printable(line: str) -> str:
    return "".join(char for char in line if char.isprintable()).strip()
