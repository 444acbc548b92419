"""What a text would take, counted as the service counts; nothing is sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qwentts_cli.billing.price import price_tag
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.speech.voice_settings import cut
from qwentts_cli.text.units import count_units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.cli.console.invocation import Invocation
    from qwentts_cli.dashscope.request import SynthesisRequest


@dataclass(slots=True)
class Estimate:
    """Segments, and the characters of each model."""

    segments: int = 0
    characters: Counter[str] = field(default_factory=Counter)

    def add(self, pieces: Iterator[str], recipe: SynthesisRequest, *, by_paragraph: bool) -> None:
        """Count one text, cut as it would be."""
        for segment in cut(pieces, recipe, by_paragraph=by_paragraph):
            if segment.speakable:
                self.segments += 1
                self.characters[recipe.model] += count_units(segment.text)

    def document(self, run: Invocation, model: str) -> dict[str, Any]:
        return {
            "segments": self.segments,
            "characters": self.characters.total(),
            "price": price_tag(run, self.characters),
            "minutes": self._minutes(run, model),
        }

    def _minutes(self, run: Invocation, model: str) -> float | None:
        """At the rate that is set, else the one the catalogue has for the model."""
        rpm = run.settings.first("rpm")
        known = load_catalog().models.get(model)
        rate = rpm.number if rpm else float(known.rpm) if known else 0.0
        return round(self.segments / rate, 1) if rate else None


def tell_facts(run: Invocation, facts: dict[str, Any]) -> None:
    """Facts as lines for people, or as one document."""
    if run.options.json:
        run.output.document(facts)
        return
    run.output.lines(
        f"{name.replace('_', ' ')}: {'not known' if value is None else value}"
        for name, value in facts.items()
    )
