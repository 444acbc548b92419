"""`qwentts say`: a text, spoken."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import Annotated

import typer

from qwentts_cli.cli.console import speech_options as opt
from qwentts_cli.cli.console.agree import agree_to_any, agree_to_much
from qwentts_cli.cli.console.invocation import Invocation, begin
from qwentts_cli.cli.console.observer import ConsoleObserver
from qwentts_cli.cli.say_result import show_facts, show_lost, show_text
from qwentts_cli.errors import ExitCode, UsageError
from qwentts_cli.speech.delivery import STDOUT_NAMES, OutputOptions
from qwentts_cli.speech.source import Source, choose_source
from qwentts_cli.speech.speak import Pauses
from qwentts_cli.speech.speak_text import SayOptions, estimate_text, speak_text
from qwentts_cli.speech.wiring import CacheUse
from qwentts_cli.text.read import Reader


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
        str | None,
        typer.Option("-o", "--output", metavar="PATH|-", help="Write the audio to a file; - is stdout."),
    ] = None,
    format_: opt.FormatOption = None,
    bitrate: opt.BitrateOption = None,
    play: Annotated[
        bool | None, typer.Option("--play/--no-play", help="Play the audio (default: only without -o).")
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
    options = SayOptions(
        source=_choose_source(context, run, words or [], file or [], encoding),
        output=OutputOptions(path=output, format=format_, bitrate_kbps=bitrate, overwrite=force),
        instructions=instructions,
        optimize_instructions=optimize_instructions,
        is_played=play,
        subtitles=subtitles,
        pauses=Pauses(pause, paragraph_pause),
        cache_use=CacheUse(is_on=not no_cache, is_read=not refresh),
        max_cost=max_cost,
        max_characters=max_characters,
    )
    observer = ConsoleObserver(run.output)
    if dry_run:
        show_facts(run.output, estimate_text(run.context, options, observer))
        return
    if output in STDOUT_NAMES and run.output.is_json:
        raise UsageError("-o - and --json both write to stdout", hint="Write the audio to a file.")
    agree = agree_to_any if yes else partial(agree_to_much, run.output)
    with show_lost(run.output, observer), observer:
        said = speak_text(run.context, options, observer, agree)
    show_text(run.output, said, observer)


def _choose_source(
    context: typer.Context, run: Invocation, words: list[str], files: list[Path], encoding: str | None
) -> Source:
    """The text that was given; without one, show the help and exit."""
    # A text at hand is read twice, but what there is to note is told once.
    source = choose_source(words, files, Reader(encoding, note=cache(run.output.warn)))
    if source is None:
        typer.echo(context.get_help())
        raise typer.Exit(ExitCode.USAGE)
    return source
