"""One phase of a synthesis, tried as often as is wise: breaker, rate limiter and retry loop around a call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from qwentts_cli.errors import LocalError, NetworkError, QwenTTSError, Throttled
from qwentts_cli.synthesis.breaker import Breaker, HostDown
from qwentts_cli.synthesis.retry import BATCH, SINGLE, Retry, retry
from qwentts_cli.synthesis.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.synthesis.limiter import RateLimiter

T = TypeVar("T")

# The service's code for a rate that grew too quickly (Model Studio, error codes).
_TOO_STEEP = "Throttling.BurstRate"


@dataclass(slots=True)
class Attempts:
    """Shared by all workers; `limiter` only where each attempt uses up the account's rate.

    Until something has succeeded the patience is that of a single call: whoever typed the command is waiting.
    `on_failure` is told of each attempt that failed, the last one too; `on_retry` of each that is repeated.
    """

    breaker: Breaker
    limiter: RateLimiter | None = None
    timing: Timing = field(default_factory=Timing)
    on_retry: Callable[[Retry], None] = lambda _retry: None
    on_failure: Callable[[QwenTTSError], None] = lambda _error: None
    has_succeeded: bool = False

    def run(self, call: Callable[[], T]) -> T:
        """Call until it succeeds or there is no sense in trying on.

        Raises:
            QwenTTSError: the last failure.
        """
        try:
            return retry(
                lambda: self._attempt(call),
                BATCH if self.has_succeeded else SINGLE,
                timing=self.timing,
                on_retry=self.on_retry,
                since_success_s=self.limiter.since_success_s if self.limiter else lambda: float("inf"),
            )
        except QwenTTSError as error:
            # The frames it came through hold what was downloaded, and a batch keeps its errors to the end.
            raise error.drop_frames()  # noqa: B904 - it is the same one

    def _attempt(self, call: Callable[[], T]) -> T:
        self.breaker.admit()
        permit = self.limiter.acquire() if self.limiter else None
        try:
            result = self._told(call)
        except Throttled as error:
            if self.limiter and permit:
                steep = error.service_code == _TOO_STEEP
                self.limiter.throttled(permit, error.retry_after_s, too_steep=steep)
            raise
        except (HostDown, LocalError):  # the host had no part in it
            raise
        except NetworkError:
            self.breaker.failed()
            raise
        except QwenTTSError:
            self._answered()
            raise
        self.has_succeeded = True
        self._answered()
        return result

    def _told(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except QwenTTSError as error:
            self.on_failure(error)
            raise

    def _answered(self) -> None:
        self.breaker.succeeded()
        if self.limiter:
            self.limiter.succeeded()
