"""The retry loop: what is tried again, how often, how long, and after which pause."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from qwentts_cli.errors import QuotaError, QwenTTSError, Throttled, Unreachable
from qwentts_cli.observer import Observer
from qwentts_cli.synthesis.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LONGEST_RETRY_AFTER_S = 300.0

_THROTTLE_FLOOR_S = 0.2
_DAY_S = 86400.0
# These codes mean too many tokens a minute or a bill to settle (Model Studio, error codes): time tells which.
_QUOTA_CODES = frozenset({"Throttling.AllocationQuota", "insufficient_quota"})


class RetryPolicy(Struct, frozen=True):
    """The bounds of one phase (a synthesis, or a download) of one item.

    Attributes:
        attempts: calls that may fail with a transient error, the first included; throttled ones do not count.
        pauses_s: seconds of pauses between transient failures, in all.
        backoff_cap_s: the longest pause after a transient failure.
        resends: calls repeated although the failed one may have been billed.
        patience: how many times an error's own `most_attempts` it may occur; above 1 where other calls
            succeed, since then what seldom gets better is a passing fault.
        throttle_cap_s: the longest pause after a throttled answer; 0 leaves it to the rate limiter.
        throttle_patience_s: seconds of throttled answers, without one success anywhere, that are borne.
        quota_patience_s: likewise where the answer speaks of a quota, which may never clear.
        waits_for_network: whether what cannot be reached is tried for ever; such tries do not count.
    """

    attempts: int
    pauses_s: float
    backoff_cap_s: float
    resends: int
    patience: int = 1
    throttle_cap_s: float = 60.0
    throttle_patience_s: float = 600.0
    quota_patience_s: float = 120.0
    waits_for_network: bool = False
    backoff_base_s: float = 0.5
    throttle_base_s: float = 1.0

    def backoff_limit_s(self, failures: int) -> float:
        """The longest pause after so many transient failures in a row."""
        return min(self.backoff_cap_s, self.backoff_base_s * 2.0 ** min(failures - 1, 30))

    def throttle_limit_s(self, answers: int) -> float:
        """The longest pause after so many throttled answers in a row."""
        return min(self.throttle_cap_s, self.throttle_base_s * 2.0 ** min(answers - 1, 30))


SINGLE = RetryPolicy(attempts=5, pauses_s=120, backoff_cap_s=20, resends=2)
BATCH = RetryPolicy(attempts=10, pauses_s=900, backoff_cap_s=30, resends=4, patience=2, throttle_cap_s=0)


def retry(
    call: Callable[[], T],
    policy: RetryPolicy,
    *,
    timing: Timing | None = None,
    observer: Observer | None = None,
    may_repeat: Callable[[], bool] = lambda: True,
    since_success_s: Callable[[], float] = lambda: float("inf"),
) -> T:
    """Call until it succeeds, fails for good, or the policy's bounds are reached.

    Args:
        call: one attempt. Time it spends itself, waiting for a rate limiter too, is not bounded here.
        policy: the bounds.
        timing: clock, waiting and chance. What `wait` raises ends the loop.
        observer: told of each failure that is followed by another attempt, before the pause.
        may_repeat: asked after a failure; a call that has had an effect outside is not repeated.
        since_success_s: seconds since any call of the run succeeded; while others succeed, patience with
            throttled answers does not run out.

    Raises:
        QwenTTSError: the latest failure; a `QuotaError` where the service asks to wait over five minutes.
    """
    state = RetryState(policy, timing if timing is not None else Timing(), since_success_s)
    observer = observer if observer is not None else Observer()
    while True:
        try:
            return call()
        except QwenTTSError as error:
            if not may_repeat():
                raise
            pause_s = state.pause_after(error)
            observer.attempt_repeated(error, number=state.failures + state.throttled, pause_s=pause_s)
        state.timing.wait(pause_s)


class RetryState:
    """One run of the loop: what has happened so far."""

    def __init__(self, policy: RetryPolicy, timing: Timing, since_success_s: Callable[[], float]) -> None:
        self.timing = timing
        self.failures = 0
        self.throttled = 0
        self._policy = policy
        self._since_success_s = since_success_s
        self._maybe_billed = 0
        self._hopeless = 0
        self._paused_s = 0.0
        self._throttled_since: float | None = None
        self._throttled_in_a_row = 0
        self._unreached = 0

    def pause_after(self, error: QwenTTSError) -> float:
        """Seconds to wait before the next attempt.

        Raises:
            QwenTTSError: there is to be none.
        """
        if not error.retryable:
            raise error
        return self._after_throttle(error) if isinstance(error, Throttled) else self._after_failure(error)

    def _after_failure(self, error: QwenTTSError) -> float:
        self._throttled_in_a_row = 0
        self._throttled_since = None
        is_unreached = isinstance(error, Unreachable) and not error.maybe_billed
        if is_unreached and self._policy.waits_for_network:
            self._unreached += 1
            return self.timing.chance() * self._policy.backoff_limit_s(self._unreached)
        self.failures += 1
        self._unreached = 0
        self._maybe_billed += error.maybe_billed
        self._hopeless += error.most_attempts is not None
        pause_s = self.timing.chance() * self._policy.backoff_limit_s(self.failures)
        if (
            self.failures >= self._policy.attempts
            or self._maybe_billed > self._policy.resends
            or self._paused_s + pause_s > self._policy.pauses_s
            or (error.most_attempts and self._hopeless >= error.most_attempts * self._policy.patience)
        ):
            raise error
        self._paused_s += pause_s
        return pause_s

    def _after_throttle(self, error: Throttled) -> float:
        now = self.timing.now()
        self.throttled += 1
        self._throttled_in_a_row += 1
        if self._throttled_since is None:
            self._throttled_since = now
        asked_s = error.retry_after_s
        if asked_s is not None and asked_s > LONGEST_RETRY_AFTER_S:
            raise self._come_back_later(error, asked_s) from error
        if min(now - self._throttled_since, self._since_success_s()) >= self._patience_s(error):
            raise error
        pause_s = self.timing.chance() * self._policy.throttle_limit_s(self._throttled_in_a_row)
        pause_s = max(pause_s, _THROTTLE_FLOOR_S) if self._policy.throttle_cap_s else pause_s
        return pause_s if asked_s is None else max(asked_s, pause_s) + self.timing.chance()

    def _patience_s(self, error: Throttled) -> float:
        policy = self._policy
        return policy.quota_patience_s if error.service_code in _QUOTA_CODES else policy.throttle_patience_s

    def _come_back_later(self, error: Throttled, asked_s: float) -> QuotaError:
        until = datetime.fromtimestamp(self.timing.wall() + asked_s).astimezone()
        when = f"{until:%H:%M}" if asked_s < _DAY_S else f"{until:%Y-%m-%d %H:%M}"
        return QuotaError(
            f"{error.message}; the service asks to wait until {when}",
            hint="Run the same command again then; what is done is kept.",
            service_code=error.service_code,
            request_id=error.request_id,
        )
