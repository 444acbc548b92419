"""What a run takes from the service, counted by all workers and read by whoever tells of it."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from typing import TYPE_CHECKING

from qwentts_cli.errors import QwenTTSError, Throttled

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.dashscope.request import SynthesisRequest

_WINDOW_S = 10.0


class Meter:
    """One run's requests.

    Attributes:
        requests: all that were sent, whatever became of them.
        throttled: how many of these were answered with "slow down".
        maybe_billed: how many failed although they may have been billed.
        allowed_rps: requests a second that the service is believed to allow.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.requests = 0
        self.throttled = 0
        self.maybe_billed = 0
        self.allowed_rps: Callable[[], float] = lambda: 0.0
        self._now = now
        self._began = now()
        self._billed: Counter[str] = Counter()
        self._recent: deque[float] = deque()
        self._lock = threading.Lock()

    @property
    def billed(self) -> Counter[str]:
        """Characters that the service billed until now, by model."""
        with self._lock:
            return self._billed.copy()

    @property
    def rps(self) -> float:
        """Requests a second, in the last ten seconds."""
        with self._lock:
            now = self._now()
            while self._recent and self._recent[0] < now - _WINDOW_S:
                self._recent.popleft()
            return len(self._recent) / max(min(_WINDOW_S, now - self._began), 1.0)

    def send(self) -> None:
        """Count a request that is about to be sent."""
        with self._lock:
            self.requests += 1
            self._recent.append(self._now())

    def bill(self, request: SynthesisRequest, characters: int) -> None:
        """Count what the service billed."""
        with self._lock:
            self._billed[request.model] += characters

    def abandon(self, requests: int) -> None:
        """Count requests that nobody waits for any more."""
        with self._lock:
            self.maybe_billed += requests

    def fail(self, error: QwenTTSError) -> None:
        """Count an attempt that failed."""
        with self._lock:
            self.throttled += isinstance(error, Throttled)
            self.maybe_billed += error.maybe_billed
