"""Time and chance, as values, so that a test can rule both and Ctrl-C can end any wait."""

from __future__ import annotations

import time
from queue import Empty
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from queue import SimpleQueue

# Python handles a signal between two steps of the main thread. A signal that comes just before that thread
# waits for another is handled when the wait ends, and on Windows so is one that comes during it.
LOOK_EVERY_S = 0.25
_T = TypeVar("_T")


class Cancelled(Exception):
    """A wait was ended because the run is over."""


def _roll() -> float:
    import random

    return random.random()  # noqa: S311 - it spreads pauses, and keeps no secret


class Timing(Struct, frozen=True):
    """What retry, limiter and breaker know of time.

    Attributes:
        now: seconds of a monotonic clock that all processes of the machine share.
        wall: seconds since the epoch, only to tell the user a time of day.
        wait: pause for so many seconds; may raise to end the run.
        chance: a random number, 0 <= x < 1.
    """

    now: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    wait: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = _roll


def until_cancelled(cancelled: threading.Event) -> Timing:
    """The real time, whose waits end with `Cancelled` as soon as `cancelled` is set."""

    def wait(seconds: float) -> None:
        end = time.monotonic() + seconds
        while not cancelled.wait(min(max(end - time.monotonic(), 0), LOOK_EVERY_S)):
            if time.monotonic() >= end:
                return
        raise Cancelled

    return Timing(wait=wait)


def take_next(waiting: SimpleQueue[_T]) -> _T:
    """Take what is next in a queue, as soon as it is there; Ctrl-C can end the wait for it."""
    while True:
        try:
            return waiting.get(timeout=LOOK_EVERY_S)
        except Empty:
            continue
