"""`qwentts voices preview`: one text in many voices, to choose one by ear."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qwentts_cli.cli.console.agree import agree_to_pay
from qwentts_cli.cli.console.invocation import Invocation, begin
from qwentts_cli.cli.console.observer import ConsoleObserver
from qwentts_cli.cli.console.quote_result import show_quote
from qwentts_cli.cli.options.flag_groups import spread_flags
from qwentts_cli.cli.options.request_flags import DryRunFlag, JobsFlag, MaxCostFlag, RefreshFlag
from qwentts_cli.cli.options.sound_flags import ForceFlag, FormatFlag
from qwentts_cli.cli.voices.facts import each_fact
from qwentts_cli.cli.voices.filters import FilterFlags, read_filters
from qwentts_cli.cli.voices.preview_delivery import deliver_previews, show_previews
from qwentts_cli.cli.voices.preview_places import PreviewPlace
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.documents.reader import DocumentReader
from qwentts_cli.errors import UsageError
from qwentts_cli.speech.options import CacheUse
from qwentts_cli.speech.own_voices.lookup import voices_of
from qwentts_cli.speech.preview.preview import prepare_previews, quote_previews, tell_preview_limits
from qwentts_cli.speech.preview.speak_previews import PreviewOptions
from qwentts_cli.speech.source import Source, choose_source
from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from qwentts_cli.cli.voices.filters import Filters
    from qwentts_cli.speech.estimate import Quote
    from qwentts_cli.speech.preview.preview import Preview

# More than these cost enough to ask first.
_FEW = 10


@spread_flags
def preview(
    context: typer.Context,
    *,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Voices (default: all that are not filtered out)."),
    ] = None,
    filters: FilterFlags,
    mine: Annotated[bool, typer.Option("--mine", help="Only your own voices.")] = False,
    text: Annotated[
        str | None,
        typer.Option("--text", metavar="TEXT", help="What to say (default: a sentence in its own language)."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("-f", "--file", metavar="PATH", help="Read from a file what to say.")
    ] = None,
    output_dir: Annotated[
        Path | None, typer.Option("-d", "--output-dir", metavar="DIR", help="Write a file for each voice.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="PATH", help="Write a page with a player for each voice.")
    ] = None,
    format_: FormatFlag = None,
    jobs: JobsFlag = None,
    max_cost: MaxCostFlag = None,
    dry_run: DryRunFlag = False,
    refresh: RefreshFlag = False,
    force: ForceFlag = False,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask about more than ten voices.")] = False,
) -> None:
    """Hear voices say the same: one after the other, or as files, or on a page.

    $ qwentts voices preview Cherry Ethan
    $ qwentts voices preview --dialect sichuan --html page.html

    On a terminal, space goes on to the next voice and q stops.
    """
    run = begin(context, filters, jobs=jobs)
    wanted = read_filters(load_catalog(), filters)
    place = PreviewPlace(folder=output_dir, page=html, format=format_, overwrite=force)
    place.check()
    options = PreviewOptions(
        is_heard=place.is_loudspeaker, cache_use=CacheUse(is_read=not refresh), max_cost=max_cost
    )
    with ConsoleObserver(run.output) as observer:
        source = _choose_text(run, text, file)
        previews = prepare_previews(
            run.context, _choose_voices(run, names, wanted, mine=mine), source, observer
        )
        quote = quote_previews(run.context, previews, options.cache_use, observer)
        if dry_run:
            model = previews[0].voice.model
            tell_preview_limits(run.context, quote, model, max_cost, observer)
            show_quote(run.output, quote, model)
            return
        if len(previews) > _FEW and quote.estimate.characters and not yes:
            agree_to_pay(run.output, _offer(previews, quote))
        results = deliver_previews(run, previews, options, place, observer)
    show_previews(run, results, observer)


def _choose_voices(run: Invocation, names: list[str] | None, filters: Filters, *, mine: bool) -> list[str]:
    """The names that were typed, or those of all voices that are not filtered out."""
    if mine and not names:
        names = [voice.name for voice in voices_of(run.context.billing_region) if voice.is_ready]
        if not names:
            raise UsageError("no voice of your own is known here", hint="See 'qwentts voices list --mine'.")
    if names and (filters.gender or filters.dialect or filters.search):
        raise UsageError("both names and filters were given", hint="Give names, or filters.")
    chosen = list(dict.fromkeys(names or (voice.id for voice in filters.select(each_fact(load_catalog())))))
    if not chosen:
        raise UsageError("no voice is like that", hint="'qwentts voices' lists them all.")
    return chosen


def _choose_text(run: Invocation, text: str | None, file: Path | None) -> Source | None:
    """What all are to say; `None` for a sentence in the language of each."""
    if text is None and file is None:
        return None
    reader = DocumentReader(None, cache(run.output.warn))
    words = [] if text is None else [text]
    source = choose_source(words, [file] if file else [], reader, live_wait_s=0)
    if source is None or not source.is_live:
        return source
    # A pipe can be read only once.
    kept = "".join(source.pieces())
    return Source(lambda: iter([kept]), "")


def _offer(previews: list[Preview], quote: Quote) -> str:
    characters = plural(quote.estimate.characters, "character")
    return f"{plural(len(previews), 'voice')} have {characters} to be billed: {quote.price_tag}"
