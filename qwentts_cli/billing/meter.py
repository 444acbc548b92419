"""What a run takes from the service, counted by all workers and read by whoever shows it."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from qwentts_cli.errors import QwenTTSError, Throttled
from qwentts_cli.metered import Tally
from qwentts_cli.observer import Observer

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.metered import Metered

_WINDOW_S = 10.0


class Meter(Observer):
    """Counts the requests of one run.

    Attributes:
        requests: all that were sent, whatever became of them.
        throttled: how many of these were answered with "slow down".
        maybe_billed: how many failed although they may have been billed.
        billed_in_vain: how many were billed, and their audio cannot be had.
        allowed_rps: requests a second that the service is believed to allow; 0 while nothing is known.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.requests = 0
        self.throttled = 0
        self.maybe_billed = self.billed_in_vain = 0
        self.allowed_rps = 0.0
        self._now = now
        self._began = now()
        self._billed = Tally()
        self._recent: deque[float] = deque()
        self._lock = threading.Lock()

    @property
    def billed(self) -> Tally:
        """What the service billed until now."""
        with self._lock:
            return Tally(self._billed)

    @property
    def maybe_billed_twice(self) -> int:
        """How many gave nothing usable; a run that succeeds has asked for these again."""
        return self.maybe_billed + self.billed_in_vain

    @property
    def rps(self) -> float:
        """Requests a second, in the last ten seconds."""
        with self._lock:
            now = self._now()
            while self._recent and self._recent[0] < now - _WINDOW_S:
                self._recent.popleft()
            return len(self._recent) / max(min(_WINDOW_S, now - self._began), 1.0)

    def request_sent(self) -> None:
        with self._lock:
            self.requests += 1
            self._recent.append(self._now())

    def request_billed(self, model: str, metered: Metered) -> None:
        with self._lock:
            self._billed.add(model, metered)

    def request_failed(self, error: QwenTTSError) -> None:
        with self._lock:
            self.throttled += isinstance(error, Throttled)
            self.maybe_billed += error.maybe_billed

    def requests_lost(self, number: int) -> None:
        with self._lock:
            self.maybe_billed += number

    def audio_lost(self) -> None:
        with self._lock:
            self.billed_in_vain += 1

    def rate_changed(self, rps: float) -> None:
        self.allowed_rps = rps
