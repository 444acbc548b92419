"""Waits: none is so long that a signal would be seen late, and none ends early."""

from __future__ import annotations

import threading
import time
from queue import Empty
from typing import Any

import pytest

from qwentts_cli.synthesis.timing import Cancelled, Timing, take_next, until_cancelled

LONGEST_S = 0.25


class Waiter:
    """An event and a queue in one, in which something comes at `comes_s`; only waiting moves its clock."""

    def __init__(self, comes_s: float) -> None:
        self.now = 0.0
        self.waits: list[float] = []
        self._comes_s = comes_s

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.now = min(self.now + seconds, max(self.now, self._comes_s))
        return self.now >= self._comes_s

    def get(self, *, timeout: float) -> str:
        if not self.wait(timeout):
            raise Empty
        return "next"


@pytest.mark.parametrize(("comes_s", "ends_s"), [(99.0, 1.1), (1.2, 1.1), (0.6, 0.6), (0.0, 0.0)])
def test_a_wait_is_done_in_short_ones(monkeypatch: pytest.MonkeyPatch, comes_s: float, ends_s: float) -> None:
    """It lasts as long as it should, or until the run is over."""
    waiter: Any = Waiter(comes_s)
    monkeypatch.setattr(time, "monotonic", lambda: waiter.now)
    wait = until_cancelled(waiter).wait
    if ends_s < 1.1:
        with pytest.raises(Cancelled):
            wait(1.1)
    else:
        wait(1.1)
    assert waiter.now == pytest.approx(ends_s)
    assert max(waiter.waits) <= LONGEST_S


def test_a_wait_of_no_time_ends_if_the_run_is_over() -> None:
    cancelled = threading.Event()
    until_cancelled(cancelled).wait(0)
    cancelled.set()
    with pytest.raises(Cancelled):
        until_cancelled(cancelled).wait(0)


def test_what_is_next_is_taken_as_soon_as_it_is_there() -> None:
    queue: Any = Waiter(0.6)
    assert take_next(queue) == "next"
    assert queue.now == 0.6
    assert max(queue.waits) <= LONGEST_S


def test_chance_is_less_than_one() -> None:
    assert all(0 <= Timing().chance() < 1 for _ in range(100))
