"""`qwentts voices`: what there is to choose from."""

from __future__ import annotations

import typer

from qwentts_cli.cli.parser.global_options import Command
from qwentts_cli.cli.parser.lazy_group import LazyGroup
from qwentts_cli.cli.voices.listing import list_voices

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


app = typer.Typer(
    cls=_Voices,
    rich_markup_mode=None,
    invoke_without_command=True,
    help=_ABOUT,
)
app.callback()(list_voices)
app.command("list", cls=Command)(list_voices)
