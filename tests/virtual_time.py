"""Clocks that only a test, or only waiting, moves."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass

from qwentts_cli.synthesis.timing import Timing


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
