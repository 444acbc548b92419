"""What is asked for: the only input of a synthesis."""

from __future__ import annotations

import json
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.dashscope.endpoints.route import find_route


class SynthesisRequest(Struct, frozen=True):
    """One text in one voice, whichever endpoint its model has; `None` leaves a choice to the service.

    `language` is a name of the catalogue, `speed` and `pitch` are factors from 0.5 to 2, `volume` goes from 0
    to 100, `sample_rate` is in Hz, `pronunciations` are Chinese words with their pinyin ("chong2 qing4").
    """

    text: str
    voice: str
    model: str
    language: str | None = None
    instructions: str | None = None
    optimize_instructions: bool = False
    speed: float | None = None
    pitch: float | None = None
    volume: int | None = None
    seed: int | None = None
    sample_rate: int | None = None
    pronunciations: tuple[tuple[str, str], ...] = ()

    def canonical(self) -> str:
        """The same JSON for the same request, whatever way it was made."""
        body = find_route(self.model).build_body(self)
        return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def with_text(self, text: str) -> Self:
        return replace(self, text=text)
