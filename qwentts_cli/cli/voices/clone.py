"""`qwentts voices clone`: a voice of a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qwentts_cli.cli.console.agree import agree_for_speaker
from qwentts_cli.cli.console.invocation import Invocation, begin
from qwentts_cli.cli.console.observer import ConsoleObserver
from qwentts_cli.cli.options.speech_flags import ModelFlag
from qwentts_cli.cli.voices.mine import USUAL_WAIT_S, NameOption, WaitOption, fee_tag, show_made, wait_for
from qwentts_cli.dashscope.own_voices.makers import Kind
from qwentts_cli.dashscope.own_voices.voices import VoiceOrder
from qwentts_cli.speech.own_voices.lookup import check_new_name
from qwentts_cli.speech.own_voices.prepare import choose_code, choose_maker, prepare_recording
from qwentts_cli.speech.own_voices.studio import check_budget, make_clone, open_studio

if TYPE_CHECKING:
    from qwentts_cli.observer import Observer
    from qwentts_cli.speech.own_voices.prepare import Recording


def clone(
    context: typer.Context,
    sample: Annotated[
        str, typer.Argument(metavar="SAMPLE", help="A recording of the voice, or the https address of one.")
    ],
    name: NameOption,
    model: ModelFlag = None,
    transcript: Annotated[
        str | None, typer.Option("--transcript", metavar="TEXT", help="What is said in the recording.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("-l", "--language", metavar="LANG", help="The language of the recording.")
    ] = None,
    wait: WaitOption = USUAL_WAIT_S,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="The speaker has agreed; do not ask.")] = False,
) -> None:
    """Make a voice of a recording: 10 to 20 seconds of one person speaking clearly.

    $ qwentts voices clone me.wav --name myvoice --yes
    $ qwentts voices clone me.wav --name mine --transcript "What I say." --yes

    The recording is looked at here before anything is sent. Clone only voices whose speakers agreed to it.
    """
    run = begin(context, model=model)
    with ConsoleObserver(run.output) as observer:
        order, recording = _prepare(run, sample, name, transcript, language, observer)
        check_budget(run.context, order, observer)
        if not yes:
            fee = fee_tag(run, order)
            agree_for_speaker(run.output, f"A voice costs {fee}. " if fee else "")
        with open_studio(run.context, observer) as studio:
            voice = wait_for(run, studio, make_clone(studio, order, recording), wait)
    show_made(run, voice, order)


def _prepare(
    run: Invocation, sample: str, name: str, transcript: str | None, language: str | None, observer: Observer
) -> tuple[VoiceOrder, Recording]:
    """Find everything that speaks against it before anything is sent."""
    check_new_name(name, run.context.billing_region)
    model, maker = choose_maker(run.context.settings, Kind.CLONE, observer)
    code = choose_code(language, model)
    if transcript and not maker.takes_transcript:
        observer.warn(f"{maker.id} takes no transcript; it is not sent")
    order = VoiceOrder(
        maker=maker, kind=Kind.CLONE, model=model, name=name, transcript=transcript, language=code
    )
    return order, prepare_recording(sample, maker, observer)
