"""What a text would take, counted as the service counts; nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from qwentts_cli.billing.price import PriceList
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.metered import Tally
from qwentts_cli.text.sound_length import reckon_length

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwentts_cli.billing.price import Cost
    from qwentts_cli.dashscope.catalog.rows import Source
    from qwentts_cli.speech.cache_look import CacheLook
    from qwentts_cli.speech.context import Context
    from qwentts_cli.speech.utterance import Utterance


class Estimate(Struct):
    """Segments, what would be billed for them, and about how long it would sound.

    `cached` of the segments cost nothing, for `cache` has them. Of tokens, which depend on the sound, there
    are as many as there may be at most, where `prices` are in these.
    """

    prices: PriceList = field(default_factory=PriceList)
    cache: CacheLook | None = None
    segments: int = 0
    cached: int = 0
    billed: Tally = field(default_factory=Tally)
    sound_s: float = 0.0

    def add(self, utterances: Iterable[Utterance]) -> None:
        """Count one text, cut as it would be."""
        for utterance in utterances:
            if not utterance.segment.speakable:
                continue
            request = utterance.request()
            self.segments += 1
            self.sound_s += reckon_length(request.text).usual_s / request.speed
            if self.cache and self.cache.has(request):
                self.cached += 1
            else:
                self.billed.add(request.model, self.prices.foresee(request))

    @property
    def characters(self) -> int:
        """Those that would be billed."""
        return self.billed.total().characters


class Quote(Struct, frozen=True, kw_only=True):
    """What an estimate comes to; what is not known is `None`. `minutes` are those it takes to make."""

    estimate: Estimate
    cost: Cost | None
    price_source: Source | None
    price_tag: str
    region: str
    minutes: float | None

    def document(self) -> dict[str, Any]:
        """The stable shape for scripts."""
        estimate, cost, source = self.estimate, self.cost, self.price_source
        return {
            "segments": estimate.segments,
            "cached_segments": estimate.cached,
            "characters": estimate.characters,
            "tokens": estimate.billed.total().tokens_document(),
            "price": float(cost.amount) if cost else None,
            "currency": cost.currency if cost else None,
            "price_source": {"title": source.title, "date": str(source.date)} if source else None,
            "sound_s": round(estimate.sound_s),
            "minutes": self.minutes,
        }


def make_quote(estimate: Estimate, context: Context, model: str) -> Quote:
    """Put a price on an estimate; `model` is the usual one."""
    prices = context.prices
    cost = prices.total(estimate.billed)
    most = "at most " if estimate.billed.total().tokens else ""
    return Quote(
        estimate=estimate,
        cost=cost,
        price_source=prices.source(model),
        price_tag=f"{most}{prices.tag(cost)}" if cost else "price not known",
        region=prices.region,
        minutes=_minutes(estimate, context, model),
    )


def _minutes(estimate: Estimate, context: Context, model: str) -> float | None:
    """At the rate that is set, else the one the catalogue has for the model."""
    rpm = context.settings.first("rpm")
    known = load_catalog().models.get(model)
    rate = rpm.number if rpm else float(known.rpm) if known else 0.0
    return round((estimate.segments - estimate.cached) / rate, 1) if rate else None
