from __future__ import annotations

import threading
from itertools import pairwise

import pytest

from qwentts_cli.errors import ExitCode, NetworkError
from qwentts_cli.synthesis.breaker import ENDLESS, Breaker, HostDown, Patience
from qwentts_cli.synthesis.timing import Cancelled, Timing
from tests.listener import Listener
from tests.virtual_time import VirtualTime

BROKEN = NetworkError("no such host")


def open_breaker(time: VirtualTime) -> Breaker:
    breaker = Breaker("api.example", timing=time.timing())
    for _ in range(20):
        breaker.failed(BROKEN)
    return breaker


def test_opens_after_twenty_failures_in_a_row() -> None:
    """Nineteen failures and a success change nothing; twenty in a row do."""
    listener = Listener()
    time = VirtualTime()
    breaker = Breaker("api.example", timing=time.timing(), observer=listener)
    for _ in range(19):
        breaker.failed(BROKEN)
    breaker.succeeded()
    for _ in range(19):
        breaker.failed(BROKEN)
    breaker.admit()
    assert (time.waits, listener.hosts) == ([], [])
    breaker.failed(BROKEN)
    assert breaker.is_open
    assert listener.hosts == [True]


def test_opens_after_half_a_minute_of_slow_failures() -> None:
    """Ten failures in a row suffice when they took half a minute: with one worker, twenty take too long."""
    time = VirtualTime()
    breaker = Breaker("api.example", timing=time.timing())
    for _ in range(9):
        breaker.failed(BROKEN)
        time.now += 3.8
    breaker.admit()
    assert time.waits == []
    breaker.failed(BROKEN)
    breaker.admit()
    assert sum(time.waits) >= 4


def test_ten_quick_failures_are_no_outage() -> None:
    time = VirtualTime()
    breaker = Breaker("api.example", timing=time.timing())
    for _ in range(10):
        breaker.failed(BROKEN)
        time.now += 3.3
    assert not breaker.is_open
    breaker.failed(BROKEN)
    assert breaker.is_open


@pytest.mark.parametrize(("chance", "factor"), [(0.0, 0.8), (0.5, 1.0), (0.999, 1.2)])
def test_probes_become_rare(chance: float, factor: float) -> None:
    """In an outage one request is let through after 5, 10, 20, 40, 60, 60 s, give or take a fifth."""
    time = VirtualTime()
    breaker = Breaker("api.example", timing=time.timing(chance))
    for _ in range(20):
        breaker.failed(BROKEN)
    admitted = [time.now]
    for _ in range(7):
        breaker.admit()
        admitted.append(time.now)
        breaker.failed(BROKEN)
    gaps = [later - sooner for sooner, later in pairwise(admitted)]
    for gap, pause_s in zip(gaps, [5, 10, 20, 40, 60, 60, 60], strict=True):
        assert gap == pytest.approx(factor * pause_s, rel=1e-3)


def test_only_one_probe_at_a_time() -> None:
    """Of many workers that wait, one probes; the next waits for the next probe."""
    time = VirtualTime()
    breaker = open_breaker(time)
    breaker.admit()
    first = time.now
    breaker.admit()
    assert time.now - first >= 8


def test_success_closes_and_is_told_once() -> None:
    """One success closes it for everybody; the change is told once each way."""
    listener = Listener()
    time = VirtualTime()
    breaker = Breaker("api.example", timing=time.timing(), observer=listener)
    for _ in range(30):
        breaker.failed(BROKEN)
    breaker.admit()
    breaker.succeeded()
    breaker.succeeded()
    waits = len(time.waits)
    breaker.admit()
    assert len(time.waits) == waits
    assert listener.hosts == [True, False]


def test_waiting_workers_notice_that_it_closed() -> None:
    """A worker waiting for a probe that is a minute away goes on as soon as another's probe succeeds."""
    time = VirtualTime()
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        time.now += seconds
        if len(waited) == 3:
            breaker.succeeded()

    breaker = Breaker("api.example", timing=Timing(now=lambda: time.now, wait=wait, chance=lambda: 0.5))
    for _ in range(20):
        breaker.failed(BROKEN)
    breaker.admit()
    assert sum(waited) <= 1.5


def test_gives_up_after_ten_minutes() -> None:
    """After ten minutes the run ends with a network error that is not retried."""
    time = VirtualTime()
    breaker = open_breaker(time)

    def probe_for_ever() -> None:
        while True:
            breaker.admit()
            breaker.failed(BROKEN)

    with pytest.raises(HostDown, match=r"api\.example") as raised:
        probe_for_ever()
    assert 600 <= time.now - 1000 < 601
    assert raised.value.exit_code is ExitCode.NETWORK
    assert not raised.value.retryable


def fail_until_given_up(breaker: Breaker, time: VirtualTime, *, every_s: float) -> HostDown:
    while True:
        try:
            breaker.admit()
        except HostDown as error:
            return error
        time.now += every_s
        breaker.failed(BROKEN)


@pytest.mark.parametrize("every_s", [0.0, 1.0, 3.0])
def test_what_has_never_answered_is_given_up_sooner(every_s: float) -> None:
    """However fast the failures are; the cause is told, and how to have it wait longer."""
    time = VirtualTime()
    breaker = Breaker("api.example", patience=Patience(at_first_s=60), timing=time.timing())
    error = fail_until_given_up(breaker, time, every_s=every_s)
    assert 60 <= time.now - 1000 < 65
    assert error.message == "api.example has not answered for 1 minute: no such host"
    assert "--wait-network" in error.hint


def test_what_has_answered_is_waited_for_longer() -> None:
    """An outage in the middle of a long run is no reason to end it."""
    time = VirtualTime()
    breaker = Breaker("api.example", patience=Patience(1800, at_first_s=60), timing=time.timing())
    breaker.succeeded()
    error = fail_until_given_up(breaker, time, every_s=1.0)
    assert time.now - 1000 >= 1800
    assert "for 30 minutes" in error.message


def test_whoever_wants_it_waits_for_days() -> None:
    time = VirtualTime()
    breaker = Breaker("api.example", patience=ENDLESS, timing=time.timing())
    while time.now < 2 * 86_400:
        breaker.failed(BROKEN)
        breaker.admit()


def test_total_outage_costs_few_requests() -> None:
    """An outage of two minutes met by 32 workers costs at most 60 requests."""
    time = VirtualTime()
    breaker = Breaker("api.example", timing=time.timing())
    requests = 32
    for _ in range(32):  # all workers have a request under way when the host goes down
        breaker.failed(BROKEN)
    while True:
        breaker.admit()
        if time.now > 1120:
            break
        requests += 1
        breaker.failed(BROKEN)
    assert requests <= 60


def test_cancel_ends_the_wait() -> None:
    """What the wait raises leaves `admit`."""

    def wait(_seconds: float) -> None:
        raise Cancelled

    breaker = Breaker("api.example", timing=Timing(now=lambda: 0.0, wait=wait))
    for _ in range(20):
        breaker.failed(BROKEN)
    with pytest.raises(Cancelled):
        breaker.admit()


def test_threads_agree_on_the_opening() -> None:
    """However many workers fail at once, the opening is told once."""
    listener = Listener()
    breaker = Breaker("api.example", observer=listener)
    threads = [threading.Thread(target=breaker.failed, args=(BROKEN,)) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert listener.hosts == [True]


def test_a_second_outage_is_probed_as_the_first_was() -> None:
    """After five seconds, not after the minute that the first one came to."""
    time = VirtualTime()
    breaker = open_breaker(time)
    for _ in range(6):
        breaker.admit()
        breaker.failed(BROKEN)
    breaker.succeeded()
    for _ in range(20):
        breaker.failed(BROKEN)
    began = time.now
    breaker.admit()
    assert 4 <= time.now - began <= 6.01


def test_a_probe_goes_when_its_time_has_come() -> None:
    """Not up to half a second later, which is the longest single wait."""
    time = VirtualTime()
    breaker = Breaker("api.example", timing=time.timing(0.3))
    for _ in range(20):
        breaker.failed(BROKEN)
    breaker.admit()
    assert sum(time.waits) == pytest.approx(4.6, abs=1e-3)
