"""How one item of a batch ended, and what all of them came to."""

from __future__ import annotations

from enum import StrEnum, unique
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, field

from qwentts_cli.dashscope.request import UNTUNED, Tuning
from qwentts_cli.errors import PartialError, error_document
from qwentts_cli.synthesis.usage import Usage
from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from qwentts_cli.billing.price import Cost
    from qwentts_cli.errors import QwenTTSError
    from qwentts_cli.speech.laying.layout import Overrun

_TEXT_SHOWN = 80


@unique
class Status(StrEnum):
    MADE = "made"
    SKIPPED = "skipped"
    FAILED = "failed"


# Of a million items, looking it up in its class would take seconds.
SKIPPED: Final = Status.SKIPPED


class Outcome(Struct, frozen=True, kw_only=True):
    """`where` is the file that was or would have been written, `key` what the journal knows its content by.

    `text` is the beginning of what was spoken; of an item that was there already, nobody looked at it. `cost`
    is that of what was billed, where the price is known.
    """

    number: int
    source: str
    where: str
    voice: str
    model: str
    status: Status
    tuning: Tuning = UNTUNED
    id: str | None = None
    key: str = ""
    text: str = ""
    cost: Cost | None = None
    duration_s: float = 0.0
    usage: Usage = field(default_factory=Usage)
    overruns: tuple[Overrun, ...] = ()
    error: QwenTTSError | None = None

    @property
    def output(self) -> Path:
        return Path(self.where)

    def document(self) -> dict[str, Any]:
        """The stable shape of an item for scripts."""
        billed = self.usage.billed.total()
        return {
            "number": self.number,
            "id": self.id,
            "source": self.source,
            "output": str(self.output),
            "status": self.status.value,
            "voice": self.voice,
            "model": self.model,
            **self.tuning.document(self.model),
            "text": " ".join(self.text.split())[:_TEXT_SHOWN],
            "duration_s": round(self.duration_s, 6),
            "cached": self.status is Status.MADE and not self.usage.billed,
            "characters": self.usage.characters,
            "billed": billed.characters,
            "tokens": billed.tokens_document(),
            "cost": float(self.cost.amount) if self.cost else None,
            "currency": self.cost.currency if self.cost else None,
            "requests": self.usage.requests,
            "request_ids": list(self.usage.request_ids),
            "gaps": [
                {"line": gap.line, "column": gap.column, "characters": gap.characters}
                for gap in self.usage.gaps
            ],
            "doubts": [doubt.document() for doubt in self.usage.doubts],
            "overruns": [overrun.document() for overrun in self.overruns],
            "error": error_document(self.error) if self.error else None,
        }


class Joined(Struct, frozen=True, kw_only=True):
    """All items as one file, made now or there already."""

    output: Path
    status: Status
    duration_s: float

    def document(self) -> dict[str, Any]:
        """The stable shape of the joined file for scripts."""
        return {
            "output": str(self.output),
            "status": self.status.value,
            "duration_s": round(self.duration_s, 6),
        }


class Results(Struct):
    """What became of the items so far: `planned` is how many there are; `kept` holds them if `is_kept`.

    `hopeless` items failed for a reason that will not pass. What was made now is `made_characters` long, in
    characters as they are billed, and takes `made_s` seconds; `characters` and `duration_s` include what was
    there already. `hints` say what helps: all of them while they are one, so that it can be told.
    """

    is_kept: bool = False
    planned: int = 0
    made: int = 0
    skipped: int = 0
    failed: int = 0
    hopeless: int = 0
    with_gaps: int = 0
    with_doubts: int = 0
    characters: int = 0
    duration_s: float = 0.0
    made_characters: int = 0
    made_s: float = 0.0
    joined: Joined | None = None
    kept: list[Outcome] = field(default_factory=list)
    hints: set[str] = field(default_factory=set)

    def add(self, outcome: Outcome) -> None:
        usage = outcome.usage
        self.with_gaps += bool(usage.gaps)
        self.with_doubts += bool(usage.doubts)
        self.characters += usage.characters
        self.duration_s += outcome.duration_s
        if outcome.status is SKIPPED:
            self.skipped += 1
        elif outcome.status is Status.MADE:
            self.made += 1
            self.made_characters += usage.characters
            self.made_s += outcome.duration_s
        else:
            self.failed += 1
            self.hopeless += bool(outcome.error and not outcome.error.retryable)
        if self.is_kept:
            self.kept.append(outcome)
        if outcome.error and len(self.hints) <= 1:
            self.hints.add(outcome.error.hint)

    @property
    def in_order(self) -> list[Outcome]:
        """What was kept, in the order of the list."""
        return sorted(self.kept, key=lambda outcome: outcome.number)

    @property
    def is_joined_now(self) -> bool:
        return self.joined is not None and self.joined.status is Status.MADE

    @property
    def items(self) -> int:
        return self.made + self.skipped + self.failed

    @property
    def missing(self) -> int:
        return self.planned - self.made - self.skipped

    @property
    def advice(self) -> str:
        """What to do about the items that are missing."""
        if self.hopeless:
            return "change what was refused, and run the same command again"
        return "run the same command again"

    def error(self) -> PartialError | None:
        """The error that the whole batch ends in, if items failed."""
        if not self.failed:
            return None
        (shared,) = self.hints if len(self.hints) == 1 else ("",)
        advice = "then run the same command again" if shared else self.advice
        return PartialError(
            f"{self.failed} of {plural(self.items, 'item')} failed",
            hint=f"{shared} {advice[0].upper()}{advice[1:]}; what is done is kept.".lstrip(),
        )
