"""What requests are billed by."""

from __future__ import annotations

from msgspec import Struct


class Metered(Struct, frozen=True):
    """Characters as the service counts them, and tokens of text and of sound where these are paid for."""

    characters: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: Metered) -> Metered:
        return Metered(
            self.characters + other.characters,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
        )

    def __neg__(self) -> Metered:
        return Metered(-self.characters, -self.input_tokens, -self.output_tokens)

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    def tokens_document(self) -> dict[str, int] | None:
        """The stable shape for scripts; `None` where characters are billed."""
        return {"input": self.input_tokens, "output": self.output_tokens} if self.tokens else None


class Tally(dict[str, Metered]):
    """Sums by model."""

    def add(self, model: str, metered: Metered) -> None:
        self[model] = self.get(model, Metered()) + metered

    def plus(self, other: Tally) -> Tally:
        both = Tally(self)
        for model, metered in other.items():
            both.add(model, metered)
        return both

    def total(self) -> Metered:
        return sum(self.values(), Metered())
