"""Who speaks, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qwentts_cli.cli.options.flag_groups import FlagGroup
from qwentts_cli.speech.options import Pauses, SpeechOptions

if TYPE_CHECKING:
    from qwentts_cli.documents.lexicon import Lexicon

_WHICH = "?"


def _list_voices(context: typer.Context, value: str | None) -> str | None:
    """List the voices in place of the command where `?` was typed for one."""
    if value != _WHICH or context.resilient_parsing:
        return value
    from qwentts_cli.cli.voices.listing import list_voices

    list_voices(context)
    raise typer.Exit


def _list_models(context: typer.Context, value: str | None) -> str | None:
    if value != _WHICH or context.resilient_parsing:
        return value
    from qwentts_cli.cli.models import models

    models(context)
    raise typer.Exit


ModelFlag = Annotated[
    str | None,
    typer.Option(
        "-m", "--model", metavar="NAME", callback=_list_models, help="The model; '?' lists them all."
    ),
]


class VoiceFlags(FlagGroup, frozen=True, kw_only=True):
    voice: Annotated[
        str | None,
        typer.Option(
            "-v", "--voice", metavar="NAME", callback=_list_voices, help="The voice; '?' lists them all."
        ),
    ] = None
    model: ModelFlag = None
    language: Annotated[
        str | None,
        typer.Option("-l", "--language", metavar="LANG", help="A name, an ISO code such as zh, or auto."),
    ] = None


class SpeechFlags(FlagGroup, frozen=True, kw_only=True):
    instructions: Annotated[
        str | None,
        typer.Option("-i", "--instructions", metavar="TEXT", help="How to speak, for models that follow it."),
    ] = None
    optimize_instructions: Annotated[
        bool, typer.Option("--optimize-instructions", help="Have the service improve the instructions.")
    ] = False
    speed: Annotated[
        str | None,
        typer.Option("--speed", metavar="N", help="How fast, with any model: 0.5 to 2 times the usual."),
    ] = None
    pitch: Annotated[
        str | None, typer.Option("--pitch", metavar="N", help="How high: 0.5 to 2 times the usual.")
    ] = None
    volume: Annotated[
        str | None, typer.Option("--volume", metavar="N", help="How loud: 0 to 100 (usual: 50).")
    ] = None
    seed: Annotated[
        str | None,
        typer.Option(
            "--seed", metavar="N", help="Which take: 0 to 65535; the same number gives the same take."
        ),
    ] = None
    ai_label: Annotated[
        bool, typer.Option("--ai-label", help="Label the sound as made by AI (GB 45438-2025).")
    ] = False
    pause: Annotated[
        float, typer.Option("--pause", metavar="SEC", min=0, max=3600, help="Silence between segments.")
    ] = 0.0
    paragraph_pause: Annotated[
        float | None,
        typer.Option("--paragraph-pause", metavar="SEC", min=0, max=3600, help="Silence between paragraphs."),
    ] = None
    fit: Annotated[
        bool, typer.Option("--fit", help="Speak subtitles that are too long up to 1.3 times as fast.")
    ] = False

    def options(self, lexicon: Lexicon | None) -> SpeechOptions:
        """What is not a setting."""
        return SpeechOptions(
            instructions=self.instructions,
            optimize_instructions=self.optimize_instructions,
            lexicon=lexicon,
            is_labelled=self.ai_label,
            pauses=Pauses(self.pause, self.paragraph_pause),
            fits=self.fit,
        )
