"""One phase of a synthesis: who is told of what, and what an error takes along."""

from __future__ import annotations

import gc
import weakref

import pytest

from qwentts_cli.errors import LocalError, NetworkError, QwenTTSError, RejectedError
from qwentts_cli.synthesis.attempts import Attempts
from qwentts_cli.synthesis.breaker import Breaker
from tests.virtual_time import VirtualTime


class Body(bytearray):
    """What was downloaded; unlike bytes it can be watched."""


def attempts(noted: list[QwenTTSError]) -> Attempts:
    timing = VirtualTime().timing()
    return Attempts(Breaker("api.example", timing=timing), None, timing, on_failure=noted.append)


def test_every_failure_is_told() -> None:
    """The last one too, which nothing follows; a success is none."""
    noted: list[QwenTTSError] = []

    def fail() -> None:
        raise NetworkError("broken")

    with pytest.raises(NetworkError) as raised:
        attempts(noted).run(fail)
    assert len(noted) == 5
    assert noted[-1] is raised.value
    attempts(noted).run(lambda: None)
    assert len(noted) == 5


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
        attempts([]).run(fail)
    gc.collect()
    assert raised.value
    assert [body() for body in bodies] == [None]


def test_the_host_is_not_blamed_for_this_machine() -> None:
    """A lack of files or space neither opens the breaker nor closes it."""
    changes: list[bool] = []
    timing = VirtualTime().timing()
    breaker = Breaker("api.example", timing=timing, on_change=changes.append)

    def fail() -> None:
        error = LocalError("too many open files")
        error.retryable = True
        raise error

    for _ in range(10):
        with pytest.raises(LocalError):
            Attempts(breaker, None, timing).run(fail)
    assert changes == []
    for _ in range(20):
        breaker.failed()
    with pytest.raises(LocalError):
        Attempts(breaker, None, timing).run(fail)
    assert changes == [True]
