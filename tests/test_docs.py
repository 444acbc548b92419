"""What the documents say is so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from qwentts_cli import __version__
from qwentts_cli.errors import ExitCode
from qwentts_cli.settings.schema import SETTINGS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
HELP = re.compile(r"<!-- help -->\n(.*?)<!-- /help -->", re.DOTALL)


def test_the_exit_codes_of_the_readme_are_those_of_the_program() -> None:
    """Scripts are written after this table."""
    table = re.search(r"<!-- exit-codes -->\n(.*?)<!-- /exit-codes -->", README, re.DOTALL)
    assert table
    rows = re.findall(r"^\| (\d+) \| (\w+) \|", table[1], re.MULTILINE)
    assert [(int(code), name) for code, name in rows] == [(int(code), code.name.lower()) for code in ExitCode]


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


if __name__ == "__main__":
    renewed = HELP.sub(lambda _: f"<!-- help -->\n{help_text()}<!-- /help -->", README)
    (ROOT / "README.md").write_text(renewed, encoding="utf-8")
