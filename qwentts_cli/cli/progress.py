"""Long work, shown while it goes on: a live line on a terminal, else a line every ten seconds."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from qwentts_cli.cli.output import Output

_INTERVAL_S = 10.0


class Progress:
    """Counts `unit`s; says nothing with `--quiet`.

    Args:
        output: where warnings go meanwhile.
        unit: what is counted, in the plural.
        total: how many there will be, where that is known.
    """

    def __init__(self, output: Output, unit: str, total: int | None = None) -> None:
        self._output = output
        self._unit = unit
        self._total = total
        self._began = self._told = time.monotonic()
        self._done = 0
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        is_terminal = sys.stderr is not None and sys.stderr.isatty()
        if is_terminal and not self._output.is_quiet:
            self._start_bar()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def reach(self, done: int, facts: str) -> None:
        """Tell how many are done; `facts` is what else there is to know now."""
        self._done = done
        if self._bar and self._task is not None:
            self._bar.update(self._task, completed=done, facts=facts)
            return
        now = time.monotonic()
        if now - self._told >= _INTERVAL_S:
            self._told = now
            total = f" of {self._total}" if self._total else ""
            rate = self._done / (now - self._began)
            self._output.note(f"{self._done}{total} {self._unit}, {facts}, {rate:.1f} a second")

    def _start_bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        console = Console(stderr=True, markup=False, highlight=False, no_color=not self._output.is_colored)
        self._bar = Bar(
            MofNCompleteColumn(),
            TextColumn(self._unit, markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[facts]}", markup=False),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            # What is printed goes above the bar; a product that goes elsewhere must go on doing so.
            redirect_stdout=sys.stdout is not None and sys.stdout.isatty(),
        )
        self._task = self._bar.add_task(self._unit, total=self._total, facts="")
        self._bar.start()
