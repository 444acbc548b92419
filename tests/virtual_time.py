"""A clock that only waiting moves."""

from __future__ import annotations

import random
import threading

from qwentts_cli.synthesis.timing import Timing


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
