"""The rate limiter: every request to the service takes a token first."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.observer import Observer
from qwentts_cli.synthesis import limiter_rules as aimd
from qwentts_cli.synthesis.limiter_state import OwnState
from qwentts_cli.synthesis.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwentts_cli.synthesis.limiter_rules import LimiterState
    from qwentts_cli.synthesis.limiter_state import RateState

T = TypeVar("T")

_RECHECK_S = 0.5


class Permit(Struct, frozen=True):
    """A token that was taken: one request may be sent."""

    taken_at: float


class RateLimiter:
    """Finds the rate the service allows, and spaces the requests of all threads and processes by it.

    The first request goes at once. Callers of one process go first come, first served; so do the processes
    that share a state.

    Args:
        state: what is known of the limit; give a `shared_state` to share it with other processes.
        timing: clock, waiting and chance. An exception of `wait` leaves `acquire`, and no token is taken.
        start_rps: requests a second to begin with while nothing is known.
        rpm: at most so many requests a minute, 1 or more, and begin with that rate.
        observer: told of the rate whenever something was learned of it.
    """

    def __init__(
        self,
        state: RateState | None = None,
        *,
        timing: Timing | None = None,
        start_rps: float = aimd.START_RPS,
        rpm: float | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._state = state if state is not None else OwnState()
        self._timing = timing if timing is not None else Timing()
        self._cap = aimd.MAX_RPS if rpm is None else max(rpm, 1.0) / 60
        self._start_rps = start_rps if rpm is None else self._cap
        self._observer = observer if observer is not None else Observer()
        self._queue = _FifoLock()

    def acquire(self) -> Permit:
        """Wait until a request may be sent."""
        since = self._timing.now()
        with self._queue.turn():
            while wait_s := self._transact(
                lambda state, now: aimd.take(state, now, since=since, cap=self._cap)
            ):
                # Not to the end of a long wait: an answer to a probe may shorten it.
                self._timing.wait(min(wait_s, _RECHECK_S))
            return Permit(self._timing.now())

    def succeeded(self) -> None:
        """A request was not throttled; any answer of the service but a 5xx counts."""
        self._learn(lambda state, now: aimd.succeeded(state, now, cap=self._cap))

    def throttled(
        self, permit: Permit, retry_after_s: float | None = None, *, too_steep: bool = False
    ) -> None:
        """A request was throttled; the service may have said how long, or that the rate grew too quickly."""
        chance = self._timing.chance()
        self._learn(
            lambda state, now: aimd.throttled(
                state,
                now,
                taken_at=permit.taken_at,
                chance=chance,
                retry_after_s=retry_after_s,
                too_steep=too_steep,
                cap=self._cap,
            )
        )

    def allowed_rps(self) -> float:
        """Requests a second that the service is believed to allow, or the cap if that is less."""
        return self._transact(lambda state, _now: (state, min(state.rate, self._cap)))

    def since_success_s(self) -> float:
        """Seconds since a request was not throttled, in whichever process."""
        return self._transact(lambda state, now: (state, now - state.success_at))

    def restart(self, rps: float = 1.0) -> None:
        """Begin again at `rps` after an outage and double every two seconds."""
        self._learn(lambda state, now: aimd.restarted(state, now, rps))

    def _learn(self, change: Callable[[LimiterState, float], LimiterState]) -> None:
        def learn(state: LimiterState, now: float) -> tuple[LimiterState, float]:
            changed = change(state, now)
            return changed, min(changed.rate, self._cap)

        self._observer.rate_changed(self._transact(learn))

    def _transact(self, change: Callable[[LimiterState, float], tuple[LimiterState, T]]) -> T:
        def stamped(known: LimiterState | None) -> tuple[LimiterState, T]:
            now = self._timing.now()
            if known is None or not known.is_current(now):
                known = aimd.fresh(now, self._start_rps)
            state, result = change(known, now)
            return replace(state, updated=now), result

        return self._state.transact(stamped)


class _FifoLock:
    """A lock that is passed on in the order of arrival, which `threading.Lock` does not promise.

    Whoever has the turn waits in a way that a cancelled run ends, and by leaving wakes the next.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._queue: deque[threading.Event] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        mine = threading.Event()
        with self._mutex:
            self._queue.append(mine)
            self._queue[0].set()
        try:
            mine.wait()
            yield
        finally:
            with self._mutex:
                self._queue.remove(mine)
                if self._queue:
                    self._queue[0].set()
