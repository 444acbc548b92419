"""Where the files of a batch are put together: several at once, while one pool speaks for all."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from qwentts_cli.batch.outcome import Outcome
from qwentts_cli.synthesis.timing import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwentts_cli.batch.runner import Task
    from qwentts_cli.speech.pipeline import WorkerPool


class Bench:
    """So many threads, each of which assembles one item's file at a time while the pool speaks for all."""

    def __init__(self, attempt: Callable[[Task], Outcome], seats: int) -> None:
        self._attempt = attempt
        self._seats = seats
        self._threads: list[threading.Thread] = []
        self._is_done = False
        self._open: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._done: deque[tuple[Task, Outcome | BaseException]] = deque()
        self._ready = threading.Semaphore(0)

    def run(self, tasks: Iterator[Task]) -> Iterator[Callable[[], tuple[Task, Outcome]]]:
        """Give, each time that an outcome is there, what takes it."""
        for number in range(self._seats):
            thread = threading.Thread(target=self._sit, name=f"item-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)
        seated = 0
        for task in tasks:
            self._open.put(task)
            seated += 1
            if seated == self._seats:
                self._ready.acquire()
                yield self._take
                seated -= 1
        for _ in range(seated):
            self._ready.acquire()
            yield self._take
        self._is_done = True

    def stop(self, pool: WorkerPool, patience_s: float) -> None:
        """Send everybody home; what is being paid for at this moment has so long to arrive."""
        if not self._is_done:
            pool.close()
        for _ in self._threads:
            self._open.put(None)
        deadline = time.monotonic() + patience_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def rest(self) -> Iterator[tuple[Task, Outcome]]:
        """What is made and was not taken; for when all have gone home."""
        while self._done:
            task, outcome = self._done.popleft()
            if isinstance(outcome, Outcome) and outcome.error is None:
                yield task, outcome

    def _take(self) -> tuple[Task, Outcome]:
        task, outcome = self._done.popleft()
        if isinstance(outcome, BaseException):
            raise outcome
        return task, outcome

    def _sit(self) -> None:
        while task := self._open.get():
            try:
                self._done.append((task, self._attempt(task)))
            except Cancelled:
                return
            except BaseException as error:  # noqa: BLE001 - handed over to the caller's thread
                self._done.append((task, error))
            self._ready.release()
