"""`qwentts voices`: what there is to choose from."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import typer
from typer._click.exceptions import UsageError as ParseError

from qwentts_cli.cli.parser.global_options import Command
from qwentts_cli.cli.parser.lazy_group import LazyGroup
from qwentts_cli.cli.parser.slips import NoCommand
from qwentts_cli.cli.voices.listing import list_voices

if TYPE_CHECKING:
    from typer._click import Command as AnyCommand
    from typer._click import Context

# Each has a module of its name in this folder; the line is the first of its help.
_LINES = {
    "show": "Show everything about one voice, and the command that uses it.",
    "preview": "Hear voices say the same, as sound, as files or on a page.",
    "clone": "Make a voice of a recording.",
    "design": "Make a voice of a description, hear it, and keep it or not.",
    "wait": "Wait until a voice of your own is ready.",
    "rename": "Give a voice of your own another name here.",
    "delete": "Delete voices of your own at the service.",
}

_ABOUT = """List, show, hear and make voices.

$ qwentts voices --language zh --gender female
$ qwentts voices show Cherry
$ qwentts voices preview Cherry Ethan
"""


class _Voices(LazyGroup):
    package = "qwentts_cli.cli.voices"
    lines = _LINES

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, AnyCommand | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except ParseError as error:
            if error.message.endswith("?"):
                raise
            name = shlex.quote(args[0])
            hint = f"To see a voice: qwentts voices show {name}. To search: qwentts voices --search {name}."
            raise NoCommand(args[0], hint, ctx) from error


app = typer.Typer(
    cls=_Voices,
    rich_markup_mode=None,
    invoke_without_command=True,
    help=_ABOUT,
)
app.callback()(list_voices)
app.command("list", cls=Command)(list_voices)
