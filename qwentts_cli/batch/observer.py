"""What a batch tells on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwentts_cli.batch.outcome import Joined, Outcome, Results
from qwentts_cli.billing.meter import Meter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qwentts_cli.batch.journal import State
    from qwentts_cli.batch.rows import Change


class BatchObserver(Meter):
    """Counts what a batch takes and what becomes of it; override the methods to show it.

    Unlike those of its parents, these methods are called from one thread, and may take their time.

    Attributes:
        results: what became of the items until now.
    """

    def __init__(self) -> None:
        super().__init__()
        self.results = Results()

    def item_compared(self, output: Path, state: State, changes: Sequence[Change] = ()) -> None:
        """An item was compared with what is there; only for who asks what would be made."""

    def item_begun(self, number: int) -> None:
        """An item is going to be made; items begin in the order of the list."""

    def item_ended(self, outcome: Outcome) -> None:
        """An item was made, was there already, or failed; it is counted already."""

    def part_joined(self, number: int, total: int, path: Path) -> None:
        """So many of the items' files are in the joined file."""

    def items_joined(self, joined: Joined) -> None:
        """The joined file is there."""

    def figures(self) -> dict[str, int | float]:
        """What the batch came to, by names that scripts rely on."""
        results = self.results
        return {
            "items": results.items,
            "made": results.made,
            "skipped": results.skipped,
            "failed": results.failed,
            "requests": self.requests,
            "throttled": self.throttled,
            "characters": results.characters,
            "billed": self.billed.total().characters,
            "possibly_billed_twice": self.maybe_billed_twice,
            "duration_s": round(results.duration_s, 3),
        }

    def document(self, *, has_items: bool = True) -> dict[str, Any]:
        """All of it for scripts; the items are those that were kept."""
        rows = {"items": [outcome.document() for outcome in self.results.in_order]} if has_items else {}
        joined = self.results.joined
        tokens = {"tokens": self.billed.total().tokens_document()}
        return rows | {"joined": joined.document() if joined else None, "summary": self.figures() | tokens}
