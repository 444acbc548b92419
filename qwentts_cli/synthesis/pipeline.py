"""Segments made into sound at the same time, and delivered in order through a bounded queue."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qwentts_cli.audio.wav import Pcm
    from qwentts_cli.synthesis.synthesizer import Emit, Receipt

Item = TypeVar("Item")
Make = Callable[[Item, "Emit"], "Receipt"]
Write = Callable[[Item, "Pcm"], None]


def deliver_in_order(
    items: Iterable[Item], make: Make[Item], write: Write[Item], *, jobs: int
) -> Iterator[tuple[Item, Receipt]]:
    """Make each item and write its sound, in the order of the items; gives each as it is done.

    With one job everything happens in the calling thread. With more, at most `2 * jobs` items are being made
    or wait for their turn, and the sound of the first of them is written while it is being made.

    Raises:
        Exception: what `items`, `make` or `write` raised, when its turn has come; nothing new is begun then.
    """
    if jobs == 1:
        for item in items:
            yield item, make(item, lambda pcm, item=item: write(item, pcm))  # type: ignore[misc]
        return
    crew = _Crew(make, jobs)
    try:
        crew.start(items)
        while task := crew.next_task():
            for pcm in task.sound():
                write(task.item, pcm)
            yield task.item, task.receipt.result()
            crew.delivered()
    finally:
        crew.stop()


@dataclass(slots=True)
class _Task(Generic[Item]):
    """One item: its sound comes through `blocks` and ends with `None`, and then the receipt is there."""

    item: Item
    blocks: queue.SimpleQueue[Pcm | None] = field(default_factory=queue.SimpleQueue)
    receipt: Future[Receipt] = field(default_factory=Future)

    def sound(self) -> Iterator[Pcm]:
        while pcm := self.blocks.get():
            yield pcm


class _Crew(Generic[Item]):
    """Daemon threads, so that a stuck connection cannot keep the program from ending."""

    def __init__(self, make: Make[Item], jobs: int) -> None:
        self._make = make
        self._jobs = jobs
        self._room = threading.Semaphore(2 * jobs)
        self._is_stopped = threading.Event()
        self._to_make: queue.SimpleQueue[_Task[Item] | None] = queue.SimpleQueue()
        self._in_order: queue.SimpleQueue[_Task[Item] | Exception | None] = queue.SimpleQueue()

    def start(self, items: Iterable[Item]) -> None:
        threading.Thread(target=self._feed, args=(items,), name="segments", daemon=True).start()
        for number in range(self._jobs):
            threading.Thread(target=self._work, name=f"synthesis-{number}", daemon=True).start()

    def next_task(self) -> _Task[Item] | None:
        found = self._in_order.get()
        if isinstance(found, Exception):
            raise found
        return found

    def delivered(self) -> None:
        self._room.release()

    def stop(self) -> None:
        self._is_stopped.set()
        self._room.release()
        for _ in range(self._jobs):
            self._to_make.put(None)

    def _feed(self, items: Iterable[Item]) -> None:
        try:
            for item in items:
                self._room.acquire()
                if self._is_stopped.is_set():
                    return
                task = _Task(item)
                self._to_make.put(task)
                self._in_order.put(task)
        except Exception as error:  # noqa: BLE001 - handed over to the caller's thread
            self._in_order.put(error)
        else:
            self._in_order.put(None)

    def _work(self) -> None:
        while task := self._to_make.get():
            if self._is_stopped.is_set():
                task.receipt.cancel()
                continue
            try:
                task.receipt.set_result(self._make(task.item, task.blocks.put))
            except BaseException as error:  # noqa: BLE001 - handed over to the caller's thread
                task.receipt.set_exception(error)
            finally:
                task.blocks.put(None)
