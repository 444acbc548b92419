"""Threads in which the files of a batch are put together, several at once, while one pool speaks for all."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from qwentts_cli.synthesis.timing import LOOK_EVERY_S, Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwentts_cli.batch.outcome import Outcome
    from qwentts_cli.batch.tasks import Task


class ItemThreads:
    """Makes the files of tasks, each in one of at most `most` threads; with 0 in the calling thread.

    A thread is started when there is a task for it.
    """

    def __init__(self, make: Callable[[Task], Outcome], most: int) -> None:
        self._make = make
        self._most = most
        self._threads: list[threading.Thread] = []
        self._waiting: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._results: deque[tuple[Task, Outcome | BaseException]] = deque()
        self._ready = threading.Semaphore(0)
        self.running = 0

    @property
    def are_busy(self) -> bool:
        """Whether another task would have to wait."""
        return self.running >= max(self._most, 1)

    def start(self, task: Task) -> None:
        """Have a task made."""
        self.running += 1
        if not self._most:
            self._make_one(task)
            return
        self._waiting.put(task)
        if len(self._threads) < self.running:
            name = f"item-{len(self._threads)}"
            thread = threading.Thread(target=self._work, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def wait(self) -> None:
        """Wait until a result is there."""
        while not self._ready.acquire(timeout=LOOK_EVERY_S):
            continue

    def take(self) -> tuple[Task, Outcome]:
        """Take the oldest result, which is there.

        Raises:
            BaseException: what making it raised.
        """
        self.running -= 1
        task, outcome = self._results.popleft()
        if isinstance(outcome, BaseException):
            raise outcome
        return task, outcome

    def rest(self) -> Iterator[tuple[Task, Outcome]]:
        """Take what was made and not taken yet; for when all have stopped."""
        while self._results:
            task, outcome = self._results.popleft()
            if not isinstance(outcome, BaseException):
                yield task, outcome

    def stop(self, patience_s: float) -> None:
        """End the threads; what is being made at this moment has so long to be finished."""
        for _ in self._threads:
            self._waiting.put(None)
        deadline = time.monotonic() + patience_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        while task := self._waiting.get():
            self._make_one(task)

    def _make_one(self, task: Task) -> None:
        try:
            self._results.append((task, self._make(task)))
        except BaseException as error:
            if not self._most:
                raise
            if isinstance(error, Cancelled):
                return
            self._results.append((task, error))  # handed over to the caller's thread
        self._ready.release()
