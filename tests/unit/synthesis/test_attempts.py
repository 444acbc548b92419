"""One phase of a synthesis: what is repeated, who is blamed, and what an error takes along."""

from __future__ import annotations

import gc
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from qwentts_cli.errors import LocalError, NetworkError, RejectedError, Throttled, Unreachable
from qwentts_cli.synthesis.attempts import Attempts
from qwentts_cli.synthesis.breaker import Breaker
from qwentts_cli.synthesis.limiter import RateLimiter
from tests.listener import Listener
from tests.virtual_time import VirtualTime

if TYPE_CHECKING:
    from collections.abc import Callable


class Body(bytearray):
    """What was downloaded; unlike bytes it can be watched."""


def attempts() -> Attempts:
    timing = VirtualTime().timing()
    return Attempts(breaker=Breaker("api.example", timing=timing), timing=timing)


def test_nothing_is_repeated_that_has_had_an_effect() -> None:
    """A sound that was heard is not begun again, however passing the fault."""
    calls = []

    def fail() -> None:
        calls.append(1)
        raise NetworkError("broken")

    with pytest.raises(NetworkError):
        attempts().run(fail, may_repeat=lambda: len(calls) < 2)
    assert len(calls) == 2


def test_an_error_does_not_keep_what_was_downloaded() -> None:
    """A batch keeps its errors to the end, and each came through frames that held a body."""
    bodies = []

    def fail() -> None:
        body = Body(b"RIFF")
        bodies.append(weakref.ref(body))
        try:
            int("no number")
        except ValueError as error:
            raise RejectedError("no sound") from error

    with pytest.raises(RejectedError, match="no sound") as raised:
        attempts().run(fail)
    gc.collect()
    assert raised.value
    assert [body() for body in bodies] == [None]


def test_the_host_is_not_blamed_for_this_machine() -> None:
    """A lack of files or space neither opens the breaker nor closes it."""
    listener = Listener()
    timing = VirtualTime().timing()
    breaker = Breaker("api.example", timing=timing, observer=listener)

    def fail() -> None:
        error = LocalError("too many open files")
        error.retryable = True
        raise error

    for _ in range(10):
        with pytest.raises(LocalError):
            Attempts(breaker=breaker, timing=timing).run(fail)
    assert listener.hosts == []
    for _ in range(20):
        breaker.failed(NetworkError("broken"))
    with pytest.raises(LocalError):
        Attempts(breaker=breaker, timing=timing).run(fail)
    assert listener.hosts == [True]


def test_once_something_went_well_it_is_tried_more_often() -> None:
    """Whoever typed a command waits for its first answer; a run that works deserves patience."""
    tries = attempts()
    calls = []

    def fail() -> None:
        calls.append(1)
        raise NetworkError("broken")

    with pytest.raises(NetworkError):
        tries.run(fail)
    assert tries.run(lambda: "sound") == "sound"
    with pytest.raises(NetworkError):
        tries.run(fail)
    assert len(calls) == 5 + 10


def test_what_cannot_be_reached_is_waited_for_if_asked_to() -> None:
    """Such a try costs nothing, but whoever did not ask for the wait wants to hear of the failure."""
    failures = [Unreachable("no network")] * 15
    with pytest.raises(Unreachable):
        attempts().run(fail_first(*failures))
    waiting = replace(attempts(), waits_for_network=True)
    assert waiting.run(fail_first(*failures)) == "sound"


def fail_first(*errors: Exception) -> Callable[[], str]:
    failures = iter(errors)

    def call() -> str:
        for failure in failures:
            raise failure
        return "sound"

    return call


def rate_after(code: str) -> float:
    """What is allowed after two answers at ten a second, and one that was throttled."""
    time = VirtualTime()
    limiter = RateLimiter(timing=time.timing(), start_rps=10)
    tries = Attempts(
        breaker=Breaker("api.example", timing=time.timing()), limiter=limiter, timing=time.timing()
    )
    for call in (lambda: "sound", fail_first(RejectedError("no"))):
        time.now += 5
        with suppress(RejectedError):
            tries.run(call)
        assert limiter.since_success_s() == 0
    time.now += 5
    tries.run(fail_first(Throttled("slow down", service_code=code)))
    return limiter.allowed_rps()


def test_the_limiter_hears_of_what_was_throttled() -> None:
    """It also hears of a rate that grew too quickly, and of each answer that was not throttled."""
    assert rate_after("Throttling.BurstRate") < rate_after("Throttling") < 10


def test_after_an_outage_the_rate_begins_anew() -> None:
    """Otherwise all that has waited would cause the next one."""
    time = VirtualTime()
    limiter = RateLimiter(timing=time.timing(), start_rps=10)
    breaker = Breaker("api.example", timing=time.timing())
    tries = Attempts(breaker=breaker, limiter=limiter, timing=time.timing())
    tries.run(lambda: "sound")
    assert limiter.allowed_rps() == 10
    for _ in range(20):
        breaker.failed(NetworkError("broken"))
    tries.run(lambda: "sound")
    assert limiter.allowed_rps() == 1


def test_what_is_throttled_is_borne_while_others_succeed() -> None:
    """The limiter knows of them, in whichever process they are."""
    time = VirtualTime()
    limiter = RateLimiter(timing=time.timing())
    tries = Attempts(
        breaker=Breaker("api.example", timing=time.timing()), limiter=limiter, timing=time.timing()
    )
    began = time.now

    def call() -> str:
        limiter.succeeded()
        if time.now < began + 700:
            raise Throttled("slow down")
        return "sound"

    assert tries.run(call) == "sound"
