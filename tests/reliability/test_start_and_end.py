"""The first and the last moments of a run: signals while it loads, crashes, and bugs that nobody foresaw."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import PROGRAM, at
from tests.reliability.test_secrets import CANARY, files, holders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Qwentts

    Changed = Callable[..., subprocess.CompletedProcess[bytes]]

SAID = ("say", "Hi.", "-o", "out.wav")
# Where Python imports; where it ignores an exception; where Python 3.11 makes a RuntimeError of it.
IMPORT = "_LoaderBasics.exec_module"
UNLOCK = "_get_module_lock.<locals>.cb"
FIELD, CACHED = "Field.__set_name__", "cached_property.__set_name__"
MEMBER = "_proto_member.__set_name__"
INTERRUPT = """
import os, signal, sys

def interrupt(frame, event, argument):
    if event == "call" and frame.f_code.co_qualname == "{function}" and "{module}" in sys.modules:
        sys.setprofile(None)
        os.kill(os.getpid(), signal.{signal})

sys.setprofile(interrupt)
"""
# Bugs with the key in what they say.
BUGS = {
    "while it loads": """
import os, sys
class Broken:
    def find_spec(self, name, *_):
        if name == "qwentts_cli.cli.say":
            raise ImportError("a bug with " + os.environ["QWENTTS_API_KEY"])
sys.meta_path.insert(0, Broken())
""",
    "in the settings": """
from qwentts_cli.settings import resolve
def broken(**layers):
    raise RuntimeError("a bug with " + layers["environ"]["QWENTTS_API_KEY"])
resolve.resolve = broken
""",
    "where it sends": """
import requests
def broken(self, request, **options):
    raise RuntimeError(f"a bug with {request.headers}")
requests.adapters.HTTPAdapter.send = broken
""",
}


@pytest.fixture
def changed(qwentts: Qwentts, tmp_path: Path) -> Changed:
    """Run the program, in a shell with `redirection`, after some Python of the test's own."""

    def run(code: str, *arguments: str, redirection: str = "") -> subprocess.CompletedProcess[bytes]:
        (tmp_path / "sitecustomize.py").write_text(code)
        path = f"{tmp_path}:{qwentts.environment()['PYTHONPATH']}"
        return subprocess.run(
            ["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", *PROGRAM, *arguments],
            cwd=qwentts.folder,
            env=qwentts.environment({"PYTHONPATH": path, "QWENTTS_API_KEY": CANARY}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=200,
        )

    return run


@pytest.mark.parametrize(
    ("signal", "place", "code"),
    [
        ("SIGINT", (IMPORT, "typer"), 130),
        ("SIGINT", (CACHED, "ipaddress"), 130),
        ("SIGINT", (UNLOCK, "qwentts_cli.cli.say"), 130),
        ("SIGINT", (MEMBER, "qwentts_cli.cli.say"), 130),
        ("SIGINT", (FIELD, "qwentts_cli.sandbox"), 130),
        ("SIGTERM", (CACHED, "ipaddress"), -15),
        ("SIGTERM", (FIELD, "qwentts_cli.sandbox"), 143),
    ],
)
def test_a_signal_while_it_loads_ends_it_quietly(
    qwentts: Qwentts, changed: Changed, signal: str, place: tuple[str, str], code: int
) -> None:
    """From the first lines of the program on, whatever Python is doing when the signal comes."""
    interrupt = INTERRUPT.format(signal=signal, function=place[0], module=place[1])
    done = changed(interrupt, *SAID, "--region", "sandbox")
    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")
    assert list(qwentts.folder.iterdir()) == []


def test_an_interrupt_after_the_end_changes_nothing(changed: Changed) -> None:
    """What was done is done; Python's own cleaning up is not worth a traceback."""
    done = changed(INTERRUPT.format(signal="SIGINT", function="_shutdown", module="threading"), "voices")
    assert (done.returncode, done.stdout.count(b"\n"), done.stderr) == (0, 130, b"")


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_ignored_signal_stays_ignored(changed: Changed, signal: str) -> None:
    """What a script starts in the background hears nothing of Ctrl-C."""
    ignore = f"import signal; signal.signal(signal.{signal}, signal.SIG_IGN)\n"
    code = ignore + INTERRUPT.format(signal=signal, function="begin", module="qwentts_cli.cli.say")
    done = changed(code, "say", "Hi.", "--dry-run")
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_crash_leaves_no_core(qwentts: Qwentts) -> None:
    """Neither of the program nor of what it starts; the key would be in it."""
    editor = "sh -c 'ulimit -Sc; ulimit -Hc'"
    assert qwentts("config", "edit", env={"EDITOR": editor}).text == "0\n0\n"


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", ">&- 2>&-"])
def test_a_bug_that_cannot_be_told_is_still_a_bug(changed: Changed, redirection: str) -> None:
    """Without a place for the traceback there is the exit code, and the document of `--json`."""
    done = changed(BUGS["in the settings"], *SAID, "--debug", "--json", redirection=redirection)
    assert (done.returncode, done.stderr) == (1, b"")
    assert (b'"code": "internal"' in done.stdout) == (not redirection.startswith(">"))


@pytest.mark.parametrize(
    "lacking",
    [
        "MemoryError()",
        'RuntimeError("can\'t start new thread")',
        'ImportError("libssl.so.3: failed to map segment from shared object")',
    ],
)
def test_a_machine_that_is_full_is_no_bug(changed: Changed, lacking: str) -> None:
    """Nobody need report it; fewer workers may do."""
    full = f"""
import threading
def fail(thread):
    raise {lacking}
threading.Thread.start = fail
"""
    done = changed(full, *SAID)
    assert done.returncode == 7
    assert b"there is not enough memory, or no more threads may be started" in done.stderr
    assert b"(-j 1)" in done.stderr


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_no_bug_shows_the_key(qwentts: Qwentts, changed: Changed, bug: str) -> None:
    """One line and no traceback unasked; with `--debug` a traceback, in which the key is hidden."""
    with Sandbox(voice_engine="tones") as server:
        at(qwentts, server)
        for options in ((), ("--json", "--verbose"), ("--debug",), ("--debug", "--json")):
            done = changed(bug, *SAID, *options)
            assert done.returncode == 1
            assert b"this is a bug in qwentts" in done.stderr
            assert (b"Traceback" in done.stderr) == ("--debug" in options)
            assert (re.search(rb"a bug with .*\*\*\*", done.stderr) is not None) == ("--debug" in options)
            assert holders([("stdout", done.stdout), ("stderr", done.stderr)], CANARY) == []
        assert server.ledger == []
    assert holders(files(qwentts), CANARY) == []
