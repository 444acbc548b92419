"""Long work, shown while it goes on: a live line on a terminal, else a line every ten seconds."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Self

from qwentts_cli.cli.console.output import can_redraw

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from qwentts_cli.cli.console.output import Output

_INTERVAL_S = 10.0
_LIVE_INTERVAL_S = 0.1
_BAR_WIDTH = 12
_TIME_WIDTH = 10  # "0:00:00" and the spaces between the columns


class Progress:
    """Says nothing with `--quiet`.

    Args:
        output: where warnings go meanwhile.
        total: how much there is to do, in any unit, where that is known.
        now: the clock, in seconds.
    """

    def __init__(
        self, output: Output, total: int | None = None, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._output = output
        self._total = total
        self._now = now
        self._began = self._told = now()
        self._reached: tuple[int, Callable[[], Sequence[str]]] = (0, list)
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def is_live(self) -> bool:
        """Whether there is a line that is drawn again and again."""
        return self._bar is not None

    def start(self, facts: Callable[[], Sequence[str]] = list) -> None:
        """Begin the live line, where there is a terminal to show it, with what there is to know already."""
        self._reached = (0, facts)
        if can_redraw(sys.stderr) and not self._output.is_quiet:
            self._start_bar()

    def stop(self) -> None:
        """End the live line."""
        if self._bar:
            self._draw()
            self._bar.stop()

    def reach(self, done: int, facts: Callable[[], Sequence[str]], *, is_news: bool = False) -> None:
        """Tell how much is done; `facts` says what there is to know, and is asked only when it is shown.

        The most important comes first: a live line that is too narrow for all leaves out the last. News is
        shown at once, also soon after what was shown last, since nothing else may come for a while.
        """
        self._reached = (done, facts)
        now = self._now()
        if not is_news and now - self._told < (_LIVE_INTERVAL_S if self._bar else _INTERVAL_S):
            return
        self._told = now
        if self._bar:
            self._draw()
        else:
            self._output.note(", ".join(facts()) + self._left(done, now - self._began))

    def _draw(self) -> None:
        if self._bar and self._task is not None:
            done, facts = self._reached
            room = self._bar.console.width - _BAR_WIDTH - _TIME_WIDTH
            self._bar.update(self._task, completed=done, facts=_fit(facts(), room))

    def _left(self, done: int, passed_s: float) -> str:
        if not self._total or not done:
            return ""
        minutes, seconds = divmod(round(passed_s * max(self._total - done, 0) / done), 60)
        return f", {minutes // 60}:{minutes % 60:02}:{seconds:02} left"

    def _start_bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        console = Console(stderr=True, markup=False, highlight=False, no_color=not self._output.is_colored)
        self._bar = Bar(
            BarColumn(bar_width=_BAR_WIDTH),
            TimeRemainingColumn(),
            TextColumn("{task.fields[facts]}", markup=False),
            console=console,
            transient=True,
            # What is printed goes above the bar; a product that goes elsewhere must go on doing so.
            redirect_stdout=sys.stdout is not None and sys.stdout.isatty(),
        )
        self._task = self._bar.add_task("", total=self._total, facts="")
        self._draw()
        self._bar.start()


def _fit(facts: Sequence[str], room: int) -> str:
    """As many of the facts as fit, but the first one in any case."""
    shown = list(facts)
    while len(shown) > 1 and len(", ".join(shown)) > room:
        shown.pop()
    line = ", ".join(shown)
    return line if len(line) <= room else f"{line[: max(room - 1, 0)]}…"
