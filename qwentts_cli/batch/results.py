"""The results of a batch as they come: paths, JSON lines, progress, and a last line that can be trusted."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qwentts_cli.batch.outcome import Outcome, Status
from qwentts_cli.batch.report_rows import encoded, item_document
from qwentts_cli.batch.summary import Summary
from qwentts_cli.billing.price import price_tag
from qwentts_cli.errors import error_text
from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.batch.plan import Plan
    from qwentts_cli.billing.meter import Meter
    from qwentts_cli.cli.console.invocation import Invocation
    from qwentts_cli.cli.console.output import Output
    from qwentts_cli.cli.console.progress import Progress


@dataclass(slots=True)
class Results:
    """Keeps the outcomes for the report, and tells of each."""

    run: Invocation
    plan: Plan
    meter: Meter
    progress: Progress
    is_jsonl: bool
    is_kept: bool
    summary: Summary = field(default_factory=Summary)
    kept: list[Outcome] = field(default_factory=list)
    joined: dict[str, Any] | None = None
    _spoken: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def output(self) -> Output:
        return self.run.output

    def count(self, outcome: Outcome) -> None:
        """Take note of an outcome."""
        self.summary.add(outcome)
        if self.is_kept or (self.output.is_json and not self.is_jsonl):
            self.kept.append(outcome)

    def tell(self, outcome: Outcome) -> None:
        """Show an outcome."""
        if outcome.error:
            self.output.warn(f"{outcome.source}: {error_text(outcome.error)}")
        if outcome.status is Status.MADE:
            self._tell_gaps(outcome)
        if self.is_jsonl:
            self.output.lines([encoded(item_document(outcome)).decode()])
        elif outcome.status is Status.MADE and not self.output.is_json:
            self.output.lines([str(outcome.output)])
        self._show()

    def _tell_gaps(self, outcome: Outcome) -> None:
        for gap in outcome.usage.gaps:
            place = f"{outcome.source}: text at line {gap.line}, column {gap.column}"
            self.output.warn(f"{place}: {gap.characters} characters that the filter refused are left out")

    def hear(self, characters: int) -> None:
        """So many characters more have become sound; called by several threads."""
        with self._lock:
            self._spoken += characters
        self._show()

    def _show(self) -> None:
        # Characters say more of what is left than items do, unless nobody has counted them.
        done = self._spoken if self.plan.characters else self.summary.items
        with self._lock:
            self.progress.reach(done, self._facts_now)

    def _facts_now(self) -> str:
        meter, billed, failed = self.meter, self.meter.billed, self.summary.failed
        facts = [
            f"{self.summary.items} of {self.plan.items} items",
            f"{billed.total()} characters",
            (price_tag(self.run.context.prices.total(billed)) or "") if billed else "",
            f"{meter.rps:.1f} of {meter.allowed_rps:.1f} requests a second",
            f"{failed} failed" if failed else "",
        ]
        return ", ".join(fact for fact in facts if fact)

    def add_joined(self, path: Path, duration_s: float) -> None:
        """All items were written as one file."""
        self.joined = {"output": str(path), "status": "joined", "duration_s": round(duration_s, 6)}
        if self.is_jsonl:
            self.output.lines([encoded(self.joined).decode()])
        elif not self.output.is_json:
            self.output.lines([str(path)])

    def document(self) -> dict[str, Any]:
        """The one document of `--json`; with `--jsonl` the items have been told."""
        rows = {} if self.is_jsonl else {"items": [item_document(outcome) for outcome in self.kept]}
        return rows | {"joined": self.joined, "summary": self.facts()}

    def facts(self) -> dict[str, int | float]:
        total = self.summary
        return {
            "items": total.items,
            "made": total.made,
            "skipped": total.skipped,
            "failed": total.failed,
            "requests": self.meter.requests,
            "throttled": self.meter.throttled,
            "characters": total.characters,
            "billed": self.meter.billed.total(),
            "possibly_billed_twice": self.meter.maybe_billed,
            "duration_s": round(total.duration_s, 3),
        }

    def conclude(self) -> None:
        """The last line."""
        total, meter = self.summary, self.meter
        missing = self.plan.items - total.made - total.skipped
        rest = f"; to make the other {missing}, {total.advice}" if missing else ""
        gaps = f" ({total.with_gaps} with sentences left out)" if total.with_gaps else ""
        self.output.note(
            f"{total.made} made, {total.skipped} there already{gaps}, {total.failed} failed; "
            f"{plural(meter.requests, 'request')}, {meter.throttled} answered with 429; "
            f"{meter.billed.total()} characters billed, possibly billed twice: {meter.maybe_billed}{rest}"
        )
