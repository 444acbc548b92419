"""Clocks that only a test, or only waiting, moves."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass

from qwentts_cli.synthesis.timing import Cancelled, Timing


@dataclass
class Clock:
    """Seconds since 1970, until the test says something else."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class VirtualTime:
    """`now` in seconds; a wait passes at once and is noted in `waits`. Chance is seeded."""

    def __init__(self, now: float = 1000.0, seed: int = 0) -> None:
        self.now = now
        self.waits: list[float] = []
        self._chance = random.Random(seed)
        self._lock = threading.Lock()

    def wait(self, seconds: float) -> None:
        with self._lock:
            self.waits.append(seconds)
            self.now += seconds

    def timing(self, chance: float | None = None) -> Timing:
        """This clock; `chance` is what every throw gives, else it is random."""
        throw = self._chance.random if chance is None else lambda: chance
        return Timing(now=lambda: self.now, wall=lambda: 1_700_000_000.0, wait=self.wait, chance=throw)


class SharedTime:
    """The time of so many threads: it passes only while all of them wait, to the first of their moments.

    A wait ends with `Cancelled` as soon as `ends_after_s` seconds have passed.
    """

    def __init__(self, threads: int, *, ends_after_s: float) -> None:
        self.now = 1000.0
        self._ends_at = self.now + ends_after_s
        self._threads = threads
        self._moments: list[float] = []
        self._chance = random.Random(0)
        self._moved = threading.Condition()

    def wait(self, seconds: float) -> None:
        with self._moved:
            moment = min(self.now + seconds, self._ends_at)
            self._moments.append(moment)
            if len(self._moments) == self._threads:
                self.now = min(self._moments)
                self._moved.notify_all()
            self._moved.wait_for(lambda: self.now >= moment)
            self._moments.remove(moment)
            if self.now >= self._ends_at:
                raise Cancelled

    def timing(self) -> Timing:
        return Timing(now=lambda: self.now, wait=self.wait, chance=self._chance.random)
