"""What the documents say is so."""

from __future__ import annotations

import re
from pathlib import Path

from qwentts_cli import __version__
from qwentts_cli.errors import ExitCode
from qwentts_cli.settings.schema import SETTINGS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


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
