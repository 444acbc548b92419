"""Waiting for what another process does."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
R = TypeVar("R")
_MOST_AT_ONCE = 16
_LOOK_EVERY_S = 0.005


def until(happened: Callable[[], object], *, within_s: float = 100.0) -> None:
    """Return as soon as `happened` gives something true; fails if that takes too long."""
    deadline = time.monotonic() + within_s
    never = threading.Event()
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        never.wait(_LOOK_EVERY_S)


def at_once(call: Callable[[T], R], cases: Iterable[T]) -> list[R]:
    """Call for all cases at the same time, where they mostly wait; fails with every case that failed."""
    with ThreadPoolExecutor(_MOST_AT_ONCE) as pool:
        running = [(case, pool.submit(call, case)) for case in cases]
    broken = [f"{case}: {error}" for case, run in running if (error := run.exception())]
    assert not broken, "\n".join(broken)
    return [run.result() for _, run in running]
