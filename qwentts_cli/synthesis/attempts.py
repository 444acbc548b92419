"""One phase of a synthesis, tried as often as is wise: breaker, rate limiter and retry loop around a call."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from qwentts_cli.errors import LocalError, NetworkError, QwenTTSError, Throttled
from qwentts_cli.observer import Observer
from qwentts_cli.synthesis.breaker import Breaker, HostDown
from qwentts_cli.synthesis.retry import BATCH, SINGLE, retry
from qwentts_cli.synthesis.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.synthesis.limiter import RateLimiter

T = TypeVar("T")

# The service's code for a rate that grew too quickly (Model Studio, error codes).
_TOO_STEEP = "Throttling.BurstRate"


class Attempts(Struct, kw_only=True):
    """Shared by all workers; `limiter` only where each attempt uses up the account's rate.

    Until something has succeeded the patience is that of a single call: whoever typed the command is waiting.
    With `waits_for_network` a server that cannot be reached is waited for in any case.
    """

    breaker: Breaker
    limiter: RateLimiter | None = None
    timing: Timing = field(default_factory=Timing)
    observer: Observer = field(default_factory=Observer)
    has_succeeded: bool = False
    waits_for_network: bool = False

    def run(self, call: Callable[[], T], *, may_repeat: Callable[[], bool] = lambda: True) -> T:
        """Call until it succeeds or another try would not help; none follows once `may_repeat` says no.

        Raises:
            QwenTTSError: the last failure.
        """
        policy = BATCH if self.has_succeeded else SINGLE
        try:
            return retry(
                partial(self._attempt, call),
                replace(policy, waits_for_network=self.waits_for_network),
                timing=self.timing,
                observer=self.observer,
                may_repeat=may_repeat,
                since_success_s=self.limiter.since_success_s if self.limiter else lambda: float("inf"),
            )
        except QwenTTSError as error:
            # The frames it came through hold what was downloaded, and a batch keeps its errors to the end.
            raise error.drop_frames()  # noqa: B904 - it is the same one

    def _attempt(self, call: Callable[[], T]) -> T:
        self.breaker.admit()
        permit = self.limiter.acquire() if self.limiter else None
        try:
            result = call()
        except Throttled as error:
            if self.limiter and permit:
                steep = error.service_code == _TOO_STEEP
                self.limiter.throttled(permit, error.retry_after_s, too_steep=steep)
            raise
        except (HostDown, LocalError):  # the host had no part in it
            raise
        except NetworkError as error:
            self.breaker.failed(error)
            raise
        except QwenTTSError:
            self._answered()
            raise
        self.has_succeeded = True
        self._answered()
        return result

    def _answered(self) -> None:
        was_down = self.breaker.succeeded()
        if self.limiter:
            if was_down:  # or the backlog would be the next outage
                self.limiter.restart()
            self.limiter.succeeded()
