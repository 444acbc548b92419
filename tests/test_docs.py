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
COMMANDS = ROOT / "docs" / "commands.md"
MANUAL = ROOT / "man" / "qwentts.1"


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
    """The help of the program and of each command, as `docs/commands.md` shows it."""
    blocks = ["# All commands and their options\n"]
    pages = [["--help"], *([*name.split(), "--help"] for name in command_names()), ["help", "options"]]
    for arguments in pages:
        done = subprocess.run(
            [sys.executable, "-m", "qwentts_cli", *arguments],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"COLUMNS": "100"},
        )
        title = " ".join(["qwentts", *(word for word in arguments if word != "--help")])
        blocks.append(f"## {title}\n\n```\n{done.stdout.rstrip()}\n```\n")
    return "\n".join(blocks)


def command_names() -> list[str]:
    """Each command that the manual page describes, in its order."""
    usages = re.findall(r'^\.SS "qwentts ([a-z ]+?)(?: \[|"| [A-Z])', man_page(), re.MULTILINE)
    assert {"say", "batch", "voices show"} <= set(usages)
    return usages


def test_the_page_of_the_commands_is_the_programs_help() -> None:
    """Run `python tests/test_docs.py` to renew it."""
    assert COMMANDS.read_text(encoding="utf-8") == help_text()


def test_the_manual_page_of_the_repository_is_what_the_program_prints() -> None:
    """It is installed with the wheel, where `man` looks; `python tests/test_docs.py` renews it."""
    assert MANUAL.read_text(encoding="utf-8") == man_page()


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
    COMMANDS.write_text(help_text(), encoding="utf-8")
    MANUAL.write_text(man_page(), encoding="utf-8")
