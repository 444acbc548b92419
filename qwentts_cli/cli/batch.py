"""`qwentts batch`: many texts, each to a file of its own."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from qwentts_cli.batch.options import (
    BatchOptions,
    FileOptions,
    ListOptions,
    OnRefused,
    Selection,
    SpeechOptions,
    Spending,
)
from qwentts_cli.cli.console import speech_options as opt
from qwentts_cli.cli.console.invocation import Invocation, begin
from qwentts_cli.cli.console.reading import choose_lexicon, choose_reading
from qwentts_cli.cli.console.shown import Shown
from qwentts_cli.documents.input_format import InputFormat
from qwentts_cli.documents.options import TagOptions
from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.item import ExtraFields, OnEmpty, parse_columns
from qwentts_cli.manifest.shard import parse_shard
from qwentts_cli.speech.options import CacheUse, Pauses
from qwentts_cli.storage.stdin import STDIN_NAMES, open_stdin
from qwentts_cli.subtitles.formats import SubtitleFormat


class Split(StrEnum):
    """Into which items a document is split."""

    CHAPTERS = "chapters"


def batch(
    context: typer.Context,
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Files, folders, globs, .jsonl, .csv, .tsv, or -.")
    ],
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
    lines: Annotated[bool, typer.Option("--lines", help="Each line of a text file is an item.")] = False,
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
    format_: opt.FormatOption = None,
    bitrate: opt.BitrateOption = None,
    subtitles: Annotated[
        list[SubtitleFormat] | None,
        typer.Option("--subtitles", help="Write subtitles beside each file too; may be given again."),
    ] = None,
    jobs: opt.JobsOption = None,
    rpm: opt.RpmOption = None,
    pause: opt.PauseOption = 0.0,
    paragraph_pause: opt.ParagraphPauseOption = None,
    encoding: opt.EncodingOption = None,
    input_format: opt.InputFormatOption = InputFormat.AUTO,
    chapters: opt.ChaptersOption = None,
    chapter_pattern: opt.ChapterPatternOption = None,
    split: Annotated[
        Split | None, typer.Option("--split", help="Each chapter of a file is an item; of EPUB always.")
    ] = None,
    cast: opt.CastOption = None,
    markup: opt.MarkupOption = False,
    lexicon: opt.LexiconOption = None,
    line_breaks: opt.LineBreaksOption = None,
    dub: opt.DubOption = None,
    fit: opt.FitOption = False,
    extra_fields: Annotated[
        ExtraFields, typer.Option("--extra-fields", help="Unknown fields in the input: error or ignore.")
    ] = ExtraFields.ERROR,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="FIELD=NAME",
            help="The list's own name of a field, such as text=Sentence; may be given again.",
        ),
    ] = None,
    on_empty: Annotated[
        OnEmpty, typer.Option("--on-empty", help="Items with nothing to speak: fail, or skip them.")
    ] = OnEmpty.FAIL,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", metavar="CHAR", help="Character between the cells of a .csv.")
    ] = None,
    allow_outside: Annotated[
        bool,
        typer.Option("--allow-outside", help="Let a list name files that are not below its own folder."),
    ] = False,
    portable: Annotated[
        bool, typer.Option("--portable", help="Refuse file names that other systems do not allow.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Only the first N items.")
    ] = None,
    shard: Annotated[
        str | None, typer.Option("--shard", metavar="I/N", help="Only part I of N of the items.")
    ] = None,
    on_refused: Annotated[
        OnRefused,
        typer.Option(
            "--on-refused",
            help="When the content filter refuses a sentence: fail the item, or skip it (1 s of silence).",
        ),
    ] = OnRefused.FAIL,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first failure.")] = False,
    max_cost: opt.MaxCostOption = None,
    max_characters: opt.MaxCharactersOption = None,
    retake: opt.RetakeOption = 0,
    wait_network: opt.WaitNetworkOption = False,
    no_cache: opt.NoCacheOption = False,
    refresh: opt.RefreshOption = False,
    force: opt.ForceOption = False,
    dry_run: opt.DryRunOption = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show why each item would be made or not; send nothing.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 8 if anything would be made; send nothing.")
    ] = False,
    join: Annotated[
        Path | None,
        typer.Option("--join", metavar="FILE", help="Also write all items as one file, with chapters."),
    ] = None,
    title: opt.TitleOption = None,
    artist: opt.ArtistOption = None,
    album: opt.AlbumOption = None,
    cover: opt.CoverOption = None,
    loudness: opt.LoudnessOption = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="PATH", help="Write a report: a page (.html) or rows (.jsonl)."),
    ] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Print a JSON line for each item as it ends.")
    ] = False,
) -> None:
    """Speak many texts, each to a file; run it again to resume.

    $ qwentts batch chapters/*.txt -d audio/
    $ qwentts batch items.jsonl -d audio/ --dry-run
    $ qwentts batch chapters/ -d audio/ --join book.mp3
    """
    tuning = {"speed": speed, "pitch": pitch, "volume": volume, "seed": seed, "sample_rate": sample_rate}
    text = {"language": language, "line_breaks": line_breaks}
    run = begin(context, voice=voice, model=model, format=format_, jobs=jobs, rpm=rpm, **text, **tuning)
    texts = choose_reading(
        input_format, chapters, chapter_pattern, cast, markup=markup, keeps_times=dub is not False
    )
    cache = CacheUse(is_on=not no_cache, is_read=not refresh)
    options = BatchOptions(
        inputs=inputs,
        stdin=open_stdin("the list") if STDIN_NAMES.intersection(inputs) else None,
        lists=ListOptions(
            by_line=lines,
            encoding=encoding,
            delimiter=delimiter,
            extra_fields=extra_fields,
            on_empty=on_empty,
            columns=parse_columns(column or []),
            documents=texts,
            by_chapter=split is Split.CHAPTERS,
            allow_outside=allow_outside,
        ),
        selection=Selection(shard=parse_shard(shard) if shard else None, limit=limit),
        files=FileOptions(
            folder=_folder(folder),
            template=name,
            portable=portable,
            bitrate_kbps=bitrate,
            loudness=loudness,
            subtitles=tuple(dict.fromkeys(subtitles or ())),
            is_forced=force,
        ),
        speech=SpeechOptions(
            instructions=instructions,
            optimize=optimize_instructions,
            is_labelled=ai_label,
            lexicon=choose_lexicon(lexicon),
            pauses=Pauses(pause, paragraph_pause),
            fits=fit,
            on_refused=on_refused,
        ),
        spending=Spending(max_cost=max_cost, max_characters=max_characters, cache_use=cache, retakes=retake),
        join=join,
        tags=TagOptions(title=title, artist=artist, album=album, cover=cover),
        report=report,
        fail_fast=fail_fast,
        waits_for_network=wait_network,
    )
    shown = Shown(is_dry=dry_run, is_explained=explain, is_check=check, is_jsonl=jsonl)
    raise typer.Exit(_show(run, options, shown))


def _show(run: Invocation, options: BatchOptions, shown: Shown) -> int:
    """Ask about it or make it; what does that is imported only now, for a TAB and --help need the options."""
    from qwentts_cli.cli.batch_result import show_batch

    return show_batch(run, options, shown)


def _folder(typed: str) -> Path:
    if not typed:
        raise UsageError("-d names no folder", hint="Use -d . for this one; is a variable empty?")
    return Path(typed)
