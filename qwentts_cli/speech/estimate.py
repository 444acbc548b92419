"""What a text would take, counted as the service counts; nothing is sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qwentts_cli.billing.price import price_tag
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.text.units import count_units

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwentts_cli.speech.context import Context
    from qwentts_cli.speech.utterance import Utterance


@dataclass(slots=True)
class Estimate:
    """Segments, and the characters of each model."""

    segments: int = 0
    characters: Counter[str] = field(default_factory=Counter)

    def add(self, utterances: Iterable[Utterance]) -> None:
        """Count one text, cut as it would be."""
        for utterance in utterances:
            if utterance.segment.speakable:
                self.segments += 1
                self.characters[utterance.voice.model] += count_units(utterance.request().text)

    def document(self, context: Context, model: str) -> dict[str, Any]:
        """The figures by their names; what is not known is `None`."""
        return {
            "segments": self.segments,
            "characters": self.characters.total(),
            "price": price_tag(context.prices.total(self.characters)),
            "minutes": self._minutes(context, model),
        }

    def _minutes(self, context: Context, model: str) -> float | None:
        """At the rate that is set, else the one the catalogue has for the model."""
        rpm = context.settings.first("rpm")
        known = load_catalog().models.get(model)
        rate = rpm.number if rpm else float(known.rpm) if known else 0.0
        return round(self.segments / rate, 1) if rate else None
