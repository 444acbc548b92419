"""Segments at the same time, delivered in order, a bounded number ahead."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from qwentts_cli.audio.wav import Pcm
from qwentts_cli.speech.pipeline import WorkerPool, deliver_in_order
from qwentts_cli.synthesis.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.synthesis.synthesizer import Emit

COUNT = 60
WORKERS = 8
PATIENCE_S = 100


def sound(number: int, part: int = 0) -> Pcm:
    return Pcm(bytes([number, part]), 24000)


Deliver = Callable[..., Any]


class Written(list[tuple[int, bytes]]):
    """What was written, with the item it belongs to."""

    def write(self, item: int, pcm: Pcm) -> None:
        self.append((item, pcm.data))


@pytest.fixture(params=[False, True], ids=["at hand", "live"])
def deliver(request: pytest.FixtureRequest) -> Deliver:
    """From a text that is there and from one that is still coming: the promises are the same."""
    return partial(deliver_in_order, is_live=request.param)


def all_in_order(count: int) -> list[tuple[int, bytes]]:
    return [(number, bytes([number, part])) for number in range(count) for part in range(2)]


@pytest.mark.parametrize("seed", range(10))
def test_the_order_is_that_of_the_items(deliver: Deliver, seed: int) -> None:
    """Whoever is ready first, and also without a pool."""
    chance, written = random.Random(seed), Written()
    is_ready = [threading.Event() for _ in range(COUNT)]
    waits_for: dict[int, int] = {}
    for first in range(0, COUNT, WORKERS):  # as many as are made at the same time
        numbers = range(first, min(first + WORKERS, COUNT))
        waits_for.update(pairwise(chance.sample(numbers, len(numbers))))

    def make(number: int, emit: Emit) -> Usage:
        emit(sound(number))
        assert number not in waits_for or is_ready[waits_for[number]].wait(PATIENCE_S)
        emit(sound(number, 1))
        is_ready[number].set()
        return Usage(characters=number)

    with WorkerPool(WORKERS) as pool:
        done = list(deliver(range(COUNT), make, written.write, pool=pool))
    assert done == [(number, Usage(characters=number)) for number in range(COUNT)]
    assert written == all_in_order(COUNT)
    alone = Written()
    assert list(deliver(range(5), make, alone.write, pool=None)) == done[:5]
    assert alone == all_in_order(5)


def test_so_many_at_a_time_and_so_many_ahead(deliver: Deliver) -> None:
    """As many at work as there are workers, and at most twice as many made and not taken."""
    made, at_work, most = [], 0, 0
    count, full = threading.Lock(), threading.Barrier(4, timeout=PATIENCE_S)

    def make(number: int, emit: Emit) -> Usage:
        nonlocal at_work, most
        with count:
            at_work += 1
            most = max(most, at_work)
        if number < 4:
            full.wait()
        emit(sound(number))
        with count:
            at_work -= 1
            made.append(number)
        return Usage(characters=1)

    with WorkerPool(4) as pool:
        delivery = deliver(range(COUNT), make, lambda _item, _pcm: None, pool=pool)
        taken = 0
        for _ in delivery:
            taken += 1
            assert len(made) <= taken + 8
    assert (taken, most) == (COUNT, 4)


def test_the_first_is_heard_while_it_is_made(deliver: Deliver) -> None:
    """Its sound is written before it is complete."""
    heard = threading.Event()

    def make(number: int, emit: Emit) -> Usage:
        emit(sound(number))
        assert heard.wait(PATIENCE_S)
        return Usage(characters=1)

    with WorkerPool(2) as pool:
        list(deliver(range(3), make, lambda _item, _pcm: heard.set(), pool=pool))


def test_a_failure_has_its_turn(deliver: Deliver) -> None:
    """What stands before it is delivered; after it nothing is, and nothing new is begun."""
    begun, written = [], Written()

    def make(number: int, emit: Emit) -> Usage:
        begun.append(number)
        if number == 20:
            raise ValueError(number)
        emit(sound(number))
        return Usage(characters=1)

    with WorkerPool(4) as pool, pytest.raises(ValueError, match="20"):
        list(deliver(range(1000), make, written.write, pool=pool))
    assert [item for item, _ in written] == list(range(20))
    assert max(begun) <= 20 + 8


def test_items_that_end_in_a_failure(deliver: Deliver) -> None:
    """A source that breaks is told after what it gave."""
    written = Written()

    def items() -> Iterator[int]:
        yield from range(3)
        raise OSError("the pipe broke")

    def make(number: int, emit: Emit) -> Usage:
        emit(sound(number))
        return Usage(characters=1)

    with WorkerPool(4) as pool, pytest.raises(OSError, match="the pipe broke"):
        list(deliver(items(), make, written.write, pool=pool))
    assert [item for item, _ in written] == [0, 1, 2]


def test_a_writer_that_fails_stops_the_rest(deliver: Deliver) -> None:
    """A full disk ends the work; what was not begun never is."""
    begun = []

    def make(number: int, emit: Emit) -> Usage:
        begun.append(number)
        emit(sound(number))
        return Usage(characters=1)

    def write(_item: int, _pcm: Pcm) -> None:
        raise OSError("full")

    with WorkerPool(4) as pool, pytest.raises(OSError, match="full"):
        list(deliver(range(1000), make, write, pool=pool))
    assert len(begun) <= 8


def test_a_text_at_hand_takes_no_thread_but_the_workers() -> None:
    """Who has many texts to speak does not pay for a thread each."""
    before = set(threading.enumerate())
    names: set[str] = set()

    def make(number: int, emit: Emit) -> Usage:
        names.update(thread.name for thread in set(threading.enumerate()) - before)
        emit(sound(number))
        return Usage(characters=1)

    with WorkerPool(4) as pool:
        list(deliver_in_order(range(20), make, lambda _item, _pcm: None, pool=pool))
    assert {name.rpartition("-")[0] for name in names} == {"synthesis"}


def test_workers_are_started_for_work_that_is_there() -> None:
    """One sentence takes one thread, however many are allowed."""
    before = set(threading.enumerate())
    hold, done = threading.Event(), threading.Semaphore(0)

    def work() -> None:
        assert_true(hold.wait(PATIENCE_S))
        done.release()

    with WorkerPool(8) as pool:
        for number in range(1, 12):
            pool.submit((0, number), work)
            assert len(set(threading.enumerate()) - before) == min(number, 8)
        hold.set()
        for _ in range(1, 12):
            assert done.acquire(timeout=PATIENCE_S)


def test_the_lowest_rank_goes_first() -> None:
    """What was started first is finished first, when several recordings share a pool."""
    order: list[tuple[int, int]] = []
    hold, done = threading.Event(), threading.Semaphore(0)

    def work(rank: tuple[int, int]) -> None:
        order.append(rank)
        done.release()

    ranks = [(2, 0), (1, 1), (0, 5), (1, 0)]
    with WorkerPool(1) as pool:
        pool.submit((0, 0), lambda: assert_true(hold.wait(PATIENCE_S)))
        for rank in ranks:
            pool.submit(rank, lambda rank=rank: work(rank))  # type: ignore[misc]  # a default
        hold.set()
        for _ in ranks:
            assert done.acquire(timeout=PATIENCE_S)
    assert order == sorted(ranks)


def assert_true(value: object) -> None:
    assert value


def test_what_waits_for_a_worker_when_another_fails_is_not_made(deliver: Deliver) -> None:
    """It would be paid for, and nobody takes it; the pool works for others still."""
    begun: list[int] = []
    second_runs, is_over, is_drained = threading.Event(), threading.Event(), threading.Event()

    def make(number: int, _emit: Emit) -> Usage:
        begun.append(number)
        if number == 0:
            second_runs.wait(PATIENCE_S)
            raise ValueError("wrong")
        second_runs.set()
        is_over.wait(PATIENCE_S)
        return Usage(characters=1)

    with WorkerPool(2) as pool:
        with pytest.raises(ValueError, match="wrong"):
            list(deliver(range(100), make, lambda _item, _pcm: None, pool=pool))
        is_over.set()
        pool.submit((9, 0), is_drained.set)
        assert is_drained.wait(PATIENCE_S)
    assert set(begun) <= {0, 1, 2}
