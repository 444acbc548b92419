"""What every test shares: an empty world, a sandbox, and the real program."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from qwentts_cli.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

PROGRAM = [sys.executable, "-W", "error", "-m", "qwentts_cli"]
KEY = "sk-canary0123456789"
# NumPy's threads look for work so busily that the other workers starve.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Otherwise each worker compiles the package, and rewrites the asserts of all tests, in each run.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
_INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "COVERAGE_PROCESS_CONFIG")
_MEMORY, _ROOM = "/dev/shm", 1 << 30  # what three runs leave behind fits in
_OFTEN_IGNORED = ("SIGINT", "SIGHUP", "SIGQUIT", "SIGTERM")


def pytest_configure(config: pytest.Config) -> None:
    """Set up what runs tests: a worker, or the only process."""
    _write_into_memory()
    if config.getoption("numprocesses", 0):
        return
    from hypothesis import settings

    # A busy machine would break a deadline; and what a run does not draw, the next may.
    settings.register_profile("qwentts", deadline=None, max_examples=60)
    settings.load_profile("qwentts")
    for name in _OFTEN_IGNORED:
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) is signal.SIG_IGN:
            # Under `nohup`, or in the background. A handler is not handed on to what tests start.
            signal.signal(number, _ignore)


def _write_into_memory() -> None:
    """Have temporary files in memory, where there is room: on a disk, tests mostly wait for its syncing."""
    if not os.access(_MEMORY, os.W_OK):
        return
    place = os.statvfs(_MEMORY)
    if place.f_bavail * place.f_frsize > _ROOM and not place.f_flag & os.ST_NOEXEC:
        os.environ.setdefault("TMPDIR", _MEMORY)
        tempfile.tempdir = None  # so that it is looked for again


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Search for no garbage meanwhile, nor later in what is made now: most of it stays to the end."""
    gc.disable()
    try:
        _compile_a_share(session.config)
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _compile_a_share(config: pytest.Config) -> None:
    """Import tests from another file on than other workers, who would compile the same at the same time."""
    worker = getattr(config, "workerinput", None)
    if worker is None:
        return
    files = [file for name in config.args for file in sorted(Path(name).resolve().rglob("test_*.py"))]
    first = len(files) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for file in files[first:] + files[:first]:
        with suppress(Exception):  # it is told when the file is collected
            import_module(".".join(file.relative_to(config.rootpath).with_suffix("").parts))


def _ignore(_number: int, _frame: FrameType | None) -> None:
    pass


@dataclass(frozen=True)
class Result:
    """How a run of the program ended."""

    code: int
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        return self.stdout.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)

    @property
    def error(self) -> Any:
        return self.json["error"]


@dataclass
class Qwentts:
    """The program in a process of its own, in an empty home and an empty folder."""

    folder: Path
    home: Path
    env: dict[str, str] = field(default_factory=dict)

    def environment(self, env: dict[str, str] | None = None) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        here = {"HOME": str(self.home), "PYTHONUTF8": "1", "PYTHONPATH": str(Path(__file__).parents[1])}
        return inherited | here | self.env | (env or {})

    def __call__(
        self,
        *args: str | Path,
        code: int = 0,
        stdin: bytes | None = None,
        env: dict[str, str] | None = None,
    ) -> Result:
        """Run to the end; fails the test unless the exit code is `code`, or if a traceback is shown."""
        result = self.run(*args, stdin=stdin, env=env)
        assert result.code == code, f"exit {result.code}, not {code}: {result.stderr}"
        assert "Traceback" not in result.stderr
        return result

    def run(self, *args: str | Path, stdin: bytes | None = None, env: dict[str, str] | None = None) -> Result:
        """Run to the end, whatever that is."""
        done = subprocess.run(
            [*PROGRAM, *map(str, args)],
            cwd=self.folder,
            env=self.environment(env),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            check=False,
            timeout=200,
        )
        return Result(done.returncode, done.stdout, done.stderr.decode())

    def start(
        self, *args: str | Path, env: dict[str, str] | None = None, **pipes: Any
    ) -> subprocess.Popen[bytes]:
        """Start the program and leave it running."""
        return subprocess.Popen(
            [*PROGRAM, *map(str, args)], cwd=self.folder, env=self.environment(env), **pipes
        )


@pytest.fixture(scope="session")
def loaded() -> Iterator[str]:
    """The program, imported once for all tests of this worker."""
    from tests.reliability.forked import fork_server

    with fork_server() as address:
        yield address


@pytest.fixture
def qwentts(tmp_path: Path, loaded: str) -> Qwentts:
    """The program without a key, a configuration, or anything else."""
    from tests.reliability.forked import ForkedQwentts

    home, folder = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    folder.mkdir()
    return ForkedQwentts(folder, home, server=loaded)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A Qwen-TTS that speaks in tones, which a test can read back."""
    with Sandbox(voice_engine="tones") as server:
        yield server


@pytest.fixture
def online(qwentts: Qwentts, sandbox: Sandbox) -> Qwentts:
    """The program with a key, set up to talk to the sandbox as to any server."""
    return at(qwentts, sandbox)


def at(qwentts: Qwentts, server: Sandbox) -> Qwentts:
    """Point the program at a server of the test's own."""
    qwentts.env |= {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": server.base_url}
    # The limiter begins carefully with a server it does not know; this one has no limit to find.
    qwentts.env |= {"QWENTTS_RPM": "60000"}
    return qwentts
