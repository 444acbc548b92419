"""`qwentts say`: a text, spoken."""

from __future__ import annotations

import sys
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qwentts_cli.cli.console.invocation import Invocation, begin
from qwentts_cli.cli.console.unused_words import tell_unused
from qwentts_cli.cli.options.flag_groups import spread_flags
from qwentts_cli.cli.options.request_flags import DryRunFlag, RequestFlags
from qwentts_cli.cli.options.sound_flags import SoundFlags
from qwentts_cli.cli.options.speech_flags import SpeechFlags, VoiceFlags
from qwentts_cli.cli.options.text_flags import SpokenTextFlags
from qwentts_cli.cli.parser.help_page import show_short_help
from qwentts_cli.errors import ExitCode, UsageError
from qwentts_cli.speech.options import STDOUT_NAMES, SayOptions

# What speaks is imported by the functions that use it: a TAB and --help only need the options.
if TYPE_CHECKING:
    from qwentts_cli.documents.reader import DocumentReader
    from qwentts_cli.speech.source import Source


class DryRunView(StrEnum):
    """What a dry run shows instead of figures."""

    TEXT = "text"
    CHAPTERS = "chapters"


@spread_flags
def say(
    context: typer.Context,
    *,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]...", help="What to say; - reads stdin.")
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option("-f", "--file", metavar="PATH", help="Read the text from a file; may be given again."),
    ] = None,
    voice: VoiceFlags,
    speech: SpeechFlags,
    text: SpokenTextFlags,
    live_wait: Annotated[
        float,
        typer.Option(
            "--live-wait",
            metavar="SEC",
            min=0,
            max=3600,
            help="Speak an unfinished sentence when the pipe has been silent for this long.",
        ),
    ] = 0.7,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="PATH|-", help="Write the audio to a file; - is stdout."),
    ] = None,
    play: Annotated[
        bool | None, typer.Option("--play/--no-play", help="Play the audio (default: only without -o).")
    ] = None,
    sound: SoundFlags,
    subtitles: Annotated[
        list[Path] | None,
        typer.Option(
            "--subtitles", metavar="PATH", help="Write .srt, .vtt, .lrc or .json too; may be given again."
        ),
    ] = None,
    requests: RequestFlags,
    dry_run: DryRunFlag = False,
    show: Annotated[
        DryRunView | None,
        typer.Option("--show", help="With --dry-run: the text, or the chapters of -f."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("-y", "--yes", help="Do not ask about a text of more than a million characters.")
    ] = False,
) -> None:
    """Speak a text: play it, or write it to a file or a pipe.

    $ qwentts say "Hello, world." -v Cherry
    $ qwentts say -f book.txt -o book.mp3
    $ echo "It is noon." | qwentts say -
    """
    run = begin(context, voice, speech, text, sound, requests)
    text.check_one_text()
    reader = _make_reader(run, text, is_file=output is not None, fits=speech.fit)
    must_dub = bool(text.dub or speech.fit)
    options = SayOptions(
        source=_choose_source(context, words or [], file or [], reader, live_wait, must_dub=must_dub),
        output=sound.output(output),
        speech=speech.options(text.read_lexicon()),
        requests=requests.options,
        is_played=play,
        tags=sound.tags,
        subtitles=tuple(subtitles or ()),
    )
    if dry_run or show:
        _show_dry_run(run, options, show, is_dry=dry_run)
    else:
        _speak(run, options, is_agreed=yes)


def _make_reader(run: Invocation, text: SpokenTextFlags, *, is_file: bool, fits: bool) -> DocumentReader:
    """Make what reads texts; one at hand is read twice, but what there is to note is told once."""
    from qwentts_cli.documents.reader import DocumentReader

    if fits and text.dub is False:
        raise UsageError("--fit is for subtitles that are dubbed, not for --no-dub", hint="Give one of them.")
    documents = text.documents(is_dubbed_unasked=is_file or fits)
    return DocumentReader(text.encoding, cache(run.output.warn), documents)


def _speak(run: Invocation, options: SayOptions, *, is_agreed: bool) -> None:
    from qwentts_cli.cli.console.agree import agree_to_any, agree_to_much
    from qwentts_cli.cli.console.observer import ConsoleObserver
    from qwentts_cli.cli.console.say_result import show_lost, show_text
    from qwentts_cli.speech.speak_text import speak_text

    _check_stdout(options, is_json=run.output.is_json)
    agree = agree_to_any if is_agreed else partial(agree_to_much, run.output)
    observer = ConsoleObserver(run.output)
    if options.source.is_live and sys.stdin is not None and sys.stdin.isatty():
        run.output.note("Type what to say; Ctrl-D ends it.")
    prices, is_kept = run.context.prices, options.requests.cache_use.is_on
    with show_lost(run.output, observer, prices, is_kept=is_kept), observer:
        said = speak_text(run.context, options, observer, agree)
    show_text(run.output, said, observer, prices)
    tell_unused(run.output, options.speech.lexicon)


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
    from qwentts_cli.cli.console.quote_result import show_quote
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
        tell_unused(run.output, options.speech.lexicon)


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
            "only subtitles can be dubbed, and this text has none", hint="Example: -f film.srt -o film.wav"
        )
    return source
