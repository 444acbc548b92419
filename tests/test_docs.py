"""What the documents say is so."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qwentts_cli import __version__
from qwentts_cli.errors import MEANINGS, ExitCode
from qwentts_cli.settings.schema import SETTINGS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
HELP = re.compile(r"<!-- help -->\n(.*?)<!-- /help -->", re.DOTALL)


def test_the_exit_codes_of_the_readme_are_those_of_the_program() -> None:
    """Scripts are written after this table."""
    table = re.search(r"<!-- exit-codes -->\n(.*?)<!-- /exit-codes -->", README, re.DOTALL)
    assert table
    rows = re.findall(r"^\| (\d+) \| (\w+) \| (.*) \|$", table[1], re.MULTILINE)
    shown = [(int(code), name, meaning.replace("`", "")) for code, name, meaning in rows]
    assert shown == [(int(code), code.name.lower(), MEANINGS[code]) for code in ExitCode]


def test_every_setting_is_in_the_readme() -> None:
    """A setting nobody can find is none."""
    for name in SETTINGS:
        assert f"`{name}`" in README


def test_the_changelog_begins_with_this_version() -> None:
    """The newest entry is the version that is installed."""
    newest = re.search(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest
    assert newest[1] == __version__


def help_text() -> str:
    """The help of the main commands, as the README shows it."""
    blocks = []
    for arguments in (["--help"], ["say", "--help"], ["batch", "--help"]):
        done = subprocess.run(
            [sys.executable, "-m", "qwentts_cli", *arguments],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"COLUMNS": "100"},
        )
        blocks.append(f"```\n{done.stdout.rstrip()}\n```\n")
    return "\n".join(blocks)


def test_the_help_in_the_readme_is_the_programs() -> None:
    """Run `python tests/test_docs.py` to renew it."""
    shown = HELP.search(README)
    assert shown
    assert shown[1] == help_text()


def man_page() -> str:
    """The manual page, as the program prints it."""
    command = [sys.executable, "-m", "qwentts_cli", "man"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_manual_page_is_good_roff() -> None:
    """The formatter has nothing to say about it, and what begins like a request is text."""
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(
        [groff, "-man", "-Tutf8", "-ww"], input=man_page(), capture_output=True, text=True, check=True
    )
    assert not done.stderr
    plain = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout)
    for words in ("--paragraph-pause SEC", "qwentts config set", "EXIT STATUS", "QWENTTS_REGION"):
        assert words in plain.replace("\u2010", "-").replace("\u2212", "-")


if __name__ == "__main__":
    renewed = HELP.sub(lambda _: f"<!-- help -->\n{help_text()}<!-- /help -->", README)
    (ROOT / "README.md").write_text(renewed, encoding="utf-8")
