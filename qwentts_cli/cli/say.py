"""`qwentts say`: a text, spoken."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Annotated

import typer

from qwentts_cli.audio.sink import Recording
from qwentts_cli.audio.tags import Tags
from qwentts_cli.billing.budget import Budget, open_budget
from qwentts_cli.cli.console import speech_options as opt
from qwentts_cli.cli.console.agree import agree_to_much
from qwentts_cli.cli.console.invocation import Invocation, begin
from qwentts_cli.cli.console.observer import ConsoleObserver
from qwentts_cli.cli.say_result import report, tell_facts, tell_lost
from qwentts_cli.errors import ExitCode, UsageError
from qwentts_cli.speech.delivery import STDOUT_NAMES, Delivery, choose_target, open_recording
from qwentts_cli.speech.estimate import Estimate
from qwentts_cli.speech.open_subtitles import check_subtitles, open_cues
from qwentts_cli.speech.pipeline import WorkerPool
from qwentts_cli.speech.source import Source, choose_source
from qwentts_cli.speech.speak import Pauses, Spoken, speak
from qwentts_cli.speech.voice_settings import VoiceSettings, choose_voice_settings, cut_text
from qwentts_cli.speech.wiring import CacheUse, open_synthesizer, pool_size
from qwentts_cli.text.punctuation import is_speakable
from qwentts_cli.text.read import Reader
from qwentts_cli.text.units import count_units

_DEFAULT_JOBS = 4


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
    subtitles: Annotated[
        Path | None, typer.Option("--subtitles", metavar="PATH", help="Write subtitles too: .srt or .vtt.")
    ] = None,
    encoding: opt.EncodingOption = None,
    max_cost: opt.MaxCostOption = None,
    max_characters: opt.MaxCharactersOption = None,
    dry_run: opt.DryRunOption = False,
    no_cache: opt.NoCacheOption = False,
    refresh: opt.RefreshOption = False,
    force: opt.ForceOption = False,
    yes: opt.YesOption = False,
) -> None:
    """Speak a text: play it, or write it to a file or a pipe."""
    run = begin(context, voice=voice, model=model, language=language, jobs=jobs, rpm=rpm)
    observer = ConsoleObserver(run.output)
    # A text that is at hand is read twice, and what is noted of it is told once.
    source = choose_source(words or [], file or [], Reader(encoding, note=cache(run.output.warn)))
    if source is None:
        typer.echo(context.get_help())
        raise typer.Exit(ExitCode.USAGE)
    recipe = choose_voice_settings(
        run.context.settings, observer, instructions=instructions, optimize_instructions=optimize_instructions
    )
    if dry_run:
        _tell_estimate(run, source, recipe, by_paragraph=paragraph_pause is not None)
        return
    if output in STDOUT_NAMES and run.options.json:
        raise UsageError("-o - and --json both want stdout", hint="Write the audio to a file.")
    target = choose_target(
        run.context.settings,
        output,
        typed_format=format_,
        bitrate_kbps=bitrate,
        overwrite=force,
        observer=observer,
    )
    if subtitles:
        check_subtitles(subtitles, overwrite=force)
    characters = _check_text(run, source, is_agreed=yes)
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
        open_budget(run.context.prices, recipe.model, max_cost=max_cost, max_characters=max_characters),
        characters=characters,
        subtitles=subtitles,
        is_forced=force,
        jobs=pool_size(int(run.context.settings.number("jobs", _DEFAULT_JOBS)), observer),
    )
    report(run, recipe, delivery, *_speak(run, order, observer))


@dataclass(frozen=True, slots=True)
class Order:
    """One `say`, with all that was asked for decided."""

    source: Source
    recipe: VoiceSettings
    delivery: Delivery
    pauses: Pauses
    cache_use: CacheUse
    budget: Budget
    characters: int | None
    subtitles: Path | None
    is_forced: bool
    jobs: int


def _speak(
    run: Invocation, order: Order, meter: ConsoleObserver
) -> tuple[Recording, Spoken, ConsoleObserver]:
    delivery = order.delivery
    with ExitStack() as stack:
        stack.push(partial(tell_lost, run, meter))
        synthesizer = stack.enter_context(
            open_synthesizer(
                run.context,
                order.recipe.model,
                cache_use=order.cache_use,
                is_streamed=delivery.is_heard_early,
                budget=order.budget,
                observer=meter,
            )
        )
        pool = stack.enter_context(WorkerPool(order.jobs, synthesizer.cancel)) if order.jobs > 1 else None
        recording = open_recording(stack, delivery, meter)
        segments = cut_text(
            order.source.pieces(),
            order.recipe,
            is_heard=delivery.is_heard_early,
            is_live=order.source.is_live,
            by_paragraph=order.pauses.paragraph_s is not None,
        )
        cues = stack.enter_context(open_cues(order.recipe, order.subtitles, overwrite=order.is_forced))
        stack.enter_context(meter)
        meter.work_planned(characters=order.characters)
        spoken = speak(
            segments,
            order.recipe,
            synthesizer,
            recording,
            pool=pool,
            pauses=order.pauses,
            cues=cues,
            observer=meter,
        )
        if not spoken.segments:
            raise _nothing_to_say()
        recording.finish()
    return recording, spoken, meter


def _tell_estimate(run: Invocation, source: Source, recipe: VoiceSettings, *, by_paragraph: bool) -> None:
    estimate = Estimate()
    estimate.add(source.pieces(), recipe, by_paragraph=by_paragraph)
    if not estimate.segments:
        raise _nothing_to_say()
    tell_facts(run, estimate.document(run.context, recipe.model))


def _check_text(run: Invocation, source: Source, *, is_agreed: bool) -> int | None:
    """Read a text that is at hand to its end, so that nothing is sent of one that turns out to be bad.

    Gives its characters as they are billed; `None` for a text that is still being written.
    """
    if source.is_live:
        return None
    if not is_agreed:
        agree_to_much(run.output, source.least_characters)
    characters, is_empty = 0, True
    for piece in source.pieces():
        characters += count_units(piece)
        is_empty = is_empty and not is_speakable(piece)
    if is_empty:
        raise _nothing_to_say()
    if not is_agreed:
        agree_to_much(run.output, characters)
    return characters


def _nothing_to_say() -> UsageError:
    return UsageError("the text is empty: there is nothing in it to speak")
