"""Segments made into sound at the same time, and delivered in order through a bounded queue."""

from __future__ import annotations

import heapq
import itertools
import queue
import threading
from collections import deque
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from msgspec import Struct, field

from qwentts_cli.synthesis.timing import Cancelled, take_next

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from qwentts_cli.audio.wav import Pcm
    from qwentts_cli.synthesis.synthesizer import Emit, Synthesizer
    from qwentts_cli.synthesis.usage import Usage

Item = TypeVar("Item")
Make = Callable[[Item, "Emit"], "Usage"]
Write = Callable[[Item, "Pcm"], None]
Rank = tuple[int, int]


class WorkerPool:
    """Worker threads shared by everything that is being spoken; the work with the lowest rank goes first.

    They are daemons, so that a stuck connection cannot keep the program from ending.

    Args:
        jobs: how many there may be; each is started when there is work that no other is free for.
        on_close: called when the pool is closed, to end the waits of what is being made.
    """

    def __init__(self, jobs: int, on_close: Callable[[], None] = lambda: None) -> None:
        self.jobs = jobs
        self._on_close = on_close
        self._waiting: list[tuple[Rank, int, Callable[[], None]]] = []
        self._arrivals = itertools.count()
        self._changed = threading.Condition()
        self._started = self._free = 0
        self.is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Begin nothing more; what is still queued ends at once."""
        with self._changed:
            self.is_closed = True
            self._changed.notify_all()
        self._on_close()

    def submit(self, rank: Rank, work: Callable[[], None]) -> None:
        """Have `work`, which raises nothing, done by the next free worker, or here if the pool is closed."""
        with self._changed:
            if not self.is_closed:
                heapq.heappush(self._waiting, (rank, next(self._arrivals), work))
                self._changed.notify()
                if self._free < len(self._waiting) and self._started < self.jobs:
                    self._start()
                return
        work()

    def _start(self) -> None:
        name = f"synthesis-{self._started}"
        threading.Thread(target=self._work, name=name, daemon=True).start()
        self._started += 1

    def _work(self) -> None:
        while work := self._next():
            work()

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            self._free += 1
            self._changed.wait_for(lambda: self._waiting or self.is_closed)
            self._free -= 1
            return heapq.heappop(self._waiting)[2] if self._waiting else None


@contextmanager
def open_pool(jobs: int, synthesizer: Synthesizer) -> Iterator[WorkerPool | None]:
    """The workers for so many requests at a time; `None` for one, which needs no threads."""
    if jobs == 1:
        yield None
        return
    with WorkerPool(jobs, synthesizer.cancel) as pool:
        yield pool


def deliver_in_order(
    items: Iterable[Item],
    make: Make[Item],
    write: Write[Item],
    *,
    pool: WorkerPool | None,
    rank: int = 0,
    is_live: bool = False,
) -> Iterator[tuple[Item, Usage]]:
    """Make each item and write its sound, in the order of the items; yield each as it is done.

    Without a pool everything happens in the calling thread. With one, at most twice as many items as it has
    workers are being made or wait for their turn, and the sound of the first is written while it is made.
    With `is_live` the next item may be long in coming, so another thread waits for it.

    Raises:
        Exception: what `items`, `make` or `write` raised, when its turn has come; nothing new is begun then.
    """
    if pool is None:
        for item in items:
            yield item, make(item, lambda pcm, item=item: write(item, pcm))  # type: ignore[misc]
        return
    delivery = _OrderedDelivery(make, pool, rank)
    tasks = delivery.feed(items) if is_live else delivery.look_ahead(items)
    try:
        for task in tasks:
            for pcm in task.sound():
                write(task.item, pcm)
            yield task.item, task.usage()
            delivery.make_room()
    finally:
        delivery.stop()


class _Task(Struct, Generic[Item]):
    """One item: its sound comes through `blocks` and ends with `None`, and then the outcome is there."""

    item: Item
    blocks: queue.SimpleQueue[Pcm | None] = field(default_factory=queue.SimpleQueue)
    outcome: Usage | BaseException = field(default_factory=Cancelled)

    def sound(self) -> Iterator[Pcm]:
        while pcm := take_next(self.blocks):
            yield pcm

    def usage(self) -> Usage:
        """What it took, behind the end of its sound; or what went wrong is raised."""
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


class _OrderedDelivery(Generic[Item]):
    """The items of one recording on their way through the pool."""

    def __init__(self, make: Make[Item], pool: WorkerPool, rank: int) -> None:
        self._make = make
        self._pool = pool
        self._rank = rank
        self._most = 2 * pool.jobs
        self._room = threading.Semaphore(self._most)
        self._is_stopped = False
        self._numbers = itertools.count()

    def look_ahead(self, items: Iterable[Item]) -> Iterator[_Task[Item]]:
        """Submit items before their turn, and give each when it has come."""
        begun: deque[_Task[Item]] = deque()
        try:
            for item in items:
                begun.append(self._submit(item))
                if len(begun) == self._most:
                    yield begun.popleft()
        except Exception:
            yield from begun  # these come first
            raise
        yield from begun

    def feed(self, items: Iterable[Item]) -> Iterator[_Task[Item]]:
        """Likewise, while another thread waits for the items."""
        in_order: queue.SimpleQueue[_Task[Item] | Exception | None] = queue.SimpleQueue()
        threading.Thread(target=self._feed, args=(items, in_order), name="segments", daemon=True).start()
        while found := take_next(in_order):
            if isinstance(found, Exception):
                raise found
            yield found

    def make_room(self) -> None:
        """An item was delivered."""
        self._room.release()

    def stop(self) -> None:
        self._is_stopped = True
        self._room.release()

    def _feed(
        self, items: Iterable[Item], in_order: queue.SimpleQueue[_Task[Item] | Exception | None]
    ) -> None:
        try:
            for item in items:
                self._room.acquire()
                if self._is_stopped:
                    return
                in_order.put(self._submit(item))
        except Exception as error:  # noqa: BLE001 - handed over to the caller's thread
            in_order.put(error)
        else:
            in_order.put(None)

    def _submit(self, item: Item) -> _Task[Item]:
        task = _Task(item)
        self._pool.submit((self._rank, next(self._numbers)), partial(self._do, task))
        return task

    def _do(self, task: _Task[Item]) -> None:
        try:
            if self._is_stopped or self._pool.is_closed:
                raise Cancelled  # noqa: TRY301 - handed over like any other
            task.outcome = self._make(task.item, task.blocks.put)
        except BaseException as error:  # noqa: BLE001 - handed over to the caller's thread
            task.outcome = error
        finally:
            task.blocks.put(None)
