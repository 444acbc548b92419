"""From options to a batch that is checked and can begin; nothing has been sent or written yet."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import asdict, replace

from qwentts_cli.audio.formats import AudioFormat, check_choice
from qwentts_cli.batch.join import Join, choose_join
from qwentts_cli.batch.options import OutputSettings
from qwentts_cli.batch.tasks import TaskList, item_voice
from qwentts_cli.billing.budget import open_budget
from qwentts_cli.documents.book import check_tags, make_tags
from qwentts_cli.documents.reader import DocumentReader
from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.check import check_manifest
from qwentts_cli.manifest.item import ManifestOptions
from qwentts_cli.manifest.sources import leads_outside
from qwentts_cli.speech.voice_settings import choose_voice_settings, tell_end

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.audio.tags import Tags
    from qwentts_cli.batch.options import BatchOptions
    from qwentts_cli.billing.budget import Budget
    from qwentts_cli.manifest.item import Item
    from qwentts_cli.observer import Observer
    from qwentts_cli.speech.context import Context
    from qwentts_cli.speech.voice_settings import VoiceSettings


class Job(Struct, frozen=True, kw_only=True):
    tasks: TaskList
    join: Join | None
    budget: Budget


def prepare_job(context: Context, options: BatchOptions, observer: Observer) -> Job:
    """Check all options and all items; what looks wrong is warned of.

    Raises:
        UsageError: something is wrong; of the items it lists all that is.
    """
    voice = choose_voice_settings(
        context.settings,
        observer,
        options.speech,
        wants_words=bool(options.files.subtitles),
        ai_label=context.ai_label(is_wanted=options.speech.is_labelled),
    )
    settings = _choose_settings(context, options, voice)
    if options.tags.typed and not options.join:
        raise UsageError(
            f"{', '.join(options.tags.typed)}: only the file of --join has that",
            hint="Add --join FILE; items of a list have a title in it.",
        )
    is_part = options.selection.is_part
    join = choose_join(options.join, settings, is_part=is_part) if options.join else None
    settings = _check_bitrate(settings, join)
    if voice.ai_label and not settings.format.has_label:
        observer.warn(f"{settings.format} has no place for the label of AI")
    limits = options.requests
    budget = open_budget(
        context.prices, voice.model, max_cost=limits.max_cost, max_characters=limits.max_characters
    )

    def admit(model: str) -> None:
        budget.check(model)  # its price has to be known before anything is sent
        tell_end(context.settings, model, observer)

    tasks = _check_items(options, settings, _make_check(options, voice, join, admit, observer), observer)
    if join:
        tags = _book_tags(options, join, tasks, voice, observer)
        join = replace(join, tags=tags, loudness=options.files.loudness)
    return Job(tasks=tasks, join=join, budget=budget)


def _choose_settings(context: Context, options: BatchOptions, voice: VoiceSettings) -> OutputSettings:
    return OutputSettings(
        voice=voice,
        format=AudioFormat(context.settings.text("format", AudioFormat.WAV)),
        bitrate_kbps=options.files.bitrate_kbps,
        pauses=options.speech.pauses,
        fits=options.speech.fits,
        on_refused=options.on_refused,
        is_sandbox=context.is_sandbox,
        loudness=None if options.join else options.files.loudness,
        subtitles=options.files.subtitles,
    )


def _book_tags(
    options: BatchOptions, join: Join, tasks: TaskList, voice: VoiceSettings, observer: Observer
) -> Tags:
    """What the joined file says about itself: of one document, what that says."""
    check_tags(options.tags, join.target.format, str(join.path), observer.warn)
    only = Path(options.inputs[0]) if len(options.inputs) == 1 else None
    is_document = only and only.is_file() and not options.lists.documents.format.is_list
    return make_tags(
        options.tags,
        tasks.reader.document(only) if only and is_document else None,
        title=join.path.stem,
        language=voice.language_code,
        note=observer.warn,
    )


def _check_bitrate(settings: OutputSettings, join: Join | None) -> OutputSettings:
    """A bit rate is for every file that has one, so that it may be for the joined file alone."""
    is_for_joined = join and join.bitrate_kbps and not settings.format.is_lossy
    bitrate = None if is_for_joined else settings.bitrate_kbps
    check_choice(settings.format, sample_rate=settings.voice.sample_rate, bitrate_kbps=bitrate)
    keeps_copies = join is not None and settings.format.is_lossy
    return replace(settings, bitrate_kbps=bitrate, keeps_copies=keeps_copies)


def _check_items(
    options: BatchOptions,
    settings: OutputSettings,
    check: Callable[[Item], str | None],
    observer: Observer,
) -> TaskList:
    lists, files, voice = options.lists, options.files, settings.voice
    manifest_options = ManifestOptions(
        **asdict(lists),
        template=files.template,
        portable=files.portable,
        extension=settings.format,
        voice=voice.voice,
        model=voice.model,
        language=voice.language or "",
    )
    note = cache(observer.warn)  # a text is read twice, and what is noted of it is told once
    manifest = check_manifest(
        options.inputs, manifest_options, stdin=options.stdin, check_row=check, note=note
    )
    return TaskList(
        manifest=manifest,
        folder=files.folder,
        settings=settings,
        reader=DocumentReader(lists.encoding, note, lists.documents),
        shard=options.selection.shard,
        limit=options.selection.limit,
    )


def _make_check(
    options: BatchOptions,
    voice: VoiceSettings,
    join: Join | None,
    admit: Callable[[str], None],
    observer: Observer,
) -> Callable[[Item], str | None]:
    """Make what tells what is wrong with an item's names; a million items have few different ones."""
    known: dict[tuple[object, ...], str | None] = {}

    def check(item: Item) -> str | None:
        if join and join.is_same(options.files.folder / item.output):
            return f"its file is the one of --join too: {join.path}"
        if join and join.has_subtitles_of(options.files.folder / item.output):
            return f"its subtitles are those of --join too: {join.path}"
        if "/" in item.output:  # a million paths take seconds to make
            output = options.files.folder / item.output
            if leads_outside(output.parent, options.files.folder):
                return f"a link leads its file out of {options.files.folder}: {output}"
        names = (item.voice, item.model, item.language, bool(item.instructions), item.tuning)
        try:
            return known[names]
        except KeyError:
            problem = known[names] = _check_names(item, voice, admit, observer)
            return problem

    return check


def _check_names(
    item: Item, default: VoiceSettings, admit: Callable[[str], None], observer: Observer
) -> str | None:
    try:
        voice, warnings = item_voice(item, default)
        admit(voice.model)
    except UsageError as error:
        return f"{error.message}. {error.hint}".strip(" .")
    for warning in warnings:
        observer.warn(f"{item.place}: {warning}")
    return None
