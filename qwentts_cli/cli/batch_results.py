"""The results of a batch as they come: paths, JSON lines, progress, and a last line that can be trusted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qwentts_cli.cli.report_rows import encoded, item_document
from qwentts_cli.synthesis.batch import Summary
from qwentts_cli.synthesis.outcome import Outcome, Status

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.cli.connection import Incidents
    from qwentts_cli.cli.output import Output
    from qwentts_cli.cli.progress import Progress


@dataclass(slots=True)
class Results:
    """Keeps the outcomes for the report, and tells of each."""

    output: Output
    progress: Progress
    incidents: Incidents
    is_jsonl: bool
    is_kept: bool
    expected: int
    summary: Summary = field(default_factory=Summary)
    kept: list[Outcome] = field(default_factory=list)
    joined: dict[str, Any] | None = None

    def add(self, outcome: Outcome) -> None:
        self.summary.add(outcome)
        if self.is_kept or (self.output.is_json and outcome.status is not Status.SKIPPED):
            self.kept.append(outcome)
        if outcome.error:
            self.output.warn(f"{outcome.source}: {outcome.error.message}")
        if self.is_jsonl:
            self.output.lines([encoded(item_document(outcome)).decode()])
        elif outcome.status is Status.MADE and not self.output.is_json:
            self.output.lines([str(outcome.output)])
        self.progress.reach(
            self.summary.items, f"{self.summary.billed} characters billed, {self.summary.failed} failed"
        )

    def add_joined(self, path: Path, duration_s: float) -> None:
        """All items were written as one file."""
        self.joined = {"output": str(path), "status": "joined", "duration_s": round(duration_s, 6)}
        if self.is_jsonl:
            self.output.lines([encoded(self.joined).decode()])
        elif not self.output.is_json:
            self.output.lines([str(path)])

    def document(self) -> dict[str, Any]:
        """The one document of `--json`; items whose files were there already are only counted."""
        rows = [item_document(outcome) for outcome in self.kept if outcome.status is not Status.SKIPPED]
        return {"items": rows, "joined": self.joined, "summary": self.facts()}

    def facts(self) -> dict[str, int | float]:
        total = self.summary
        return {
            "items": total.items,
            "made": total.made,
            "skipped": total.skipped,
            "failed": total.failed,
            "requests": total.requests,
            "throttled": self.incidents.throttled,
            "characters": total.characters,
            "billed": total.billed,
            "possibly_billed_twice": self.incidents.maybe_billed,
            "duration_s": round(total.duration_s, 3),
        }

    def tell(self) -> None:
        """The last line."""
        total, incidents = self.summary, self.incidents
        missing = self.expected - total.made - total.skipped
        rest = f"; to make the other {missing}, run the same command again" if missing else ""
        self.output.note(
            f"{total.made} made, {total.skipped} there already, {total.failed} failed; "
            f"{total.requests} requests, {incidents.throttled} answered with 429; "
            f"{total.billed} characters billed, possibly billed twice: {incidents.maybe_billed}{rest}"
        )
