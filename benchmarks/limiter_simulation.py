"""The rate limiter against simulated servers, in virtual time: seconds of traffic in milliseconds."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from qwentts_cli.synthesis import limiter_rules as aimd

if TYPE_CHECKING:
    from collections.abc import Callable

_RECHECK_S = 0.5
_ONE_WAY_S = 0.02
_WAKE_S = 0.0005


class TokenBucket:
    """A server that allows `rps` requests a second, a number or a function of time, and `burst` at once."""

    def __init__(self, rps: float | Callable[[float], float], burst: float) -> None:
        self._rps = rps
        self._tokens = self._burst = burst
        self._filled_at = 0.0

    def accepts(self, now: float) -> bool:
        rps = self._rps(now) if callable(self._rps) else self._rps
        self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * rps)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class SlidingWindows:
    """A server that allows `count` requests in any `seconds`, for each (count, seconds)."""

    def __init__(self, *windows: tuple[int, float]) -> None:
        self._windows = windows
        self._accepted: list[float] = []

    def accepts(self, now: float) -> bool:
        for count, seconds in self._windows:
            if len(self._accepted) >= count and self._accepted[-count] > now - seconds:
                return False
        self._accepted.append(now)
        return True


@dataclass(frozen=True, slots=True)
class Load:
    """Who asks for what: `processes` with `workers` each, `items` in all; `rpm` is their own cap."""

    items: int
    workers: int
    processes: int = 1
    latency_s: tuple[float, float] = (0.2, 0.6)
    start_rps: float = aimd.START_RPS
    rpm: float | None = None
    retry_after_s: float | None = None


@dataclass(slots=True)
class Outcome:
    """What happened: `sent` holds the time of each request, `waited` how long each waited for its token."""

    seconds: float = 0.0
    done: list[int] = field(default_factory=list)
    throttled: int = 0
    sent: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    throttled_at: list[float] = field(default_factory=list)

    @property
    def throttled_share(self) -> float:
        return self.throttled / max(1, len(self.sent))


class Simulation:
    """One run of `load` against `server`."""

    def __init__(self, server: TokenBucket | SlidingWindows, load: Load, seed: int = 0) -> None:
        self._server = server
        self._load = load
        self._random = random.Random(seed)  # noqa: S311 - a simulation
        self._cap = aimd.MAX_RPS if load.rpm is None else load.rpm / 60
        self._state = aimd.fresh(0.0, load.start_rps if load.rpm is None else self._cap)
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = itertools.count()
        self._queues: list[deque[float]] = [deque() for _ in range(load.processes)]
        self._to_start = load.items
        self.outcome = Outcome(done=[0] * load.processes)

    def run(self, until_s: float = 10_000.0) -> Outcome:
        for process in range(self._load.processes):
            for _ in range(self._load.workers):
                self._begin_item(process, 0.0)
        while self._events and sum(self.outcome.done) < self._load.items:
            now, _, event = heapq.heappop(self._events)
            if now > until_s:
                break
            event(now)
        return self.outcome

    def _at(self, when: float, event: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (when, next(self._order), event))

    def _begin_item(self, process: int, now: float) -> None:
        if self._to_start > 0:
            self._to_start -= 1
            self._want(process, now)

    def _want(self, process: int, now: float) -> None:
        self._queues[process].append(now)
        if len(self._queues[process]) == 1:
            self._at(now, lambda at: self._ask(process, at))

    def _ask(self, process: int, now: float) -> None:
        queue = self._queues[process]
        state, wait_s = aimd.take(self._state, now, since=queue[0], cap=self._cap)
        self._state = replace(state, updated=now)
        if wait_s:
            self._at(now + min(wait_s, _RECHECK_S) + _WAKE_S, lambda at: self._ask(process, at))
            return
        self.outcome.waited.append(now - queue.popleft())
        self.outcome.sent.append(now)
        self._at(now + _ONE_WAY_S + self._random.random() * 0.002, lambda at: self._arrive(process, now, at))
        if queue:
            self._at(now, lambda at: self._ask(process, at))

    def _arrive(self, process: int, taken_at: float, now: float) -> None:
        if self._server.accepts(now):
            self._at(now + self._random.uniform(*self._load.latency_s), lambda at: self._succeed(process, at))
        else:
            self._at(now + _ONE_WAY_S, lambda at: self._throttle(process, taken_at, at))

    def _succeed(self, process: int, now: float) -> None:
        self._state = replace(aimd.succeeded(self._state, now, cap=self._cap), updated=now)
        self.outcome.done[process] += 1
        self.outcome.seconds = now
        self._begin_item(process, now)

    def _throttle(self, process: int, taken_at: float, now: float) -> None:
        self.outcome.throttled += 1
        self.outcome.throttled_at.append(now)
        state = aimd.throttled(
            self._state,
            now,
            taken_at=taken_at,
            chance=self._random.random(),
            retry_after_s=self._load.retry_after_s,
            cap=self._cap,
        )
        self._state = replace(state, updated=now)
        self._want(process, now)


def ten_two_ten(now: float) -> float:
    """The limit of the step test: 10, for a hundred seconds 2, then 10 requests a second again."""
    return 2.0 if 60 <= now < 160 else 10.0


@dataclass(frozen=True, slots=True)
class Case:
    """A server, its load, and the goodput and throttled share to reach."""

    name: str
    server: Callable[[], TokenBucket | SlidingWindows]
    load: Load
    ideal_s: float
    goodput: float
    throttled: float


def _bucket_case(rps: float, burst: int, load: Load, goal: tuple[float, float], note: str = "") -> Case:
    name = f"{rps:g} rps burst {burst}, {load.processes}x{load.workers} workers, {load.items} items{note}"
    ideal_s = (load.items - burst) / rps + sum(load.latency_s) / 2
    return Case(name, lambda: TokenBucket(rps, burst), load, ideal_s, *goal)


CASES = (
    _bucket_case(10, 10, Load(300, 16), (0.89, 0.09)),
    _bucket_case(10, 1, Load(300, 16), (0.80, 0.06)),
    _bucket_case(5, 5, Load(150, 32), (0.93, 0.11)),
    Case("5 in a sliding second", lambda: SlidingWindows((5, 1.0)), Load(150, 32), 29.4, 0.83, 0.08),
    _bucket_case(3, 3, Load(180, 8), (0.94, 0.09)),
    _bucket_case(3, 1, Load(180, 8), (0.83, 0.09)),
    Case(
        "180 in a sliding minute and 3 a second",
        lambda: SlidingWindows((3, 1.0), (180, 60.0)),
        Load(360, 8),
        119.4,
        0.84,
        0.09,
    ),
    _bucket_case(1, 1, Load(120, 8), (0.82, 0.10)),
    _bucket_case(1 / 6, 1, Load(40, 4), (0.76, 0.62)),
    _bucket_case(1 / 6, 1, Load(40, 4, start_rps=1 / 6), (0.80, 0.10), " (start rate told)"),
    _bucket_case(6, 6, Load(400, 8, processes=2), (0.92, 0.10)),
    _bucket_case(6, 6, Load(300, 1, processes=10), (0.85, 0.10)),
    _bucket_case(3, 3, Load(180, 1, processes=10), (0.85, 0.10)),
    _bucket_case(3, 3, Load(360, 32, latency_s=(2.0, 6.0)), (0.85, 0.10), " of 2 to 6 s"),
    _bucket_case(3, 3, Load(180, 8, retry_after_s=1.0), (0.80, 0.10), ", Retry-After: 1"),
    _bucket_case(10, 10, Load(600, 16, rpm=600), (0.97, 0.0), ", --rpm 600"),
)
