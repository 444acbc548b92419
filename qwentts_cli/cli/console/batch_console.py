"""A batch as it is shown: paths or JSON lines as items end, a live line, and a last line to trust."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any

from qwentts_cli.batch.observer import BatchObserver
from qwentts_cli.batch.outcome import SKIPPED, Status
from qwentts_cli.billing.price import price_tag
from qwentts_cli.cli.console.amounts import tell_billed
from qwentts_cli.cli.console.doubts import tell_doubt, tell_overruns
from qwentts_cli.cli.console.observer import ConsoleObserver
from qwentts_cli.cli.console.progress import Progress
from qwentts_cli.errors import QwenTTSError, error_text
from qwentts_cli.redact import safe
from qwentts_cli.wording import clock, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from qwentts_cli.batch.journal import State
    from qwentts_cli.batch.outcome import Joined, Outcome
    from qwentts_cli.batch.plan import Plan
    from qwentts_cli.batch.rows import Change
    from qwentts_cli.billing.price import PriceList
    from qwentts_cli.cli.console.output import Output


class BatchConsole(ConsoleObserver, BatchObserver):
    """Shows a batch; at the end of the block that makes it, a last line."""

    def __init__(
        self, output: Output, *, prices: PriceList, folder: Path, is_jsonl: bool, is_explained: bool
    ) -> None:
        super().__init__(output)
        self._prices = prices
        self._folder = folder
        self._is_jsonl = is_jsonl
        self._is_explained = is_explained
        self._compared: list[tuple[str, State, Sequence[Change]]] = []
        self._shows_paths = not (is_jsonl or output.is_json)
        # The paths of items that were begun, in the order of the list; None of one that has not ended.
        self._paths: dict[int, str | None] = {}
        self.results.is_kept = output.is_json and not is_jsonl

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        with suppress(OSError, QwenTTSError) if error else nullcontext():
            self._show_paths(waits=False)
        if self.results.planned:
            self._output.note("; ".join(self._last_facts()))

    def item_compared(self, output: Path, state: State, changes: Sequence[Change] = ()) -> None:
        if self._is_explained and self._output.is_json:
            self._compared.append((str(output), state, changes))
        elif self._is_explained:
            self._output.lines([f"{output}: {safe(', '.join(map(str, changes))) or state}"])

    def compared(self, plan: Plan) -> dict[str, Any]:
        """What was compared, for scripts: how many items are in which state, and with `--explain` which."""
        counts: dict[str, Any] = {state.word: count for state, count in plan.states.items()}
        rows = [
            {"output": output, "status": state.word, "changes": [change.document() for change in changes]}
            for output, state, changes in self._compared[: plan.items]
        ]
        joined = {"joined": plan.joined.word} if plan.joined else {}
        return counts | joined | ({"items": rows} if self._is_explained else {})

    def item_begun(self, number: int) -> None:
        if self._shows_paths:
            self._paths.setdefault(number, None)

    def item_ended(self, outcome: Outcome) -> None:
        if outcome.error:
            self.warn(f"{outcome.source}: {error_text(outcome.error)}")
        elif outcome.status is not SKIPPED:
            self._warn_of_gaps(outcome)
            for doubt in outcome.usage.doubts:
                self.warn(f"{outcome.source}: {tell_doubt(doubt)}")
            for warning in tell_overruns(outcome.overruns):
                self.warn(f"{outcome.source}: {warning}")
        if self._is_jsonl:
            self._output.json_line(outcome.document())
        elif self._shows_paths and outcome.number in self._paths:
            self._paths[outcome.number] = str(outcome.output) if outcome.status is Status.MADE else ""
            self._show_paths(waits=True)
        if outcome.status is SKIPPED:
            self.text_spoken(outcome.usage.characters, 0.0)
        else:
            self._show()

    def part_joined(self, number: int, total: int, path: Path) -> None:
        if number == 1:
            self._start(total)
        if self._progress:
            self._progress.reach(number, lambda: [f"{number} of {total} items joined in {path}"])

    def items_joined(self, joined: Joined) -> None:
        if self._is_jsonl:
            self._output.json_line(joined.document())
        elif self._shows_paths:
            self._show_paths(waits=False)
            self._output.lines([str(joined.output)])

    def work_planned(self, *, characters: int | None, items: int = 1) -> None:
        # Characters say more of what is left than items do, unless nobody has counted them.
        self._planned = characters
        self._start(characters or items)

    def _show_paths(self, *, waits: bool) -> None:
        """Print the paths that are complete up to the first item that has not ended, or all there are."""
        while self._paths:
            number = next(iter(self._paths))
            if waits and self._paths[number] is None:
                return
            if path := self._paths.pop(number):
                self._output.lines([path])

    def _warn_of_gaps(self, outcome: Outcome) -> None:
        for gap in outcome.usage.gaps:
            place = f"{outcome.source}: text at line {gap.line}, column {gap.column}"
            self.warn(f"{place}: left out {plural(gap.characters, 'character')} that the filter refused")

    def _start(self, total: int) -> None:
        if self._progress:
            self._progress.stop()
        self._progress = Progress(self._output, total)
        self._progress.start(self._facts)

    def _done(self) -> int:
        return self._characters if self._planned else self.results.items

    def _facts(self) -> list[str]:
        results, billed = self.results, self.billed
        facts = [
            f"{results.items} of {results.planned} items",
            f"{results.failed} failed" if results.failed else "",
            price_tag(cost) if billed and (cost := self._prices.total(billed)) else "",
            f"{tell_billed(billed.total())} billed",
        ]
        if self._output.is_verbose:
            facts.append(f"{self.rps:.1f} of {self.allowed_rps:.1f} requests a second")
        return [fact for fact in facts if fact]

    def _last_facts(self) -> Iterator[str]:
        results, billed = self.results, self.billed
        if results.made:
            yield self._made()
        elif billed:
            yield f"nothing made, but {tell_billed(billed.total())} billed"
        if results.skipped:
            nothing = "" if results.made or results.missing or results.is_joined_now else ", nothing to make"
            yield f"{results.skipped:,} already there{nothing}"
        if results.with_gaps:
            yield f"{results.with_gaps:,} with sentences left out"
        if results.with_doubts:
            yield f"{results.with_doubts:,} with too little or too much sound"
        if results.failed:
            yield f"{results.failed:,} failed"
        if self.throttled:
            yield f"the service asked {plural(self.throttled, 'time')} to slow down (429)"
        if self.maybe_billed_twice:
            yield f"{plural(self.maybe_billed_twice, 'request')} may have been billed twice"
        if results.missing:
            yield f"to make what is missing ({results.missing:,}), {results.advice}"

    def _made(self) -> str:
        results, billed = self.results, self.billed
        total = billed.total()
        if not billed:
            return f"{results.made:,} made from the cache, nothing billed"
        amount = tell_billed(total)
        took = [
            amount if total.characters == results.made_characters else f"{amount} billed",
            self._prices.tag(self._prices.total(billed)),
            f"{clock(results.made_s)} of sound",
        ]
        where = "this folder" if str(self._folder) == "." else f"{self._folder}/"
        return f"{results.made:,} made ({', '.join(filter(None, took))}) in {where}"
