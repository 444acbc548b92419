"""Runs the program as often as a table has rows: asks `fork_server.py`, which has it loaded, for a run."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tests.conftest import Qwentts, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reliability.broken_disk import Broken

_LONGEST_RUN_S = 200
_SERVER = "tests.reliability.fork_server"
_TREE = str(Path(__file__).parents[2])


@dataclass
class ForkedQwentts(Qwentts):
    """As `Qwentts`, and quicker to start; `server` is the socket of the process it is forked from."""

    server: str = ""

    def elsewhere(self, folder: Path) -> ForkedQwentts:
        """The same in a home and a folder of its own below `folder`, and as unconfigured as it began."""
        home, work = folder / "home", folder / "work"
        home.mkdir(parents=True)
        work.mkdir()
        return replace(self, folder=work, home=home, env={})

    def run(self, *args: str | Path, stdin: bytes | None = None, env: dict[str, str] | None = None) -> Result:
        with self.running(*args, stdin=stdin, env=env) as run:
            return run.wait()

    @contextmanager
    def running(
        self,
        *args: str | Path,
        stdin: bytes | None = None,
        env: dict[str, str] | None = None,
        broken: Broken | None = None,
        umask: int | None = None,
        streams: dict[int, int] | None = None,
    ) -> Iterator[Run]:
        """Start the program, its disk `broken`; it is killed if it still runs when the block ends.

        Its streams are files, unless `streams` has a descriptor for the number of one.
        """
        with tempfile.TemporaryDirectory() as name, socket.socket(socket.AF_UNIX) as line:
            for number, content in enumerate((stdin or b"", b"", b"")):
                (Path(name) / str(number)).write_bytes(content)
            order = {
                "args": [str(arg) for arg in args],
                "cwd": str(self.folder),
                "env": self.environment(env),
                "broken": broken and tuple(broken),
                "umask": umask,
            }
            line.settimeout(_LONGEST_RUN_S)
            line.connect(self.server)
            modes = (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY)
            files = [os.open(Path(name) / str(number), mode) for number, mode in enumerate(modes)]
            passed = (dict(enumerate(files)) | (streams or {})).values()
            socket.send_fds(line, [ascii(order).encode() + b"\n"], list(passed))
            for descriptor in files:
                os.close(descriptor)
            with line.makefile() as news:
                run = Run(int(news.readline()), news, Path(name))
                try:
                    yield run
                finally:
                    if run.code is None:
                        run.send(signal.SIGKILL)
                        run.wait()

    @contextmanager
    def piped(
        self, *args: str | Path, env: dict[str, str] | None = None
    ) -> Iterator[tuple[Run, IO[bytes], IO[bytes]]]:
        """Start it between two pipes; gives the run, what it reads and what it writes."""
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        with (
            os.fdopen(ours_in, "wb") as stdin,
            os.fdopen(ours_out, "rb") as stdout,
            self.running(*args, env=env, streams={0: theirs_in, 1: theirs_out}) as run,
        ):
            os.close(theirs_in)
            os.close(theirs_out)
            yield run, stdin, stdout


@dataclass
class Run:
    """A program that was started; `code` is there when it was waited for."""

    pid: int
    news: IO[str]
    streams: Path
    code: int | None = None

    def send(self, number: signal.Signals) -> None:
        """Signal the run, which may have ended by itself."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def wait(self) -> Result:
        if self.code is None:
            self.code = int(self.news.readline())
        stdout, stderr = ((self.streams / number).read_bytes() for number in "12")
        return Result(self.code, stdout, stderr.decode())


@contextmanager
def fork_server() -> Iterator[str]:
    """Load the program once; gives the address where it can be asked to run."""
    with tempfile.TemporaryDirectory() as name:
        address = str(Path(name) / "socket")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen(64)
            command = [sys.executable, "-W", "error", "-m", _SERVER, str(listener.fileno())]
            env = os.environ | {"PYTHONPATH": _TREE}
            with subprocess.Popen(command, cwd=_TREE, pass_fds=[listener.fileno()], env=env) as server:
                try:
                    yield address
                finally:
                    server.terminate()
