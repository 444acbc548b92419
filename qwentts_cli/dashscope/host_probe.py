"""Asking a host whether it takes a key, by a question that costs nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum, auto
from typing import TYPE_CHECKING

import requests
from msgspec import Struct

from qwentts_cli.dashscope.client import read_start, receive_refusal
from qwentts_cli.dashscope.errors import service_error
from qwentts_cli.dashscope.refusal import Asked, Refusal, is_web_page, web_page_error
from qwentts_cli.dashscope.transport.retry_after import parse_date
from qwentts_cli.dashscope.transport.session import BearerAuth, Timeouts, exchange, open_session
from qwentts_cli.dashscope.wire import parse_document
from qwentts_cli.errors import QwenTTSError

if TYPE_CHECKING:
    from qwentts_cli.dashscope.endpoint import Endpoint
    from qwentts_cli.settings.credentials import ApiKey

_QUESTION = "/models?capabilities=TTS&page_no=1&page_size=1"
PROBE_TIMEOUTS = Timeouts(total=15.0, connect=5.0, first_byte=10.0, idle=10.0)


class Verdict(Enum):
    """What a host made of the key."""

    TAKEN = auto()
    REFUSED = auto()
    OTHER_WORKSPACE = auto()
    NO_LIST = auto()  # the host does not know the question, so it says nothing of the key
    UNREACHABLE = auto()  # nothing that speaks this API answered
    FAILED = auto()


class HostAnswer(Struct, frozen=True, kw_only=True):
    """`clock_s` is how far this machine's clock is ahead of the host's, where the host told its time."""

    endpoint: Endpoint
    verdict: Verdict
    error: QwenTTSError | None = None
    clock_s: float | None = None


def ask_host(endpoint: Endpoint, key: ApiKey, timeouts: Timeouts = PROBE_TIMEOUTS) -> HostAnswer:
    """Ask `endpoint` for its models (GET /models); this sends it the key.

    Raises:
        UsageError: what the environment says of proxies and certificates cannot be used.
    """
    url = endpoint.base_url + _QUESTION
    clock_s = None
    with open_session(url, is_loopback=endpoint.is_loopback) as session:
        try:
            request = requests.Request("GET", url, auth=BearerAuth(key.secret))
            with exchange(session, request, timeouts) as arriving:
                clock_s = _clock_ahead(arriving.headers.get("Date", ""))
                if 200 <= arriving.status < 300:  # noqa: PLR2004 - a redirect is no answer
                    _check_list(read_start(arriving), arriving.status, endpoint)
                    return HostAnswer(endpoint=endpoint, verdict=Verdict.TAKEN, clock_s=clock_s)
                refusal = receive_refusal(arriving)
        except QwenTTSError as error:
            return HostAnswer(endpoint=endpoint, verdict=Verdict.UNREACHABLE, error=error, clock_s=clock_s)
    told = service_error(refusal, _asked(endpoint, key))
    return HostAnswer(endpoint=endpoint, verdict=_verdict(refusal), error=told, clock_s=clock_s)


def _check_list(said: bytes, status: int, endpoint: Endpoint) -> None:
    if is_web_page(said):
        raise web_page_error(status, endpoint.label)
    parse_document(said)


def _verdict(refusal: Refusal) -> Verdict:
    if refusal.has_code("NOT AUTHORIZED", "Workspace.AccessDenied"):
        return Verdict.OTHER_WORKSPACE
    if refusal.status == 401 or refusal.has_code("InvalidApiKey", "invalid_api_key"):  # noqa: PLR2004 - its own name
        return Verdict.REFUSED
    if refusal.status in {404, 405}:
        return Verdict.NO_LIST
    return Verdict.UNREACHABLE if 300 <= refusal.status < 400 else Verdict.FAILED  # noqa: PLR2004 - likewise


def _clock_ahead(date: str) -> float | None:
    told = parse_date(date)
    return (datetime.now(UTC) - told).total_seconds() if told else None


def _asked(endpoint: Endpoint, key: ApiKey) -> Asked:
    return Asked(
        endpoint=endpoint.label,
        key_origin=key.origin,
        is_workspace_host=endpoint.is_workspace,
        is_plan_key=key.is_of_a_plan,
    )
