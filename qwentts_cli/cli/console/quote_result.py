"""What a text or a batch would take, shown to people and to scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwentts_cli.cli.console.amounts import tell_billed
from qwentts_cli.wording import about, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.cli.console.output import Output
    from qwentts_cli.speech.estimate import Quote

_MINUTE_S = 60


def show_quote(output: Output, quote: Quote, model: str, items: dict[str, int] | None = None) -> None:
    """Show it as one sentence, or as one document."""
    if output.is_json:
        output.document({**(items or {}), **quote.document()})
        return
    facts: list[Any] = []
    if items:
        facts.append(f"{items['to_make']:,} of {plural(items['items'], 'item')} to make")
    output.lines([" · ".join([*facts, *_facts(quote, model)])])


def _facts(quote: Quote, model: str) -> Iterator[str]:
    estimate, source = quote.estimate, quote.price_source
    billed = estimate.billed.total()
    yield f"{tell_billed(billed, at_most=True)} billed"
    if estimate.cached:
        yield f"cached: {estimate.cached:,} of {plural(estimate.segments, 'segment')}"
    if estimate.segments:
        yield f"about {about(estimate.sound_s)} of sound"
    if quote.minutes is not None and estimate.cached < estimate.segments:
        yield f"about {about(quote.minutes * _MINUTE_S)} to make"
    listed = f" ({quote.region}, {model}; prices of {source.date}: {source.title})" if source else ""
    yield f"{quote.price_tag}{listed}"
