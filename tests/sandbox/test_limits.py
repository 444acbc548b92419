from __future__ import annotations

from contextlib import suppress

import pytest

from qwentts_cli.sandbox.http.reply import ServiceError
from qwentts_cli.sandbox.rate_limit import RateLimit
from qwentts_cli.sandbox.server import Sandbox
from tests.sandbox.raw_http import say


def passed(limit: RateLimit, attempts: int) -> int:
    """How many of so many attempts at one moment get through."""
    count = 0
    for _ in range(attempts):
        with suppress(ServiceError):
            limit.take()
            count += 1
    return count


def test_a_burst_and_then_the_rate() -> None:
    """The bucket holds `burst`, refills at rpm / 60 a second, and never holds more."""
    now = [100.0]
    limit = RateLimit(120, 5, clock=lambda: now[0])
    assert passed(limit, 9) == 5
    now[0] += 0.5
    assert passed(limit, 9) == 1
    now[0] += 1.5
    assert passed(limit, 9) == 3
    now[0] += 3600
    assert passed(limit, 9) == 5


@pytest.mark.parametrize(("rpm", "burst"), [(180, 3), (10, 1), (600, 10)])
def test_without_a_burst_a_second_is_one(rpm: int, burst: int) -> None:
    """The service enforces its rate by the second."""
    assert passed(RateLimit(rpm, clock=lambda: 0.0), 50) == burst


def test_no_limit_without_rpm() -> None:
    """By default nothing is limited."""
    assert passed(RateLimit(None, 1, clock=lambda: 0.0), 1_000) == 1_000


@pytest.mark.parametrize(("rpm", "burst"), [(0, None), (-1, None), (5, 0)])
def test_a_limit_below_one_is_refused(rpm: int, burst: int | None) -> None:
    """It would never let anything pass."""
    with pytest.raises(ValueError, match="at least 1"):
        RateLimit(rpm, burst)


def test_the_server_enforces_it() -> None:
    """Over real sockets: the burst passes, the rest is 429 in the service's words and not billed."""
    with Sandbox(voice_engine="tones", rpm=1, burst=2) as sandbox:
        answers = [say(sandbox), say(sandbox), say(sandbox), say(sandbox, stream=True)]
        assert [answer.status for answer in answers] == [200, 200, 429, 429]
        assert answers[2].json["code"] == "Throttling.RateQuota"
        assert answers[2].json["message"] == "Requests rate limit exceeded, please try again later."
        assert [record.billed for record in sandbox.ledger] == [2, 2, 0, 0]
