"""`qwentts voices wait`: until a voice can be used."""

from __future__ import annotations

from typing import Annotated

import typer

from qwentts_cli.cli.console.invocation import begin
from qwentts_cli.cli.console.observer import ConsoleObserver
from qwentts_cli.cli.voices.mine import USUAL_WAIT_S, WaitOption, show_made, wait_for
from qwentts_cli.speech.own_voices.lookup import get_own_voice
from qwentts_cli.speech.own_voices.studio import open_studio


def wait(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A voice of your own.")],
    wait: WaitOption = USUAL_WAIT_S,
) -> None:
    """Wait until a voice of your own is ready, after a 'clone' or 'design' that was not waited for.

    $ qwentts voices wait myvoice
    $ qwentts voices wait myvoice --wait 3600
    """
    run = begin(context)
    voice = get_own_voice(run.context.settings, name)
    if not voice.is_ready:
        with ConsoleObserver(run.output) as observer, open_studio(run.context, observer) as studio:
            voice = wait_for(run, studio, voice, wait)
    show_made(run, voice)
