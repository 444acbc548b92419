"""`qwentts say`: a text, spoken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import Annotated

import typer

from qwentts_cli.audio.sink import Recording
from qwentts_cli.audio.tags import Tags
from qwentts_cli.cli import audio_options as opt
from qwentts_cli.cli.connection import CacheUse, Doubt, open_synthesizer
from qwentts_cli.cli.invocation import Invocation, begin
from qwentts_cli.cli.recipe import language_code, make_recipe, max_units
from qwentts_cli.cli.recording import Delivery, choose_target, open_recording
from qwentts_cli.cli.report import report
from qwentts_cli.cli.source import Source, choose_source
from qwentts_cli.errors import ExitCode, UsageError
from qwentts_cli.synthesis.pipeline import Crew
from qwentts_cli.synthesis.request import SynthesisRequest
from qwentts_cli.synthesis.speech import Pauses, Tally, speak
from qwentts_cli.text.punctuation import is_speakable
from qwentts_cli.text.read import Reader, without_trailing_space
from qwentts_cli.text.segment import Segment, Segmenter

_DEFAULT_JOBS = 4
# A first request this short has its sound while the others are being made.
_FIRST_UNITS_HEARD = 100


def say(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]...", help="What to say; - reads stdin.")
    ] = None,
    file: opt.FileOption = None,
    voice: opt.VoiceOption = None,
    model: opt.ModelOption = None,
    language: opt.LanguageOption = None,
    instructions: opt.InstructionsOption = None,
    optimize_instructions: opt.OptimizeOption = False,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="PATH|-", help="Write audio there; - is stdout.")
    ] = None,
    format_: opt.FormatOption = None,
    bitrate: opt.BitrateOption = None,
    play: Annotated[
        bool | None, typer.Option("--play/--no-play", help="Play it; the default where there is no -o.")
    ] = None,
    jobs: opt.JobsOption = None,
    pause: opt.PauseOption = 0.0,
    paragraph_pause: opt.ParagraphPauseOption = None,
    rpm: opt.RpmOption = None,
    encoding: opt.EncodingOption = None,
    no_cache: opt.NoCacheOption = False,
    refresh: opt.RefreshOption = False,
    force: opt.ForceOption = False,
) -> None:
    """Speak a text: play it, or write it to a file or a pipe."""
    run = begin(context, voice=voice, model=model, language=language, jobs=jobs, rpm=rpm)
    # A text that is at hand is read twice, and what is noted of it is told once.
    source = choose_source(words or [], file or [], Reader(encoding, note=cache(run.output.warn)))
    if source is None:
        typer.echo(context.get_help())
        raise typer.Exit(ExitCode.USAGE)
    recipe = make_recipe(run, instructions=instructions, optimize_instructions=optimize_instructions)
    target = choose_target(run, output, typed_format=format_, bitrate_kbps=bitrate, overwrite=force)
    _check_text(source)
    delivery = Delivery(
        target,
        is_played=play if play is not None else target is None,
        bitrate_kbps=bitrate,
        tags=Tags(title=source.title, artist=recipe.voice),
    )
    order = Order(
        source,
        recipe,
        delivery,
        Pauses(pause, paragraph_pause),
        CacheUse(is_on=not no_cache, is_read=not refresh),
        jobs=int(run.settings.number("jobs", _DEFAULT_JOBS)),
    )
    report(run, recipe, delivery, *_speak(run, order))


@dataclass(frozen=True, slots=True)
class Order:
    """One `say`, with all that was asked for decided."""

    source: Source
    recipe: SynthesisRequest
    delivery: Delivery
    pauses: Pauses
    cache_use: CacheUse
    jobs: int


def _speak(run: Invocation, order: Order) -> tuple[Recording, Tally, Doubt]:
    doubt = Doubt()
    with ExitStack() as stack:
        is_streamed = order.delivery.is_heard_early
        synthesizer = stack.enter_context(
            open_synthesizer(
                run, order.recipe.model, cache_use=order.cache_use, is_streamed=is_streamed, doubt=doubt
            )
        )
        crew = stack.enter_context(Crew(order.jobs)) if order.jobs > 1 else None
        recording = open_recording(stack, order.delivery, run.output)
        tally = speak(_segments(order), order.recipe, synthesizer, recording, crew=crew, pauses=order.pauses)
        if not tally.segments:
            raise _nothing_to_say()
        recording.finish()
    return recording, tally, doubt


def _segments(order: Order) -> Iterator[Segment]:
    is_streamed = order.delivery.is_heard_early
    segmenter = Segmenter(
        max_units=max_units(order.recipe.model),
        language=language_code(order.recipe),
        first_max_units=_FIRST_UNITS_HEARD if is_streamed else None,
        paragraphs=order.pauses.paragraph_s is not None,
        eager=order.source.is_live and is_streamed,
    )
    for piece in without_trailing_space(order.source.pieces()):
        yield from segmenter.feed(piece)
    yield from segmenter.finish()


def _check_text(source: Source) -> None:
    """Read a text that is at hand to its end, so that nothing is sent of one that turns out to be bad."""
    if not source.is_live and not sum(is_speakable(piece) for piece in source.pieces()):
        raise _nothing_to_say()


def _nothing_to_say() -> UsageError:
    return UsageError("the text is empty: there is nothing in it to speak")
