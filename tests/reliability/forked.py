"""Starts the program as often as a table has rows: forked from a process that has it loaded already.

Each run is a process of its own, with its own environment, folder and streams; only the imports are shared,
which are most of what a short run costs.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from tests.conftest import Qwentts, Result
from tests.reliability.broken_disk import Broken, break_disk

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_RUN_S = 50
_TREE = str(Path(__file__).parents[2])


@dataclass
class ForkedQwentts(Qwentts):
    """As `Qwentts`, and quicker to start; `server` is the socket of the process it is forked from."""

    server: str = ""

    def __call__(
        self,
        *args: str | Path,
        code: int = 0,
        stdin: bytes | None = None,
        env: dict[str, str] | None = None,
    ) -> Result:
        """Run to the end; fails the test unless the exit code is `code`, or if a traceback is shown."""
        with self.running(*args, stdin=stdin, env=env) as run:
            result = run.wait()
        assert result.code == code, f"exit {result.code}, not {code}: {result.stderr}"
        assert "Traceback" not in result.stderr
        return result

    @contextmanager
    def running(
        self,
        *args: str | Path,
        stdin: bytes | None = None,
        env: dict[str, str] | None = None,
        broken: Broken | None = None,
    ) -> Iterator[Run]:
        """Start the program, its disk `broken`; it is killed if it still runs when the block ends."""
        with tempfile.TemporaryDirectory() as name, socket.socket(socket.AF_UNIX) as line:
            for number, content in enumerate((stdin or b"", b"", b"")):
                (Path(name) / str(number)).write_bytes(content)
            order = {
                "args": [str(arg) for arg in args],
                "cwd": str(self.folder),
                "env": self.environment(env),
                "streams": name,
                "broken": broken,
            }
            line.settimeout(_LONGEST_RUN_S)
            line.connect(self.server)
            line.sendall(json.dumps(order).encode() + b"\n")
            with line.makefile() as news:
                run = Run(int(news.readline()), news, Path(name))
                try:
                    yield run
                finally:
                    if run.code is None:
                        run.send(signal.SIGKILL)
                        run.wait()


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
            command = [sys.executable, "-W", "error", "-m", __name__, str(listener.fileno())]
            with subprocess.Popen(
                command, cwd=_TREE, pass_fds=[listener.fileno()], env=os.environ | {"PYTHONPATH": _TREE}
            ) as server:
                try:
                    yield address
                finally:
                    server.terminate()


def _serve(listener: socket.socket) -> None:
    """Fork for each order a process that forks the run and tells how it ended."""
    while True:
        line, _ = listener.accept()
        if os.fork():
            line.close()
            while _reaped():
                pass
            continue
        order = json.loads(line.makefile().readline())
        child = os.fork()
        if not child:
            listener.close()
            line.close()
            _run(order)
        line.sendall(f"{child}\n".encode())
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        line.sendall(f"{code}\n".encode())
        os._exit(0)


def _reaped() -> int:
    try:
        return os.waitpid(-1, os.WNOHANG)[0]
    except ChildProcessError:
        return 0


def _run(order: dict[str, Any]) -> None:
    from qwentts_cli.cli.app import run

    for number in range(3):
        flags = os.O_WRONLY if number else os.O_RDONLY
        descriptor = os.open(Path(order["streams"]) / str(number), flags)
        os.dup2(descriptor, number)
        os.close(descriptor)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as in what a terminal starts
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    if order["broken"]:
        break_disk(Broken(*order["broken"]))
    sys.exit(run(order["args"]))


def _load() -> None:
    """Import what a run would."""
    import platformdirs
    import requests

    import qwentts_cli.audio.encode
    import qwentts_cli.cli.app
    import qwentts_cli.dashscope.client
    import qwentts_cli.synthesis.synthesizer  # noqa: F401 - to have them loaded

    assert platformdirs
    assert requests
    gc.freeze()  # so that collecting in a fork does not copy what it shares


if __name__ == "__main__":
    _load()
    _serve(socket.socket(fileno=int(sys.argv[1])))
