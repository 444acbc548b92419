"""What a start loads: every import is paid at each command and each TAB."""

from __future__ import annotations

import subprocess
import sys

import pytest

SLOW = ("requests", "urllib3", "numpy", "soundfile", "miniaudio", "rich", "tomlkit", "asyncio", "http.server")
PROBE = """
import sys
from qwentts_cli.cli.app import run
code = run(sys.argv[2:])
loaded = set(sys.argv[1].split(",")) & set(sys.modules)
sys.exit(", ".join(sorted(loaded)) or code)
"""
VERSION = """
import runpy, sys
sys.argv = ["qwentts", "--version"]
runpy.run_module("qwentts_cli", run_name="__main__")
sys.exit("typer" in sys.modules)
"""


@pytest.mark.parametrize("arguments", [["--help"], ["say", "--help"], ["voices"], ["config", "path"]])
def test_what_is_not_used_is_not_loaded(arguments: list[str]) -> None:
    """A command that sends nothing loads nothing that sends, encodes or paints."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, ",".join(SLOW), *arguments], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_version_loads_nothing() -> None:
    """The quickest question has the quickest answer."""
    done = subprocess.run([sys.executable, "-c", VERSION], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()[0]) == (0, "qwentts")
