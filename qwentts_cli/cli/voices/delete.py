"""`qwentts voices delete`: at the service, for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qwentts_cli.cli.console.agree import agree_to_delete
from qwentts_cli.cli.console.invocation import begin
from qwentts_cli.cli.console.observer import ConsoleObserver
from qwentts_cli.cli.voices.mine import voice_document
from qwentts_cli.speech.own_voices.lookup import get_own_voice
from qwentts_cli.speech.own_voices.studio import open_studio

if TYPE_CHECKING:
    from qwentts_cli.settings.own_voices import OwnVoice


def delete(
    context: typer.Context,
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="Voices of your own, or the service's ids of them.")
    ],
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
) -> None:
    """Delete voices of your own at the service; nobody can bring them back.

    $ qwentts voices delete myvoice --yes
    $ qwentts voices delete another --yes
    """
    run = begin(context)
    voices = {voice.id: voice for voice in (get_own_voice(run.context.settings, name) for name in names)}
    if not yes:
        agree_to_delete(run.output, ", ".join(map(_shown, voices.values())))
    with ConsoleObserver(run.output) as observer, open_studio(run.context, observer) as studio:
        for voice in voices.values():
            if not studio.delete(voice):
                observer.warn(f"the service had no voice {voice.name} any more; it is forgotten here")
    if run.output.is_json:
        run.output.document({"deleted": [voice_document(voice) for voice in voices.values()]})
    else:
        run.output.lines(voice.name for voice in voices.values())


def _shown(voice: OwnVoice) -> str:
    return voice.name if voice.name == voice.id else f"{voice.name} ({voice.id})"
