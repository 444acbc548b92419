"""The rate limit: so many requests a minute, enforced by the second as the service does."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.http.reply import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable


class RateLimit:
    """A token bucket that refills `rpm` / 60 a second and holds `burst`; without `rpm` there is no limit.

    Args:
        rpm: requests a minute.
        burst: requests at once; a second's worth if not given.
        clock: monotonic seconds.
    """

    def __init__(
        self, rpm: int | None, burst: int | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if (rpm is not None and rpm < 1) or (burst is not None and burst < 1):
            raise ValueError("rpm and burst must be at least 1")
        self.rpm = rpm
        self._per_second = None if rpm is None else rpm / 60
        self._capacity = float(burst) if burst is not None else max(1.0, (rpm or 0) / 60)
        self._tokens = self._capacity
        self._clock = clock
        self._filled_at = clock()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Let one request pass.

        Raises:
            ServiceError: 429 Throttling.RateQuota.
        """
        if self._per_second is None:
            return
        with self._lock:
            now = self._clock()
            refill = (now - self._filled_at) * self._per_second
            self._tokens = min(self._capacity, self._tokens + refill)
            self._filled_at = now
            if self._tokens < 1:
                raise ServiceError(
                    429, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later."
                )
            self._tokens -= 1
