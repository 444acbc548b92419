"""What a run does, shown on stderr while it does it."""

from __future__ import annotations

import math
import sys
import threading
import time
from typing import TYPE_CHECKING, Self

from qwentts_cli.billing.meter import Meter
from qwentts_cli.cli.console.progress import Progress
from qwentts_cli.errors import Throttled
from qwentts_cli.observer import once
from qwentts_cli.wording import clock

if TYPE_CHECKING:
    from types import TracebackType

    from qwentts_cli.cli.console.output import Output
    from qwentts_cli.errors import QwenTTSError
    from qwentts_cli.metered import Metered


# Shorter pauses are over before a line about them is read.
_WORTH_TELLING_S = 1.0


class ConsoleObserver(Meter):
    """Warns, shows how far the work is, and counts what it took. A context manager: it ends the live line."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self._output = output
        self._progress: Progress | None = None
        self._planned: int | None = None
        self._characters = 0
        self._seconds = 0.0
        self._showing = threading.Lock()
        self._waiting = ""
        self._tell_once = once(output.note)
        self._warn_once = once(output.warn)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress:
            self._progress.stop()

    def warn(self, message: str) -> None:
        self._output.warn(message)

    def warn_once(self, message: str) -> None:
        self._warn_once(message)

    def tell(self, message: str) -> None:
        self._output.note(message)

    def detail(self, message: str) -> None:
        self._output.detail(message)

    def attempt_repeated(self, error: QwenTTSError, *, number: int, pause_s: float) -> None:
        self._output.detail(f"retry {number} in {pause_s:.1f} s: {error.message}")
        asked_s = error.retry_after_s if isinstance(error, Throttled) else None
        self._wait(error.message, max(pause_s, asked_s or 0.0))

    def host_down(self, host: str, error: QwenTTSError, *, patience_s: float) -> None:
        until = "" if patience_s == math.inf else f" until {_time_in(patience_s)}"
        self._output.warn(
            f"{host} does not answer: {error.message}; waiting for it{until} "
            "(Ctrl-C stops; what is done is kept)"
        )

    def host_up(self, host: str) -> None:
        self._output.warn(f"{host} answers again")

    def request_billed(self, model: str, metered: Metered) -> None:
        super().request_billed(model, metered)
        self._waiting = ""

    def _wait(self, cause: str, seconds: float) -> None:
        """Tell what is waited for: in the live line, or where there is none, once if it takes long."""
        is_long = seconds >= _WORTH_TELLING_S
        self._waiting = f"{f'waiting until {_time_in(seconds)}' if is_long else 'trying again'}: {cause}"
        if self._progress and self._progress.is_live:
            self._show(is_news=True)
        elif is_long:
            self._tell_once(f"waiting for another try: {cause}")

    def work_planned(self, *, characters: int | None, items: int = 1) -> None:  # noqa: ARG002 - for others
        if characters is None and sys.stdin is not None and sys.stdin.isatty():
            return  # a live line would be drawn over what is being typed
        self._planned = characters
        self._progress = Progress(self._output, characters)
        self._progress.start(self._facts)

    def file_encoded(self, done_s: float, total_s: float) -> None:
        if self._progress:
            facts = [f"{clock(done_s)} of {clock(total_s)} encoded"]
            self._progress.reach(self._done(), lambda: facts)

    def text_spoken(self, characters: int, seconds: float) -> None:
        with self._showing:
            self._characters += characters
            self._seconds += seconds
        self._show()

    @property
    def has_spoken(self) -> bool:
        """Whether some of the text has become sound."""
        return self._characters > 0

    def _show(self, *, is_news: bool = False) -> None:
        if self._progress:
            with self._showing:
                self._progress.reach(self._done(), self._all_facts, is_news=is_news)

    def _done(self) -> int:
        """How much of the progress's total is done."""
        return self._characters

    def _all_facts(self) -> list[str]:
        return [self._waiting, *self._facts()] if self._waiting else self._facts()

    def _facts(self) -> list[str]:
        """What there is to know, the most important first."""
        done = f"{self._characters} of {self._planned}" if self._planned else f"{self._characters}"
        return [
            f"{done} characters",
            f"{self.billed.total().characters} billed",
            f"{self._seconds:.0f} s of sound",
        ]


def _time_in(seconds: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(time.time() + seconds))
