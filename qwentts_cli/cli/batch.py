"""`qwentts batch`: many texts, each to a file of its own."""

from __future__ import annotations

import sys
from dataclasses import replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from qwentts_cli.audio.formats import AudioFormat, check_format
from qwentts_cli.audio.stream import RAW_SAMPLE_RATE
from qwentts_cli.batch.join import Join, choose_join
from qwentts_cli.batch.plan import OutputSettings, Planner, name_check
from qwentts_cli.batch.run import BatchOptions, run_batch
from qwentts_cli.billing.budget import open_budget
from qwentts_cli.cli.console import speech_options as opt
from qwentts_cli.cli.console.invocation import Invocation, begin
from qwentts_cli.cli.console.observer import ConsoleObserver
from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.check import check_manifest
from qwentts_cli.manifest.item import ManifestOptions
from qwentts_cli.manifest.shard import parse_shard
from qwentts_cli.settings.schema import SETTINGS
from qwentts_cli.speech.speak import Pauses
from qwentts_cli.speech.voice_settings import choose_voice_settings
from qwentts_cli.speech.wiring import CacheUse
from qwentts_cli.text.read import Reader


class OnRefused(StrEnum):
    FAIL = "fail"
    SKIP = "skip"


class ExtraFields(StrEnum):
    ERROR = "error"
    IGNORE = "ignore"


def batch(
    context: typer.Context,
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Files, folders, globs, .jsonl, .csv, .tsv, or -.")
    ],
    output_dir: Annotated[
        str, typer.Option("-d", "--output-dir", metavar="DIR", help="Where the files go; made if need be.")
    ] = ".",
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="TEMPLATE", help="Such as {n:04}-{stem}; also {id} and {voice}."),
    ] = None,
    lines: Annotated[bool, typer.Option("--lines", help="Each line of a text file is an item.")] = False,
    voice: opt.VoiceOption = None,
    model: opt.ModelOption = None,
    language: opt.LanguageOption = None,
    instructions: opt.InstructionsOption = None,
    optimize_instructions: opt.OptimizeOption = False,
    format_: opt.FormatOption = None,
    bitrate: opt.BitrateOption = None,
    jobs: opt.JobsOption = None,
    rpm: opt.RpmOption = None,
    pause: opt.PauseOption = 0.0,
    paragraph_pause: opt.ParagraphPauseOption = None,
    encoding: opt.EncodingOption = None,
    extra_fields: Annotated[
        ExtraFields, typer.Option("--extra-fields", help="What fields are that have no meaning here.")
    ] = ExtraFields.ERROR,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", metavar="CHAR", help="Between the cells of a .csv.")
    ] = None,
    portable: Annotated[
        bool, typer.Option("--portable", help="Refuse names that other systems cannot have.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Only the first N items.")
    ] = None,
    shard: Annotated[
        str | None, typer.Option("--shard", metavar="I/N", help="Only the Ith of N parts of the items.")
    ] = None,
    on_refused: Annotated[
        OnRefused, typer.Option("--on-refused", help="What becomes of a sentence that the filter refuses.")
    ] = OnRefused.FAIL,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first failure.")] = False,
    max_cost: opt.MaxCostOption = None,
    max_characters: opt.MaxCharactersOption = None,
    no_cache: opt.NoCacheOption = False,
    refresh: opt.RefreshOption = False,
    force: opt.ForceOption = False,
    dry_run: opt.DryRunOption = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say of each item why it is made or not; send nothing.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit 8 if anything is to be made; send nothing.")
    ] = False,
    join: Annotated[
        Path | None,
        typer.Option("--join", metavar="FILE", help="Write all items as one file too, with chapters."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="PATH", help="Write a page (.html) or rows (.jsonl).")
    ] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Write a JSON line for each item as it ends.")
    ] = False,
) -> None:
    """Speak many texts, each to a file; run it again to resume."""
    folder = _folder(output_dir)
    run = begin(context, voice=voice, model=model, language=language, jobs=jobs, rpm=rpm)
    recipe = choose_voice_settings(
        run.context.settings,
        ConsoleObserver(run.output),
        instructions=instructions,
        optimize_instructions=optimize_instructions,
    )
    part = parse_shard(shard) if shard else None
    pauses = Pauses(pause, paragraph_pause)
    wanted = OutputSettings(
        recipe, _choose_format(run, format_), bitrate, pauses, on_refused, run.context.is_sandbox
    )
    joined = choose_join(join, wanted, is_part=part is not None or limit is not None)
    style = _checked(wanted, joined)
    options = BatchOptions(
        dry_run,
        explain,
        check,
        force,
        fail_fast,
        joined,
        report,
        jsonl,
        CacheUse(is_on=not no_cache, is_read=not refresh),
        open_budget(run.context.prices, recipe.model, max_cost=max_cost, max_characters=max_characters),
    )
    manifest_options = ManifestOptions(
        by_line=lines,
        template=name,
        extension=style.format,
        extra_fields=extra_fields.value,
        encoding=encoding,
        delimiter=delimiter,
        portable=portable,
        voice=recipe.voice,
        model=recipe.model,
        language=recipe.language or "",
    )
    stdin = sys.stdin.buffer if sys.stdin else None
    names = name_check(recipe, options.budget, run.output.warn)
    note = cache(run.output.warn)
    manifest = check_manifest(inputs, manifest_options, stdin=stdin, check_row=names, note=note)
    reader = Reader(encoding, note)
    planner = Planner(manifest, folder, style, reader, part, limit)
    raise typer.Exit(run_batch(run, planner, options))


def _folder(typed: str) -> Path:
    if not typed:
        raise UsageError("-d names no folder", hint="Use -d . for this one; is a variable empty?")
    return Path(typed)


def _choose_format(run: Invocation, typed: str | None) -> AudioFormat:
    if typed:
        return AudioFormat(str(SETTINGS["format"].read(typed, "--format")))
    return AudioFormat(run.context.settings.text("format", AudioFormat.WAV))


def _checked(style: OutputSettings, joined: Join | None) -> OutputSettings:
    """A bit rate is for every file that has one, so that it may be for the joined file alone."""
    is_for_joined = joined and joined.bitrate_kbps and not style.format.is_lossy
    bitrate = None if is_for_joined else style.bitrate_kbps
    check_format(style.format, sample_rate=RAW_SAMPLE_RATE, bitrate_kbps=bitrate)
    keeps_copies = joined is not None and style.format.is_lossy
    return replace(style, bitrate_kbps=bitrate, keeps_copies=keeps_copies)
