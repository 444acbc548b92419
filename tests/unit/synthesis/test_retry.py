from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from qwentts_cli.errors import (
    ExitCode,
    LocalError,
    NetworkError,
    QuotaError,
    QwenTTSError,
    RejectedError,
    Throttled,
    Unreachable,
)
from qwentts_cli.synthesis.retry import BATCH, SINGLE, RetryPolicy, RetryState, retry
from qwentts_cli.synthesis.timing import Cancelled, Timing
from tests.listener import Listener
from tests.virtual_time import VirtualTime

if TYPE_CHECKING:
    from collections.abc import Iterable


class Script:
    """A call that fails with each of `errors` in turn and then returns "audio"."""

    def __init__(self, errors: Iterable[QwenTTSError]) -> None:
        self._errors = iter(errors)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        for error in self._errors:
            raise error
        return "audio"


def throttled(retry_after_s: float | None = None, code: str = "Throttling") -> Throttled:
    return Throttled(
        "the rate limit is reached", retry_after_s=retry_after_s, service_code=code, request_id="r-1"
    )


def lost_answer() -> NetworkError:
    return NetworkError("no answer", maybe_billed=True)


@pytest.mark.parametrize(("policy", "attempts"), [(SINGLE, 5), (BATCH, 10)])
@pytest.mark.parametrize("kind", [NetworkError, Unreachable])
def test_attempts_are_bounded(policy: RetryPolicy, attempts: int, kind: type[NetworkError]) -> None:
    """So many transient failures in a row are final, one fewer is not."""
    time = VirtualTime()
    enough = Script([kind("reset")] * (attempts - 1))
    assert retry(enough, policy, timing=time.timing()) == "audio"
    script = Script([kind("reset")] * attempts)
    with pytest.raises(kind, match="reset"):
        retry(script, policy, timing=time.timing())
    assert script.calls == attempts


@pytest.mark.parametrize("error", [RejectedError("no"), LocalError("disk full"), QuotaError("arrears")])
def test_final_errors_are_not_repeated(error: QwenTTSError) -> None:
    """What a repetition cannot mend is raised at once."""
    time = VirtualTime()
    script = Script([error])
    with pytest.raises(type(error)):
        retry(script, BATCH, timing=time.timing())
    assert (script.calls, time.waits) == (1, [])


def test_throttled_answers_use_no_attempts() -> None:
    """A rate limit never loses an item: hundreds of throttled answers are borne, between failures too."""
    time = VirtualTime()
    errors: list[QwenTTSError] = [throttled() for _ in range(300)] + [NetworkError("reset")] * 9
    assert retry(Script(errors), BATCH, timing=time.timing()) == "audio"


def test_throttled_for_ten_minutes_is_final() -> None:
    """Throttled answers alone are given up after ten minutes, as a quota error that says what happened."""
    time = VirtualTime()
    script = Script(throttled() for _ in range(10_000))
    with pytest.raises(Throttled, match="rate limit") as raised:
        retry(script, SINGLE, timing=time.timing())
    assert 600 <= time.now - 1000 <= 660
    assert raised.value.exit_code is ExitCode.QUOTA


def test_quota_that_does_not_clear_is_final_sooner() -> None:
    """An answer that speaks of a quota is believed after two minutes without a success."""
    time = VirtualTime()
    script = Script(throttled(code="Throttling.AllocationQuota") for _ in range(10_000))
    with pytest.raises(Throttled):
        retry(script, SINGLE, timing=time.timing())
    assert 120 <= time.now - 1000 <= 180


def test_success_of_others_keeps_patience() -> None:
    """While other items come through, a throttled one is never given up."""
    time = VirtualTime()
    script = Script(throttled() for _ in range(200))
    assert retry(script, SINGLE, timing=time.timing(), since_success_s=lambda: 5.0) == "audio"
    assert time.now - 1000 > 600


@pytest.mark.parametrize(("policy", "resends"), [(SINGLE, 2), (BATCH, 4)])
def test_resends_that_may_cost_are_bounded(policy: RetryPolicy, resends: int) -> None:
    """Requests that may have been billed are sent again less often than others."""
    time = VirtualTime()
    script = Script(lost_answer() for _ in range(20))
    with pytest.raises(NetworkError, match="no answer"):
        retry(script, policy, timing=time.timing())
    assert script.calls == resends + 1


def test_pauses_are_bounded_in_all() -> None:
    """The pauses of a single call never exceed two minutes, however many attempts are left."""
    policy = RetryPolicy(attempts=1000, pauses_s=120, backoff_cap_s=20, resends=2)
    time = VirtualTime()
    with pytest.raises(NetworkError):
        retry(Script([NetworkError("reset")] * 1000), policy, timing=time.timing())
    assert 100 <= time.now - 1000 <= 120


@pytest.mark.parametrize("policy", [SINGLE, BATCH])
@pytest.mark.parametrize("asked_s", [0.0, 5.0, 300.0])
def test_retry_after_is_obeyed(policy: RetryPolicy, asked_s: float) -> None:
    """The pause is what the service asked for, and at most 1.5 s longer."""
    time = VirtualTime()
    for _ in range(200):
        retry(Script([throttled(asked_s)]), policy, timing=time.timing())
    assert asked_s <= min(time.waits)
    assert max(time.waits) <= asked_s + (2.0 if asked_s == 0 else 1.5)
    assert max(time.waits) - min(time.waits) > 0.5


def test_long_retry_after_is_final_and_says_until_when() -> None:
    """Over five minutes the tool does not sit and wait; it names the time to come back."""
    time = VirtualTime()
    with pytest.raises(QuotaError, match=r"until \d{4}-\d\d-\d\d \d\d:\d\d$") as raised:
        retry(Script([throttled(86_400)]), BATCH, timing=time.timing())
    assert not raised.value.retryable
    assert raised.value.request_id == "r-1"
    with pytest.raises(QuotaError, match=r"until \d\d:\d\d$"):
        retry(Script([throttled(301)]), BATCH, timing=time.timing())
    with pytest.raises(QuotaError, match=r"until \d\d:\d\d$"):
        retry(Script([throttled(86_399)]), BATCH, timing=time.timing())
    assert time.waits == []


@pytest.mark.parametrize("policy", [SINGLE, BATCH])
def test_backoff_is_full_jitter(policy: RetryPolicy) -> None:
    """The k-th pause is uniform from 0 to min(cap, 0.5 * 2^(k-1)), by mean and distribution."""
    draws = 3_000
    rolls = random.Random(7)
    pauses: list[list[float]] = [[] for _ in range(policy.attempts - 1)]
    timing = Timing(now=lambda: 0.0, wait=lambda _s: None, chance=rolls.random)
    for _ in range(draws):
        errors = [NetworkError("reset")] * (policy.attempts - 1)
        listener = Listener()
        retry(Script(errors), policy, timing=timing, observer=listener)
        for _, number, pause_s in listener.repeated:
            pauses[number - 1].append(pause_s)
    for index, sample in enumerate(pauses):
        limit = min(policy.backoff_cap_s, 0.5 * 2**index)
        assert sum(sample) / draws == pytest.approx(limit / 2, rel=0.03)
        distance = max(abs((i + 1) / draws - pause / limit) for i, pause in enumerate(sorted(sample)))
        assert distance < 1.95 / math.sqrt(draws)  # Kolmogorov-Smirnov, p > 0.001


def test_throttle_pauses_have_a_floor() -> None:
    """A single call that is throttled pauses between 0.2 s and min(60, 2^(k-1)) s."""
    time = VirtualTime()
    retry(Script(throttled() for _ in range(12)), SINGLE, timing=time.timing())
    assert min(time.waits) >= 0.2
    assert all(wait <= min(60, 2**k) for k, wait in enumerate(time.waits))
    assert max(time.waits) > 8


def test_batch_leaves_throttling_to_the_limiter() -> None:
    """In a batch the shared limiter paces; the loop itself adds nothing."""
    time = VirtualTime()
    retry(Script([throttled(), throttled()]), BATCH, timing=time.timing())
    assert sum(time.waits) == 0


def test_observer_is_told_before_the_pause() -> None:
    """Each repetition is announced with its error and pause, and nothing after the last failure."""
    time = VirtualTime()
    waits: list[int] = []
    failure = NetworkError("reset")
    errors = [failure] * 5

    class Counting(Listener):
        def attempt_repeated(self, error: QwenTTSError, *, number: int, pause_s: float) -> None:
            waits.append(len(time.waits))
            super().attempt_repeated(error, number=number, pause_s=pause_s)

    listener = Counting()
    with pytest.raises(NetworkError):
        retry(Script(errors), SINGLE, timing=time.timing(0.5), observer=listener)
    assert listener.repeated == [(failure, number, 0.25 * 2 ** (number - 1)) for number in range(1, 5)]
    assert waits == [0, 1, 2, 3]


def test_cancel_ends_the_pause() -> None:
    """What the wait raises leaves the loop: nothing is called again."""

    def wait(_seconds: float) -> None:
        raise Cancelled

    script = Script([NetworkError("reset")] * 3)
    with pytest.raises(Cancelled):
        retry(script, BATCH, timing=Timing(wait=wait))
    assert script.calls == 1


WAITING = replace(SINGLE, waits_for_network=True)


def test_whoever_waits_for_the_network_waits_for_long() -> None:
    """What never left this machine costs nothing, so it may be tried for hours; pauses stay short."""
    time = VirtualTime()
    no_network = [Unreachable("cannot resolve the host")] * 2000
    assert retry(Script([*no_network, NetworkError("reset")]), WAITING, timing=time.timing()) == "audio"
    assert time.now - 1000 > 3600
    assert max(time.waits) <= WAITING.backoff_cap_s


def test_what_may_be_billed_is_not_tried_for_ever() -> None:
    """A connection that broke off on the way is another matter than none."""
    broken = [Unreachable("no route to host", maybe_billed=True)] * 9
    script = Script(broken)
    with pytest.raises(Unreachable):
        retry(script, WAITING, timing=VirtualTime().timing())
    assert script.calls == 1 + WAITING.resends


def test_patience_with_throttling_begins_anew_after_another_failure() -> None:
    """What was throttled, reached something else and is throttled again was not throttled all the time."""
    time = VirtualTime()
    policy = replace(SINGLE, throttle_patience_s=100.0)
    trial = RetryState(policy, time.timing(0.0), lambda: math.inf)
    trial.pause_after(throttled())
    time.now += 99
    trial.pause_after(NetworkError("reset"))
    time.now += 2
    trial.pause_after(throttled())
    time.now += 99
    trial.pause_after(throttled())
    time.now += 1
    with pytest.raises(Throttled):
        trial.pause_after(throttled())


@pytest.mark.parametrize("policy", [SINGLE, replace(BATCH, throttle_cap_s=60)])
def test_pauses_double_up_to_a_cap(policy: RetryPolicy) -> None:
    """A pause after a throttled answer begins with a second and ends with a minute."""
    assert [policy.throttle_limit_s(answers) for answers in (1, 2, 3, 6, 7, 99)] == [1, 2, 4, 32, 60, 60]
    assert [policy.backoff_limit_s(failures) for failures in (1, 2, 6)] == [0.5, 1, 16]
    assert policy.backoff_limit_s(99) == policy.backoff_cap_s


def test_pauses_begin_anew_after_a_failure_of_another_kind() -> None:
    """One kind of failure says nothing of the other."""
    trial = RetryState(SINGLE, VirtualTime().timing(1.0), lambda: math.inf)
    pauses = [trial.pause_after(throttled()) for _ in range(3)]
    trial.pause_after(NetworkError("reset"))
    assert [*pauses, trial.pause_after(throttled())] == [1, 2, 4, 1]
    waiting = RetryState(WAITING, VirtualTime().timing(1.0), lambda: math.inf)
    pauses = [waiting.pause_after(Unreachable("no network")) for _ in range(3)]
    waiting.pause_after(NetworkError("reset"))
    assert [*pauses, waiting.pause_after(Unreachable("no network"))] == [0.5, 1, 2, 0.5]


@pytest.mark.parametrize(("policy", "calls"), [(SINGLE, 3), (BATCH, 6)])
def test_what_seldom_gets_better_is_tried_less_often(policy: RetryPolicy, calls: int) -> None:
    """Twice as often where other calls succeed, since then it may be a passing fault."""
    script = Script([NetworkError("a page", most_attempts=3)] * 20)
    with pytest.raises(NetworkError):
        retry(script, policy, timing=VirtualTime().timing())
    assert script.calls == calls
