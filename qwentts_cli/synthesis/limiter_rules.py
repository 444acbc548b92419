"""The rate limiter's arithmetic: what is known of the service's limit, and how each event changes it.

Additive increase, multiplicative decrease: the rate doubles every two seconds, faster the more requests have
gone well, until the first throttled answer. That cuts it by two fifths, and each later one by a fifth. It
returns quickly to near where it was cut, and then feels its way up. Pure functions; every time is in seconds
of one monotonic clock, every rate in requests a second.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

START_RPS = 2.0
MIN_RPS = 0.05
MAX_RPS = 1000.0
KEPT_S = 600.0
LONGEST_PAUSE_S = 300.0

_CUT = 0.8
_FIRST_CUT = 0.6
_STEEP_CUT = 0.5
_QUICK_RETURN = 0.03
_NEAR_CEILING = 0.92
_CALM_GROWTH = ((60, 1.05), (30, 1.02), (0, 1.005))
# A doubling takes so many requests' time, within these bounds. At a low rate the requests of any two seconds
# are at most twice those before; at a high one, many that went well say more than the seconds do.
_DOUBLING_REQUESTS = 20
_SHORTEST_DOUBLING_S = 0.35
_LONGEST_DOUBLING_S = 2.2
_DOUBLING_STEP_S = 0.25
_STEP_S = 1.0
_STEP_REQUESTS = 2
_CUT_INTERVAL_S = 1.0
_BLOCKED_S = 1.0
_BLOCKED_REQUESTS = 5
_BLOCKED_CAP_S = 15.0
_MOST_BLOCKED = 8
_LONGEST_HOLD_S = 60.0
_ALIVE_S = 1.0
_YIELD_S = 0.02
_SHORTEST_WAIT_S = 1e-4


class LimiterState(Struct, frozen=True):
    """What everybody who shares a limit knows of it.

    Attributes:
        rate: what the service is believed to allow.
        ceiling: the rate at the latest cut.
        doubling: no throttled answer since the start.
        taken_at: when the latest request was let go.
        paused_until: before this nobody sends.
        blocked: throttled answers in a row; above 0 one request at a time probes.
        cut_at, success_at, stepped_at: the latest cut, success, and change of the rate.
        calm: steps up since the latest cut.
        limited: a caller has had to wait since the latest step; an idle limiter learns nothing.
        oldest: when the longest waiting caller began to wait; it goes first.
        seen_at: when that caller was last heard of, for it may have died.
        updated: when this was written.
    """

    rate: float
    ceiling: float
    doubling: bool
    taken_at: float
    paused_until: float
    blocked: int
    cut_at: float
    success_at: float
    stepped_at: float
    calm: int
    limited: bool
    oldest: float
    seen_at: float
    updated: float

    def is_current(self, now: float) -> bool:
        """Whether this can have been written on this machine, since its boot, not long ago."""
        return (
            0 <= now - self.updated <= KEPT_S
            and MIN_RPS <= self.rate <= MAX_RPS
            and MIN_RPS <= self.ceiling <= MAX_RPS
            and 0 <= self.blocked <= _MOST_BLOCKED
            and self.paused_until <= now + LONGEST_PAUSE_S
            and all(past <= now for past in (self.taken_at, self.cut_at, self.success_at, self.stepped_at))
            and all(past <= now for past in (self.oldest, self.seen_at))
        )


def fresh(now: float, rate: float = START_RPS) -> LimiterState:
    """The state in which nothing is known: one request may go at once."""
    return LimiterState(
        rate=min(max(rate, MIN_RPS), MAX_RPS),
        ceiling=MAX_RPS,
        doubling=True,
        taken_at=now - _LONGEST_HOLD_S,
        paused_until=now,
        blocked=0,
        cut_at=now - _CUT_INTERVAL_S,
        success_at=now - _CUT_INTERVAL_S,
        stepped_at=now,
        calm=0,
        limited=False,
        oldest=now,
        seen_at=now - 2 * _ALIVE_S,
        updated=now,
    )


def take(
    state: LimiterState, now: float, *, since: float, cap: float = MAX_RPS
) -> tuple[LimiterState, float]:
    """Ask for a token on behalf of a caller that has been waiting `since`.

    Returns:
        The new state and how many seconds to wait before asking again; 0 means the request may go now.
    """
    ready = max(state.taken_at + _hold(state, cap), state.paused_until)
    somebody_waits = now - state.seen_at <= _ALIVE_S
    if now < ready:
        if not somebody_waits or since <= state.oldest:
            state = replace(state, oldest=since, seen_at=now)
        return replace(state, limited=True), max(ready - now, _SHORTEST_WAIT_S)
    if somebody_waits and since > state.oldest and now < ready + _YIELD_S:
        return replace(state, limited=True), max(ready + _YIELD_S - now, _SHORTEST_WAIT_S)
    gone = now - 2 * _ALIVE_S if since == state.oldest else state.seen_at
    return replace(state, taken_at=now, seen_at=gone), 0.0


def _hold(state: LimiterState, cap: float) -> float:
    hold = 1 / min(state.rate, cap)
    return max(hold, _blocked_s(state)) if state.blocked else hold


def _blocked_s(state: LimiterState) -> float:
    """How long nobody sends after so many throttled answers in a row: at a high rate little is amiss yet."""
    first_s = min(_BLOCKED_S, _BLOCKED_REQUESTS / state.rate)
    return min(_BLOCKED_CAP_S, first_s * 2.0**state.blocked)


def succeeded(state: LimiterState, now: float, *, cap: float = MAX_RPS) -> LimiterState:
    """Learn from a request that was not throttled."""
    state = replace(state, success_at=now, blocked=0)
    if not state.limited:
        return state
    rate = _doubled(state, now) if state.doubling else _stepped(state, now)
    if rate is None:
        return state
    rate = min(rate, max(state.rate, cap), MAX_RPS)
    doubling = state.doubling and rate < state.ceiling
    return replace(
        state, rate=rate, doubling=doubling, stepped_at=now, calm=state.calm + (not doubling), limited=False
    )


def _doubled(state: LimiterState, now: float) -> float | None:
    doubling_s = min(_LONGEST_DOUBLING_S, max(_SHORTEST_DOUBLING_S, _DOUBLING_REQUESTS / state.rate))
    passed = min(now - state.stepped_at, doubling_s)
    if passed < _DOUBLING_STEP_S:
        return None
    return min(state.ceiling, state.rate * 2 ** (passed / doubling_s))


def _stepped(state: LimiterState, now: float) -> float | None:
    if now - state.stepped_at < max(_STEP_S, _STEP_REQUESTS / state.rate):
        return None
    if state.rate < _NEAR_CEILING * state.ceiling:
        return state.rate + _QUICK_RETURN * state.ceiling
    return state.rate * next(growth for steps, growth in _CALM_GROWTH if state.calm >= steps)


def throttled(
    state: LimiterState,
    now: float,
    *,
    taken_at: float,
    chance: float,
    retry_after_s: float | None = None,
    too_steep: bool = False,
    cap: float = MAX_RPS,
) -> LimiterState:
    """Learn from a throttled answer to a request whose token was taken at `taken_at`.

    Args:
        state: what was known.
        now: when the answer came.
        taken_at: an answer to a request from before the latest cut is old news.
        chance: a random number, 0 <= x < 1.
        retry_after_s: nobody sends a request for so long.
        too_steep: the service said that the rate grew too quickly, not that it is too high.
        cap: the caller's own limit of the rate.
    """
    if retry_after_s is not None:
        pause = now + min(retry_after_s, LONGEST_PAUSE_S)
        state = replace(state, paused_until=max(state.paused_until, pause), blocked=max(1, state.blocked))
    if taken_at < state.cut_at:
        return state
    if state.success_at > state.cut_at and now - state.cut_at >= _CUT_INTERVAL_S:
        factor = _STEEP_CUT if too_steep else _FIRST_CUT if state.doubling else _CUT
        return _cut(state, now, min(state.rate, cap), factor)
    pause = _blocked_s(state) * (0.5 + chance / 2)
    blocked = min(state.blocked + 1, _MOST_BLOCKED)
    return replace(state, blocked=blocked, paused_until=max(state.paused_until, now + pause))


def _cut(state: LimiterState, now: float, rate: float, factor: float) -> LimiterState:
    lower = max(MIN_RPS, rate * factor)
    return replace(
        state,
        rate=lower,
        ceiling=max(MIN_RPS, rate),
        doubling=False,
        # Half an interval, not a whole one: the request came only a little too early, and its token is due.
        paused_until=max(state.paused_until, now + 0.5 / lower),
        cut_at=now,
        stepped_at=now,
        calm=0,
    )


def restarted(state: LimiterState, now: float, rate: float) -> LimiterState:
    """Begin again at `rate` after an outage, doubling until the rate of before is reached."""
    ceiling = state.ceiling if state.doubling else state.rate
    return replace(state, rate=min(state.rate, rate), ceiling=ceiling, doubling=True, stepped_at=now)
