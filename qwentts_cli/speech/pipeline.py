"""Segments made into sound at the same time, and delivered in order through a bounded queue."""

from __future__ import annotations

import heapq
import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from qwentts_cli.synthesis.timing import Cancelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from qwentts_cli.audio.wav import Pcm
    from qwentts_cli.synthesis.synthesizer import Emit
    from qwentts_cli.synthesis.usage import Usage

Item = TypeVar("Item")
Make = Callable[[Item, "Emit"], "Usage"]
Write = Callable[[Item, "Pcm"], None]
Rank = tuple[int, int]


class WorkerPool:
    """So many worker threads, shared by everything that is being spoken; the lowest rank goes first.

    They are daemons, so that a stuck connection cannot keep the program from ending.

    Args:
        jobs: how many.
        on_close: ends the waits of what is being made, when the pool is sent home.
    """

    def __init__(self, jobs: int, on_close: Callable[[], None] = lambda: None) -> None:
        self.jobs = jobs
        self._on_close = on_close
        self._waiting: list[tuple[Rank, int, Callable[[], None]]] = []
        self._arrivals = itertools.count()
        self._changed = threading.Condition()
        self.is_closed = False

    def __enter__(self) -> Self:
        for number in range(self.jobs):
            threading.Thread(target=self._work, name=f"synthesis-{number}", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Begin nothing more; what is still waiting is called off."""
        with self._changed:
            self.is_closed = True
            self._changed.notify_all()
        self._on_close()

    def submit(self, rank: Rank, work: Callable[[], None]) -> None:
        """Have `work`, which raises nothing, done by the next worker; once closed, by who brings it."""
        with self._changed:
            if not self.is_closed:
                heapq.heappush(self._waiting, (rank, next(self._arrivals), work))
                self._changed.notify()
                return
        work()

    def _work(self) -> None:
        while work := self._next():
            work()

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self.is_closed)
            return heapq.heappop(self._waiting)[2] if self._waiting else None


def deliver_in_order(
    items: Iterable[Item], make: Make[Item], write: Write[Item], *, pool: WorkerPool | None, rank: int = 0
) -> Iterator[tuple[Item, Usage]]:
    """Make each item and write its sound, in the order of the items; gives each as it is done.

    Without a pool everything happens in the calling thread. With one, at most twice as many items as it has
    workers are being made or wait for their turn, and the sound of the first is written while it is made.

    Raises:
        Exception: what `items`, `make` or `write` raised, when its turn has come; nothing new is begun then.
    """
    if pool is None:
        for item in items:
            yield item, make(item, lambda pcm, item=item: write(item, pcm))  # type: ignore[misc]
        return
    line = _OrderedDelivery(make, pool, rank)
    try:
        line.start(items)
        while task := line.next_task():
            for pcm in task.sound():
                write(task.item, pcm)
            yield task.item, task.usage.result()
            line.delivered()
    finally:
        line.stop()


@dataclass(slots=True)
class _Task(Generic[Item]):
    """One item: its sound comes through `blocks` and ends with `None`, and then the usage is there."""

    item: Item
    blocks: queue.SimpleQueue[Pcm | None] = field(default_factory=queue.SimpleQueue)
    usage: Future[Usage] = field(default_factory=Future)

    def sound(self) -> Iterator[Pcm]:
        while pcm := self.blocks.get():
            yield pcm


class _OrderedDelivery(Generic[Item]):
    """The items of one recording on their way through the pool."""

    def __init__(self, make: Make[Item], pool: WorkerPool, rank: int) -> None:
        self._make = make
        self._pool = pool
        self._rank = rank
        self._room = threading.Semaphore(2 * pool.jobs)
        self._is_stopped = False
        self._in_order: queue.SimpleQueue[_Task[Item] | Exception | None] = queue.SimpleQueue()

    def start(self, items: Iterable[Item]) -> None:
        # In a thread of its own: the next item may be long in coming, from somebody who types.
        threading.Thread(target=self._feed, args=(items,), name="segments", daemon=True).start()

    def next_task(self) -> _Task[Item] | None:
        found = self._in_order.get()
        if isinstance(found, Exception):
            raise found
        return found

    def delivered(self) -> None:
        self._room.release()

    def stop(self) -> None:
        self._is_stopped = True
        self._room.release()

    def _feed(self, items: Iterable[Item]) -> None:
        try:
            for number, item in enumerate(items):
                self._room.acquire()
                if self._is_stopped:
                    return
                task = _Task(item)
                self._pool.submit((self._rank, number), lambda task=task: self._do(task))  # type: ignore[misc]
                self._in_order.put(task)
        except Exception as error:  # noqa: BLE001 - handed over to the caller's thread
            self._in_order.put(error)
        else:
            self._in_order.put(None)

    def _do(self, task: _Task[Item]) -> None:
        try:
            task.usage.set_result(self._made(task))
        except BaseException as error:  # noqa: BLE001 - handed over to the caller's thread
            task.usage.set_exception(error)
        finally:
            task.blocks.put(None)

    def _made(self, task: _Task[Item]) -> Usage:
        if self._is_stopped or self._pool.is_closed:
            raise Cancelled
        return self._make(task.item, task.blocks.put)
