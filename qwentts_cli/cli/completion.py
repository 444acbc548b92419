"""`qwentts completion`: the script that makes a shell complete this program."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from qwentts_cli.cli.console.invocation import begin


class Shell(StrEnum):
    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


# Where shells look for them, a script has the name they expect.
SCRIPTS = {
    Shell.BASH: "qwentts.bash",
    Shell.ZSH: "_qwentts",
    Shell.FISH: "qwentts.fish",
    Shell.POWERSHELL: "qwentts.ps1",
}


def completion(
    context: typer.Context,
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell.")],
) -> None:
    """Print the script that makes a shell complete on TAB.

    $ eval "$(qwentts completion bash)"
    $ qwentts completion fish > qwentts.fish

    The script's first lines say how to load it.
    """
    begin(context).output.lines([read_script(shell)])


def read_script(shell: Shell) -> str:
    """The script, without its last line end."""
    path = Path(__file__).with_name("completions") / SCRIPTS[shell]
    return path.read_text(encoding="utf-8").rstrip("\n")
