"""What a batch came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwentts_cli.batch.outcome import Status
from qwentts_cli.errors import PartialError

if TYPE_CHECKING:
    from qwentts_cli.batch.outcome import Outcome


@dataclass(slots=True)
class Summary:
    made: int = 0
    skipped: int = 0
    failed: int = 0
    hopeless: int = 0
    with_gaps: int = 0
    characters: int = 0
    duration_s: float = 0.0

    def add(self, outcome: Outcome) -> None:
        self.made += outcome.status is Status.MADE
        self.skipped += outcome.status is Status.SKIPPED
        self.failed += outcome.status is Status.FAILED
        self.hopeless += bool(outcome.error and not outcome.error.retryable)
        self.with_gaps += bool(outcome.usage.gaps)
        self.characters += outcome.usage.characters
        self.duration_s += outcome.duration_s

    @property
    def items(self) -> int:
        return self.made + self.skipped + self.failed

    @property
    def advice(self) -> str:
        """What is to be done about the items that are missing."""
        if self.hopeless:
            return "change what was refused, and run the same command again"
        return "run the same command again"

    def error(self) -> PartialError | None:
        """The error that the whole ends in, if items failed."""
        if not self.failed:
            return None
        plural = "item" if self.failed == 1 else "items"
        return PartialError(
            f"{self.failed} {plural} of {self.items} failed",
            hint=f"{self.advice[0].upper()}{self.advice[1:]}; what is done is kept.",
        )
