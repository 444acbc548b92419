"""One phase of a synthesis: what is repeated, who is blamed, and what an error takes along."""

from __future__ import annotations

import gc
import weakref

import pytest

from qwentts_cli.errors import LocalError, NetworkError, RejectedError
from qwentts_cli.synthesis.attempts import Attempts
from qwentts_cli.synthesis.breaker import Breaker
from tests.listener import Listener
from tests.virtual_time import VirtualTime


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
