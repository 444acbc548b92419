"""What a synthesis took, added up over segments and texts."""

from __future__ import annotations

from msgspec import Struct, field

from qwentts_cli.metered import Tally


class Gap(Struct, frozen=True):
    """A passage that the service's filter refused, replaced by silence: its place and length in the text."""

    line: int
    column: int
    characters: int


class Doubt(Struct, frozen=True, kw_only=True):
    """A passage whose sound is too short or too long: its place, and the seconds had and expected."""

    line: int
    column: int
    had_s: float
    expected_s: float

    def document(self) -> dict[str, float]:
        """The stable shape of a doubt for scripts."""
        return {
            "line": self.line,
            "column": self.column,
            "had_s": round(self.had_s, 2),
            "expected_s": round(self.expected_s, 2),
        }


class Usage(Struct, frozen=True, kw_only=True):
    """`characters` are those of the text, `billed` what this run paid for: nothing if all was in the cache.

    Both are counted by the service; where it does not say, they are counted as it counts.
    """

    characters: int = 0
    billed: Tally = field(default_factory=Tally)
    requests: int = 0
    request_ids: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            characters=self.characters + other.characters,
            billed=self.billed.plus(other.billed),
            requests=self.requests + other.requests,
            request_ids=self.request_ids + other.request_ids,
            gaps=self.gaps + other.gaps,
            doubts=self.doubts + other.doubts,
        )
