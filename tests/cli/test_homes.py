"""A user without a home folder, or with one that cannot be written, as containers and services have it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.tones import read_back

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

# The system knows nothing of this user, as with "docker run --user 12345".
UNKNOWN = """
import pwd, sys
def unknown(number):
    raise KeyError(number)
pwd.getpwuid = unknown
from qwentts_cli.__main__ import main
main()
"""
LINES = ("batch", "lines.txt", "--lines", "-d", "out", "-q")


def run_homeless(qwentts: Qwentts, *args: str, home: str | None) -> subprocess.CompletedProcess[bytes]:
    env = qwentts.environment({"HOME": home or ""})
    if home is None:
        del env["HOME"]
    command = [sys.executable, "-W", "error", "-c", UNKNOWN, *args]
    return subprocess.run(command, cwd=qwentts.folder, env=env, capture_output=True, check=False)


@pytest.mark.parametrize("home", [None, "home/relative"])
def test_without_a_home_it_works_and_keeps_nothing(online: Qwentts, home: str | None) -> None:
    """One warning that says what to do, and nothing in the working folder but what was asked for."""
    (online.folder / "home" / "relative" / ".dashscope").mkdir(parents=True)
    (online.folder / "home" / "relative" / ".dashscope" / "api_key").write_text("sk-of-somebody-else")
    (online.folder / "lines.txt").write_text("One.\nTwo.\n")
    before = set(online.folder.rglob("*"))
    done = run_homeless(online, *LINES, home=home)
    assert done.returncode == 0, done.stderr.decode()
    warning = "nothing is kept for later runs: there is no home folder. Set HOME to an absolute path."
    assert done.stderr.decode().splitlines() == [f"Warning: {warning}"]
    assert read_back(online.folder / "out" / "0002.wav") == "Two."
    made = {path.relative_to(online.folder).parts[0] for path in set(online.folder.rglob("*")) - before}
    assert made == {"out"}


@pytest.mark.parametrize("command", [["config", "path"], ["config", "set", "voice", "Cherry"], ["usage"]])
def test_what_needs_a_home_says_so(qwentts: Qwentts, command: list[str]) -> None:
    """Where there is no place for a file nobody is told of a bug."""
    done = run_homeless(qwentts, *command, home=None)
    assert (done.returncode, done.stdout) == (7, b"")
    assert done.stderr == b"Error: there is no home folder. Set HOME to an absolute path.\n"


def test_a_budget_is_not_spent_without_its_books(online: Qwentts, sandbox: Sandbox) -> None:
    """What nobody can note, nobody can limit."""
    online.env["QWENTTS_BUDGET"] = "1 USD/month"
    done = run_homeless(online, "say", "Hi.", "-o", "a.wav", home=None)
    assert done.returncode == 7
    assert not sandbox.ledger


def test_a_home_that_cannot_be_written_is_told_once(online: Qwentts, tmp_path: Path) -> None:
    """Not once an item, and without a number of an error or the name of a file that nobody knows."""
    home = tmp_path / "a file"
    home.write_text("")
    (online.folder / "lines.txt").write_text("One.\nTwo.\nThree.\n")
    told = online(*LINES, env={"HOME": str(home)}).stderr.splitlines()
    assert len([line for line in told if line.startswith("Warning:")]) == 1
    assert told[0].startswith(f"Warning: nothing is kept for later runs: cannot write {home}/.cache/qwentts/")
    assert "Errno" not in told[0]
