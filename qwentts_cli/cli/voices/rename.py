"""`qwentts voices rename`: another name for a voice of one's own."""

from __future__ import annotations

from typing import Annotated

import typer
from msgspec.structs import replace

from qwentts_cli.cli.console.invocation import begin
from qwentts_cli.cli.voices.mine import voice_document
from qwentts_cli.settings.own_voices import keep_own_voice
from qwentts_cli.speech.own_voices.lookup import check_new_name, get_own_voice


def rename(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A voice of your own, or the service's id of it.")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="What it is to be called here.")],
) -> None:
    """Give a voice of your own another name here; nothing is sent.

    $ qwentts voices rename myvoice narrator
    $ qwentts voices rename another sailor
    """
    run = begin(context)
    voice = get_own_voice(run.context.settings, name)
    check_new_name(new, voice.server)
    renamed = replace(voice, name=new)
    keep_own_voice(renamed)
    if run.output.is_json:
        run.output.document({"voice": voice_document(renamed)})
    else:
        run.output.note(f"{voice.name} is called {new} from now on")
