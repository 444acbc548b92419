from __future__ import annotations

from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from benchmarks.limiter_simulation import CASES, Case, Load, Simulation, TokenBucket, ten_two_ten
from qwentts_cli.synthesis import limiter_rules as aimd
from qwentts_cli.synthesis.limiter_rules import LimiterState, fresh

SEEDS = range(5)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_goodput_and_throttled_share(case: Case) -> None:
    """Against each kind of limit the goodput is reached, few answers are throttled, and nothing is lost."""
    outcomes = [Simulation(case.server(), case.load, seed).run() for seed in SEEDS]
    assert all(sum(outcome.done) == case.load.items for outcome in outcomes)
    assert sum(case.ideal_s / outcome.seconds for outcome in outcomes) / len(SEEDS) >= case.goodput
    assert sum(outcome.throttled_share for outcome in outcomes) / len(SEEDS) <= case.throttled


@pytest.mark.parametrize("seed", SEEDS)
def test_limit_that_falls_and_rises(seed: int) -> None:
    """A limit of 10, then 2, then 10 requests a second again is followed down and up."""
    outcome = Simulation(TokenBucket(ten_two_ten, 10), Load(1600, 16), seed).run()
    assert sum(outcome.done) == 1600
    assert outcome.seconds <= 310
    assert outcome.throttled_share <= 0.08


@pytest.mark.parametrize("seed", SEEDS)
def test_growth_is_at_most_doubling(seed: int) -> None:
    """At a low rate two seconds hold at most twice the requests of the two before; later it is faster."""
    sent = Simulation(TokenBucket(1000, 1000), Load(2000, 64), seed).run().sent

    def count(start: float, end: float) -> int:
        return bisect_left(sent, end) - bisect_left(sent, start)

    begun = [at for at in sent if 2 <= at <= sent[-1] - 2]
    assert all(count(at, at + 2) <= 2 * count(at - 2, at) + 2 for at in begun if count(at, at + 2) <= 14)
    assert count(6, 8) > 3 * count(2, 4)
    assert count(7, 8) > 35


def test_two_processes_share_fairly() -> None:
    """Of two busy processes each gets 30 to 70 % of the successes, and together they use the limit."""
    outcome = Simulation(TokenBucket(6, 6), Load(400, 8, processes=2)).run()
    assert all(0.3 <= done / 400 <= 0.7 for done in outcome.done)


@pytest.mark.parametrize("load", [Load(300, 16), Load(300, 1, processes=10), Load(300, 4, processes=4)])
def test_nobody_starves(load: Load) -> None:
    """Once the rate is found, no request waits more than three times as long as the mean one."""
    outcome = Simulation(TokenBucket(5, 5), load).run()
    waited = outcome.waited[50:]
    assert max(waited) <= 3 * sum(waited) / len(waited)


@pytest.mark.parametrize("rps", [0.5, 1.5, 3.0, 5.0, 12.0])
def test_slow_start_after_retry_after(rps: float) -> None:
    """In the first second after a pause the service asked for, at most max(2, rate) requests are sent."""
    state = replace(fresh(100.0, rps), doubling=False, success_at=100.0)
    state = aimd.throttled(state, 101.0, taken_at=100.9, chance=0.5, retry_after_s=5.0)
    now, sent = 101.0, []
    while now < 107.0:
        state, wait_s = aimd.take(state, now, since=now)
        now += wait_s
        if not wait_s:
            sent.append(now)
            state = aimd.succeeded(state, now + 0.01)
            now += 0.01
    assert sent[0] >= 106.0
    assert sum(at < sent[0] + 1 for at in sent) <= max(2, rps)


@pytest.mark.parametrize(("rps", "first_s"), [(5.0, 1.0), (8.0, 0.625), (20.0, 0.25)])
def test_only_one_probe_while_blocked(rps: float, first_s: float) -> None:
    """Throttled without a success before, few requests go out until one succeeds, and ever fewer."""
    state = replace(fresh(100.0, rps), doubling=False)
    state = aimd.throttled(state, 100.0, taken_at=100.0, chance=1.0)
    assert state.paused_until == pytest.approx(100.0 + first_s)
    state, wait_s = aimd.take(state, 101.1, since=101.1)
    assert wait_s == 0
    _, wait_s = aimd.take(state, 101.2, since=101.2)
    assert wait_s == pytest.approx(2 * first_s - 0.1)
    worse = aimd.throttled(state, 101.2, taken_at=101.1, chance=1.0)
    assert worse.paused_until == pytest.approx(101.2 + 2 * first_s)
    state = aimd.succeeded(state, 101.3)
    _, wait_s = aimd.take(state, 101.3, since=101.2)
    assert wait_s == 0


def test_one_probe_after_retry_after() -> None:
    """After the pause the service asked for, the second request waits for the answer to the first."""
    state = replace(fresh(100.0, 5.0), success_at=100.5)
    state = aimd.throttled(state, 101.0, taken_at=100.8, chance=0.5, retry_after_s=5.0)
    state, _ = aimd.take(state, 106.0, since=106.0)
    _, wait_s = aimd.take(state, 106.2, since=106.2)
    assert wait_s == pytest.approx(1.8)


def test_old_news_is_not_punished() -> None:
    """Throttled answers to requests from before a cut neither cut nor pause again."""
    state = replace(fresh(100.0, 10.0), success_at=100.5)
    cut = aimd.throttled(state, 101.0, taken_at=100.8, chance=0.5)
    assert cut.rate == pytest.approx(6)
    assert aimd.throttled(cut, 102.5, taken_at=100.9, chance=0.5) == cut


def test_too_steep_growth_halves() -> None:
    """When the service says that the rate grew too quickly, it begins again at half."""
    state = replace(fresh(100.0, 10.0), success_at=100.5)
    cut = aimd.throttled(state, 101.0, taken_at=100.8, chance=0.5, too_steep=True)
    assert (cut.rate, cut.ceiling) == (5.0, 10.0)


def test_an_unused_rate_does_not_grow() -> None:
    """Callers who never wait for a token teach nothing about the limit."""
    state = fresh(100.0)
    for now in range(101, 200):
        state, wait_s = aimd.take(state, now, since=now)
        assert wait_s == 0
        state = aimd.succeeded(state, now + 0.3)
    assert state.rate == 2.0


def test_restart_after_an_outage() -> None:
    """It begins again at one request a second and about doubles every two until the rate of before."""
    state = aimd.restarted(replace(fresh(100.0, 10.0), doubling=False), 100.0, 1.0)
    rates = {}
    for tenth in range(1, 120):
        now = 100 + tenth / 10
        state = aimd.succeeded(replace(state, limited=True), now)
        rates[tenth] = state.rate
    assert rates[20] == pytest.approx(2.0, rel=0.15)
    assert rates[40] == pytest.approx(4.0, rel=0.15)
    assert rates[80] == pytest.approx(10.0, rel=0.1)
    assert rates[119] < 11.0


def test_a_dead_waiter_delays_nobody_for_long() -> None:
    """A caller that waited longest and died costs others 20 ms a token, and after a second nothing."""
    state, wait_s = aimd.take(fresh(100.0), 100.0, since=100.0)
    state, wait_s = aimd.take(state, 100.1, since=100.1)
    assert wait_s == pytest.approx(0.4)
    state, wait_s = aimd.take(state, 100.5001, since=100.3)
    assert 0 < wait_s <= 0.02
    state, wait_s = aimd.take(state, 100.5201, since=100.3)
    assert wait_s == 0
    state, wait_s = aimd.take(state, 101.2, since=101.2)
    assert wait_s == 0


def test_the_oldest_waiter_goes_first() -> None:
    """Of two callers who ask when a token is due, the one who has waited longer gets it."""
    state, _ = aimd.take(fresh(100.0), 100.0, since=100.0)
    state, _ = aimd.take(state, 100.2, since=100.2)
    state, _ = aimd.take(state, 100.1, since=100.1)
    state, late = aimd.take(state, 100.5, since=100.2)
    state, early = aimd.take(state, 100.501, since=100.1)
    assert (late > 0, early) == (True, 0)


@pytest.mark.parametrize("later_s", [0.0, 1.0, 600.0])
def test_knowledge_is_kept_for_ten_minutes(later_s: float) -> None:
    """What was learnt holds for ten minutes, not longer, and not across a reboot."""
    state = fresh(1000.0, 7.0)
    assert replace(state, blocked=8).is_current(1000.0 + later_s)
    assert not state.is_current(1601.0)
    assert not state.is_current(999.0)
    assert not replace(state, updated=1100.0).is_current(1000.0)
    assert not replace(state, paused_until=9999.0).is_current(1000.0)


ANY = st.floats() | st.floats(900, 1300)
STATES = st.builds(
    LimiterState,
    rate=ANY | st.floats(0.01, 2000),
    ceiling=ANY | st.floats(0.01, 2000),
    doubling=st.booleans(),
    taken_at=ANY,
    paused_until=ANY,
    blocked=st.integers(),
    cut_at=ANY,
    success_at=ANY,
    stepped_at=ANY,
    calm=st.integers(),
    limited=st.booleans(),
    oldest=ANY,
    seen_at=ANY,
    updated=st.floats(900, 1000),
)


@given(STATES, st.none() | st.floats(0, 1e9))
def test_no_state_makes_anybody_wait_for_ever(state: LimiterState, asked_s: float | None) -> None:
    """Whatever a damaged file claims: if it is believed at all, the longest wait is five minutes."""
    now = 1000.0
    known = state if state.is_current(now) else fresh(now)
    known = aimd.throttled(known, now, taken_at=now, chance=0.9, retry_after_s=asked_s)
    known = aimd.restarted(aimd.succeeded(known, now), now, 1.0)
    known, wait_s = aimd.take(known, now, since=now)
    assert 0 <= wait_s <= 300
    assert aimd.MIN_RPS <= known.rate <= aimd.MAX_RPS
    assert known.is_current(now)


def test_a_shorter_pause_does_not_shorten_a_longer_one() -> None:
    """The service asked one request to wait a minute and then another for a second."""
    state = aimd.throttled(fresh(100.0, 5.0), 101.0, taken_at=100.8, chance=0.5, retry_after_s=60.0)
    state = aimd.throttled(state, 102.0, taken_at=100.9, chance=0.5, retry_after_s=1.0)
    assert state.paused_until == 161.0


def grown(state: LimiterState, after_s: float) -> float:
    """The rate when a request of callers that had to wait goes well so much later."""
    return aimd.succeeded(replace(state, limited=True), state.stepped_at + after_s).rate


@pytest.mark.parametrize(("rate", "step_s"), [(10.0, 1.0), (2.0, 1.0), (1.0, 2.0), (0.5, 4.0)])
def test_after_a_cut_there_is_a_step_a_second(rate: float, step_s: float) -> None:
    """Or one every two requests, whichever is longer."""
    state = replace(fresh(100.0, rate), ceiling=20.0, doubling=False)
    assert grown(state, step_s - 0.01) == rate
    assert grown(state, step_s) > rate


def test_it_returns_quickly_and_then_feels_its_way() -> None:
    """Near the ceiling a step is small, and larger only the longer it was calm."""
    state = replace(fresh(100.0, 19.5), ceiling=20.0, doubling=False)
    steps = [grown(replace(state, calm=calm), 1.0) - state.rate for calm in (0, 29, 30, 59, 60)]
    assert 0 < steps[0] == steps[1] < steps[2] == steps[3] < steps[4]
    far = grown(replace(state, rate=10.0), 1.0) - 10
    assert far == grown(replace(state, rate=12.0), 1.0) - 12 > steps[0]


def test_each_step_needs_a_caller_that_had_to_wait() -> None:
    state = replace(fresh(100.0, 10.0), ceiling=20.0, doubling=False, limited=True)
    state = aimd.succeeded(state, 101.0)
    assert state.rate > 10
    assert (state.calm, state.stepped_at) == (1, 101.0)
    assert aimd.succeeded(state, 102.0).rate == state.rate


def test_within_a_second_it_is_cut_once() -> None:
    """Requests that were sent before the cut took effect speak of the same limit."""
    state = replace(fresh(100.0, 10.0), success_at=100.5)
    cut = aimd.throttled(state, 101.0, taken_at=100.8, chance=0.5)
    cut = replace(cut, success_at=101.4)
    soon = aimd.throttled(cut, 101.9, taken_at=101.5, chance=0.5)
    assert (soon.rate, soon.blocked) == (cut.rate, 1)
    later = aimd.throttled(cut, 102.0, taken_at=101.5, chance=0.5)
    assert later.rate < cut.rate
