"""`qwentts say`: a text, spoken."""

from __future__ import annotations

import sys
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qwentts_cli.cli.console import speech_options as opt
from qwentts_cli.cli.console.help_page import show_short_help
from qwentts_cli.cli.console.invocation import Invocation, begin
from qwentts_cli.cli.console.reading import check_one_text, choose_lexicon, choose_reading, tell_unused
from qwentts_cli.documents.input_format import InputFormat
from qwentts_cli.documents.options import TagOptions
from qwentts_cli.errors import ExitCode, UsageError
from qwentts_cli.speech.options import STDOUT_NAMES, CacheUse, OutputOptions, Pauses, SayOptions

# What speaks is imported by the functions that use it: a TAB and --help only need the options.
if TYPE_CHECKING:
    from qwentts_cli.documents.options import DocumentOptions
    from qwentts_cli.documents.reader import DocumentReader
    from qwentts_cli.speech.source import Source


class DryRunView(StrEnum):
    """What a dry run shows instead of figures."""

    TEXT = "text"
    CHAPTERS = "chapters"


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
    speed: opt.SpeedOption = None,
    pitch: opt.PitchOption = None,
    volume: opt.VolumeOption = None,
    seed: opt.SeedOption = None,
    sample_rate: opt.SampleRateOption = None,
    ai_label: opt.AiLabelOption = False,
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
        list[Path] | None,
        typer.Option(
            "--subtitles", metavar="PATH", help="Write .srt, .vtt, .lrc or .json too; may be given again."
        ),
    ] = None,
    title: opt.TitleOption = None,
    artist: opt.ArtistOption = None,
    album: opt.AlbumOption = None,
    cover: opt.CoverOption = None,
    loudness: opt.LoudnessOption = None,
    encoding: opt.EncodingOption = None,
    input_format: opt.InputFormatOption = InputFormat.AUTO,
    chapters: opt.ChaptersOption = None,
    chapter_pattern: opt.ChapterPatternOption = None,
    cast: opt.CastOption = None,
    markup: opt.MarkupOption = False,
    lexicon: opt.LexiconOption = None,
    line_breaks: opt.LineBreaksOption = None,
    dub: opt.DubOption = None,
    fit: opt.FitOption = False,
    live_wait: opt.LiveWaitOption = 0.7,
    max_cost: opt.MaxCostOption = None,
    max_characters: opt.MaxCharactersOption = None,
    retake: opt.RetakeOption = 0,
    wait_network: opt.WaitNetworkOption = False,
    dry_run: opt.DryRunOption = False,
    show: Annotated[
        DryRunView | None,
        typer.Option("--show", help="With --dry-run: the text, or the chapters of -f."),
    ] = None,
    no_cache: opt.NoCacheOption = False,
    refresh: opt.RefreshOption = False,
    force: opt.ForceOption = False,
    yes: opt.YesOption = False,
) -> None:
    """Speak a text: play it, or write it to a file or a pipe.

    $ qwentts say "Hello, world." -v Cherry
    $ qwentts say -f book.txt -o book.mp3
    $ echo "It is noon." | qwentts say -
    """
    tuning = {"speed": speed, "pitch": pitch, "volume": volume, "seed": seed, "sample_rate": sample_rate}
    text = {"language": language, "line_breaks": line_breaks}
    run = begin(context, voice=voice, model=model, jobs=jobs, rpm=rpm, **text, **tuning)
    is_dubbed = output is not None if dub is None else dub
    reading = choose_reading(
        check_one_text(input_format), chapters, chapter_pattern, cast, markup=markup, keeps_times=is_dubbed
    )
    reader = _make_reader(run, encoding, reading)
    options = SayOptions(
        source=_choose_source(context, words or [], file or [], reader, live_wait, must_dub=dub or fit),
        output=OutputOptions(
            path=output, format=format_, bitrate_kbps=bitrate, overwrite=force, loudness=loudness
        ),
        instructions=instructions,
        optimize_instructions=optimize_instructions,
        is_labelled=ai_label,
        lexicon=choose_lexicon(lexicon),
        is_played=play,
        tags=TagOptions(title=title, artist=artist, album=album, cover=cover),
        subtitles=tuple(subtitles or ()),
        pauses=Pauses(pause, paragraph_pause),
        fits=fit,
        cache_use=CacheUse(is_on=not no_cache, is_read=not refresh),
        max_cost=max_cost,
        max_characters=max_characters,
        retakes=retake,
        waits_for_network=wait_network,
    )
    if dry_run or show:
        _show_dry_run(run, options, show, is_dry=dry_run)
    else:
        _speak(run, options, is_agreed=yes)


def _make_reader(run: Invocation, encoding: str | None, reading: DocumentOptions) -> DocumentReader:
    """Make what reads texts; one at hand is read twice, but what there is to note is told once."""
    from qwentts_cli.documents.reader import DocumentReader

    return DocumentReader(encoding, cache(run.output.warn), reading)


def _speak(run: Invocation, options: SayOptions, *, is_agreed: bool) -> None:
    from qwentts_cli.cli.console.agree import agree_to_any, agree_to_much
    from qwentts_cli.cli.console.observer import ConsoleObserver
    from qwentts_cli.cli.say_result import show_lost, show_text
    from qwentts_cli.speech.speak_text import speak_text

    _check_stdout(options, is_json=run.output.is_json)
    agree = agree_to_any if is_agreed else partial(agree_to_much, run.output)
    observer = ConsoleObserver(run.output)
    if options.source.is_live and sys.stdin is not None and sys.stdin.isatty():
        run.output.note("Type what to say; Ctrl-D ends it.")
    with show_lost(run.output, observer, is_kept=options.cache_use.is_on), observer:
        said = speak_text(run.context, options, observer, agree)
    show_text(run.output, said, observer, run.context.prices)
    tell_unused(run.output, options.lexicon)


def _check_stdout(options: SayOptions, *, is_json: bool) -> None:
    """Refuse to leave a file empty that stdout was sent to, or to fill it with two things."""
    from qwentts_cli.audio.target import leads_to_file

    path = options.output.path
    if path in STDOUT_NAMES and is_json:
        raise UsageError("-o - and --json both write to stdout", hint="Write the audio to a file.")
    if path is None and options.is_played is None and not is_json and leads_to_file(sys.stdout):
        raise UsageError(
            "the audio would be played, and the file that stdout goes to would stay empty",
            hint="To write it there, add -o -; to play it all the same, add --play.",
        )


def _show_dry_run(
    run: Invocation,
    options: SayOptions,
    show: DryRunView | None,
    *,
    is_dry: bool,
) -> None:
    from qwentts_cli.cli.console.observer import ConsoleObserver
    from qwentts_cli.cli.quote_result import show_quote
    from qwentts_cli.speech.speak_text import quote_text, read_out

    if not is_dry:
        raise UsageError("--show is for a dry run", hint="Add --dry-run.")
    observer = ConsoleObserver(run.output)
    if show is DryRunView.CHAPTERS:
        run.output.lines(options.source.chapters())
    elif show:
        run.output.lines("".join(read_out(run.context, options, observer)).splitlines())
    else:
        quote, voice = quote_text(run.context, options, observer)
        show_quote(run.output, quote, voice.model)
    if show is not DryRunView.CHAPTERS:
        tell_unused(run.output, options.lexicon)


def _choose_source(
    context: typer.Context,
    words: list[str],
    files: list[Path],
    reader: DocumentReader,
    live_wait_s: float,
    *,
    must_dub: bool,
) -> Source:
    """The text that was given; without one, show the beginning of the help and exit."""
    from qwentts_cli.speech.source import choose_source

    source = choose_source(words, files, reader, live_wait_s=live_wait_s)
    if source is None:
        show_short_help(context)
        raise typer.Exit(ExitCode.USAGE)
    if must_dub and not source.is_dubbed:
        raise UsageError(
            "only subtitles can be dubbed, and this is none", hint="Example: -f film.srt -o film.wav"
        )
    return source
