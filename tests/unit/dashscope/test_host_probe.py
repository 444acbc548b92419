"""What a host makes of a key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from qwentts_cli.dashscope.endpoint import custom_endpoint
from qwentts_cli.dashscope.host_probe import HostAnswer, Verdict, ask_host
from qwentts_cli.dashscope.transport.session import Timeouts
from qwentts_cli.settings.credentials import ApiKey
from tests.reliability.raw_server import answering, http, serving

KEY = "sk-canary0123456789"
NO_WORKSPACE = b'{"code":"Workspace.AccessDenied"}'


def ask(answer: bytes) -> HostAnswer:
    with serving(answering(answer)) as server:
        answered = ask_host(custom_endpoint(server.base_url), ApiKey(KEY, "x"), Timeouts())
    assert f"Bearer {KEY}".encode() in server.requests[0]
    assert server.requests[0].startswith(b"GET /api/v1/models?")
    return answered


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, b"{}", Verdict.TAKEN),
        (299, b"{}", Verdict.TAKEN),
        (200, b"<html>", Verdict.UNREACHABLE),
        (300, b"", Verdict.UNREACHABLE),
        (302, b"", Verdict.UNREACHABLE),
        (400, b'{"code":"NOT AUTHORIZED"}', Verdict.OTHER_WORKSPACE),
        (401, NO_WORKSPACE, Verdict.OTHER_WORKSPACE),
        (401, b"", Verdict.REFUSED),
        (400, b'{"code":"InvalidApiKey"}', Verdict.REFUSED),
        (404, b"", Verdict.NO_LIST),
        (405, b"", Verdict.NO_LIST),
        (400, b"", Verdict.FAILED),
        (500, b"", Verdict.FAILED),
    ],
)
def test_what_an_answer_says_of_the_key(status: int, body: bytes, verdict: Verdict) -> None:
    """What is no answer of this service says nothing of it."""
    answered = ask(http(body, status=f"{status} X"))
    assert answered.verdict is verdict
    assert (answered.error is None) == (verdict is Verdict.TAKEN)


@pytest.mark.parametrize("status", ["200 X", "401 X"])
def test_a_clock_is_compared_with_the_hosts(status: str) -> None:
    """In seconds that this one is ahead."""
    told, before = datetime(2026, 8, 5, 10, 0, tzinfo=UTC), datetime.now(UTC)
    clock_s = ask(http(b"{}", f"Date: {format_datetime(told, usegmt=True)}", status=status)).clock_s
    assert clock_s is not None
    assert before <= told + timedelta(seconds=clock_s) <= datetime.now(UTC)
    assert ask(http(b"{}", status=status)).clock_s is None


def test_who_is_not_there_is_told_from_who_refuses() -> None:
    with serving(answering()) as server:
        endpoint = custom_endpoint(server.base_url)
    answered = ask_host(endpoint, ApiKey(KEY, "x"))
    assert answered.verdict is Verdict.UNREACHABLE
    assert answered.error
