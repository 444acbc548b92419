"""What is asked for: the only input of a synthesis."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Self

from qwentts_cli.dashscope.wire import build_body


@dataclass(frozen=True, slots=True)
class SynthesisRequest:
    """One text in one voice, all names as the wire needs them; `language` `None` leaves it to the service."""

    text: str
    voice: str
    model: str
    language: str | None = None
    instructions: str | None = None
    optimize_instructions: bool = False

    def body(self) -> dict[str, Any]:
        return build_body(
            model=self.model,
            text=self.text,
            voice=self.voice,
            language=self.language,
            instructions=self.instructions,
            optimize_instructions=self.optimize_instructions,
        )

    def canonical(self) -> str:
        """The same JSON for the same request, whatever way it was made."""
        return json.dumps(self.body(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def with_text(self, text: str) -> Self:
        return replace(self, text=text)
