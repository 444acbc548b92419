"""What `--help` says: the same of a command wherever it is named, and all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.cli.app import COMMANDS

if TYPE_CHECKING:
    from tests.conftest import Qwentts


@pytest.mark.parametrize(("name", "line"), COMMANDS.items(), ids=COMMANDS)
def test_a_command_is_listed_with_the_first_line_of_its_help(qwentts: Qwentts, name: str, line: str) -> None:
    """The list is made without loading the commands, so it could say something else."""
    assert qwentts(name, "--help").text.split("\n\n")[1] == f"  {line}"


@pytest.mark.parametrize("group", [(), ("voices",), ("config",), ("cache",)], ids=" ".join)
def test_no_line_of_a_list_is_cut(qwentts: Qwentts, group: tuple[str, ...]) -> None:
    """On a terminal of 80 columns."""
    listed = qwentts(*group, "--help", env={"COLUMNS": "80"}).text.split("\nCommands:\n")[1]
    assert [line for line in listed.splitlines() if not line.endswith(".") or line.endswith("...")] == []


def test_a_misspelt_command_gets_a_suggestion(qwentts: Qwentts) -> None:
    """As for options and names."""
    assert "Did you mean 'voices'? See" in qwentts("voice", code=2).stderr
