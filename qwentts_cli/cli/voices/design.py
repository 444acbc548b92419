"""`qwentts voices design`: a voice of a description, heard before it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qwentts_cli.audio.served import read_served_audio
from qwentts_cli.audio.stream import RAW_SAMPLE_RATE
from qwentts_cli.audio.tags import Tags
from qwentts_cli.cli.console.agree import agree_to_keep, check_can_ask
from qwentts_cli.cli.console.invocation import Invocation, begin
from qwentts_cli.cli.console.observer import ConsoleObserver
from qwentts_cli.cli.options.sound_flags import ForceFlag
from qwentts_cli.cli.options.speech_flags import ModelFlag
from qwentts_cli.cli.voices.mine import USUAL_WAIT_S, NameOption, WaitOption, fee_tag, show_made, wait_for
from qwentts_cli.dashscope.own_voices.makers import Kind
from qwentts_cli.dashscope.own_voices.voices import VoiceOrder
from qwentts_cli.errors import BudgetError, QwenTTSError
from qwentts_cli.speech.delivery import Delivery, choose_target, open_recording
from qwentts_cli.speech.options import OutputOptions
from qwentts_cli.speech.own_voices.lookup import check_new_name
from qwentts_cli.speech.own_voices.prepare import check_description, choose_code, choose_maker
from qwentts_cli.speech.own_voices.studio import check_budget, open_studio

if TYPE_CHECKING:
    from qwentts_cli.observer import Observer
    from qwentts_cli.settings.own_voices import OwnVoice
    from qwentts_cli.speech.own_voices.studio import Studio


def design(
    context: typer.Context,
    prompt: Annotated[
        str, typer.Option("--prompt", metavar="TEXT", help="What the voice is like, in Chinese or English.")
    ],
    preview: Annotated[str, typer.Option("--preview", metavar="TEXT", help="The text of the preview.")],
    name: NameOption,
    model: ModelFlag = None,
    language: Annotated[
        str | None, typer.Option("-l", "--language", metavar="LANG", help="The language it is to speak.")
    ] = None,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="PATH", help="Write the preview to a file.")
    ] = None,
    play: Annotated[
        bool | None, typer.Option("--play/--no-play", help="Play the preview (default: only without -o).")
    ] = None,
    wait: WaitOption = USUAL_WAIT_S,
    force: ForceFlag = False,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Keep the voice without asking.")] = False,
) -> None:
    """Make a voice of a description, hear it, and keep it or not.

    $ qwentts voices design --name sailor --prompt "an old man" --preview "Come aboard, all." --yes
    $ qwentts voices design --name boy --prompt "a boy" --preview "Is it far to go?" -o boy.wav --yes

    The preview is played, or written with -o, before you are asked. A voice that is not kept is deleted at
    the service, and costs the same.
    """
    run = begin(context, model=model)
    with ConsoleObserver(run.output) as observer:
        order = _prepare(run, prompt, preview, name, language, observer)
        options = OutputOptions(path=output, overwrite=force)
        delivery = Delivery(
            target=choose_target(run.context.settings, options, observer, sample_rate=RAW_SAMPLE_RATE),
            is_played=output is None if play is None else play,
            bitrate_kbps=None,
            tags=Tags(title=name, artist=name),
        )
        if not yes:
            check_can_ask(run.output, "whether the voice is to be kept")
        check_budget(run.context, order, observer)
        if fee := fee_tag(run, order):
            run.output.note(f"a designed voice costs {fee}, kept or not")
        with open_studio(run.context, observer) as studio:
            voice = _hear(studio, order, delivery, observer)
            if delivery.path:
                run.output.note(f"the preview is in {delivery.path}")
            if not yes:
                _keep_or_delete(studio, voice)
            voice = wait_for(run, studio, voice, wait)
    show_made(run, voice, order, preview=delivery.path)


def _prepare(
    run: Invocation, prompt: str, preview: str, name: str, language: str | None, observer: Observer
) -> VoiceOrder:
    """Find everything that speaks against it before anything is sent."""
    check_new_name(name, run.context.billing_region)
    model, maker = choose_maker(run.context.settings, Kind.DESIGN, observer)
    check_description(prompt, preview, maker)
    return VoiceOrder(
        maker=maker,
        kind=Kind.DESIGN,
        model=model,
        name=name,
        language=choose_code(language, model),
        prompt=prompt,
        preview=preview,
    )


def _hear(studio: Studio, order: VoiceOrder, delivery: Delivery, observer: Observer) -> OwnVoice:
    """Have the voice made and its preview delivered to places that are opened before anything costs."""
    with open_recording(delivery, observer) as recording:
        voice, made = studio.make(order)
        try:
            recording.write(read_served_audio(made.preview, is_whole=True))
            recording.finish()
        except QwenTTSError as error:
            hint = (
                f"The voice was made: 'qwentts voices show {voice.name}' shows it, 'voices delete' ends it."
            )
            raise error.replace(hint=hint, retryable=False) from error
    return voice


def _keep_or_delete(studio: Studio, voice: OwnVoice) -> None:
    """Ask; whoever does not say yes has the voice deleted, also by Ctrl-C."""
    is_kept = False
    try:
        is_kept = agree_to_keep(voice.name)
    finally:
        if not is_kept:
            studio.delete(voice)
    if not is_kept:
        raise BudgetError("the voice was not kept: it is deleted at the service")
