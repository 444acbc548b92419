"""`qwentts batch`: many texts, each to a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qwentts_cli.batch.options import BatchOptions, FileOptions, OnRefused
from qwentts_cli.cli.console.invocation import Invocation, begin
from qwentts_cli.cli.options.batch_flags import ListFlags, ShowFlags
from qwentts_cli.cli.options.flag_groups import spread_flags
from qwentts_cli.cli.options.request_flags import RequestFlags
from qwentts_cli.cli.options.sound_flags import SoundFlags
from qwentts_cli.cli.options.speech_flags import SpeechFlags, VoiceFlags
from qwentts_cli.errors import UsageError
from qwentts_cli.storage.stdin import STDIN_NAMES, open_stdin
from qwentts_cli.subtitles.formats import SubtitleFormat


@spread_flags
def batch(
    context: typer.Context,
    *,
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Files, folders, globs, .jsonl, .csv, .tsv, or -.")
    ],
    lists: ListFlags,
    voice: VoiceFlags,
    speech: SpeechFlags,
    folder: Annotated[
        str,
        typer.Option(
            "-d",
            "--output-dir",
            metavar="DIR",
            help="Folder for the files (default: this one); it is created.",
        ),
    ] = ".",
    name: Annotated[
        str | None,
        typer.Option(
            "--name", metavar="TEMPLATE", help="File names, such as {n:04}-{stem}; also {id} and {voice}."
        ),
    ] = None,
    portable: Annotated[
        bool, typer.Option("--portable", help="Refuse file names that other systems do not allow.")
    ] = False,
    sound: SoundFlags,
    subtitles: Annotated[
        list[SubtitleFormat] | None,
        typer.Option("--subtitles", help="Write subtitles beside each file too; may be given again."),
    ] = None,
    join: Annotated[
        Path | None,
        typer.Option("--join", metavar="FILE", help="Also write all items as one file, with chapters."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="PATH", help="Write a report: a page (.html) or rows (.jsonl)."),
    ] = None,
    requests: RequestFlags,
    on_refused: Annotated[
        OnRefused,
        typer.Option(
            "--on-refused",
            help="When the content filter refuses a sentence: fail the item, or skip it (1 s of silence).",
        ),
    ] = OnRefused.FAIL,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first failure.")] = False,
    show: ShowFlags,
) -> None:
    """Speak many texts, each to a file; run it again to resume.

    $ qwentts batch chapters/*.txt -d audio/
    $ qwentts batch items.jsonl -d audio/ --dry-run
    $ qwentts batch chapters/ -d audio/ --join book.mp3
    """
    run = begin(context, voice, speech, lists, sound, requests, format=sound.format_)
    options = BatchOptions(
        inputs=inputs,
        stdin=open_stdin("the list") if STDIN_NAMES.intersection(inputs) else None,
        lists=lists.options,
        selection=lists.selection,
        files=_choose_files(folder, sound, name=name, portable=portable, subtitles=subtitles or []),
        speech=speech.options(lists.read_lexicon()),
        requests=requests.options,
        on_refused=on_refused,
        join=join,
        tags=sound.tags,
        report=report,
        fail_fast=fail_fast,
    )
    raise typer.Exit(_show(run, options, show))


def _choose_files(
    folder: str, sound: SoundFlags, *, name: str | None, portable: bool, subtitles: list[SubtitleFormat]
) -> FileOptions:
    if not folder:
        raise UsageError("-d names no folder", hint="Use -d . for this one; is a variable empty?")
    return FileOptions(
        folder=Path(folder),
        template=name,
        portable=portable,
        bitrate_kbps=sound.bitrate,
        loudness=sound.loudness,
        subtitles=tuple(dict.fromkeys(subtitles)),
        is_forced=sound.force,
    )


def _show(run: Invocation, options: BatchOptions, show: ShowFlags) -> int:
    """Ask about it or make it; what does that is imported only now, for a TAB and --help need the options."""
    from qwentts_cli.cli.console.batch_result import show_batch

    return show_batch(run, options, show)
