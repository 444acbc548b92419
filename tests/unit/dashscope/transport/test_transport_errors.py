"""Every exception that the libraries of a connection can raise has its sentence and its exit code."""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import TYPE_CHECKING

import pytest
import requests
import urllib3

from qwentts_cli.dashscope.transport.deadline import Deadline
from qwentts_cli.dashscope.transport.transport_errors import (
    TRANSPORT_ERRORS,
    CertificateError,
    translate_transport_error,
)
from qwentts_cli.errors import ExitCode, LocalError, NetworkError, RejectedError

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "https://tts.example.com/secret/path?signature=abc"
HOMES = {"requests", "urllib3", "ssl", "_ssl", "socket", "http", "builtins"}
# What says nothing but that something below it went wrong, which is what is told then.
WRAPPERS = {
    OSError,
    ConnectionError,
    BlockingIOError,
    ChildProcessError,
    FileExistsError,
    FileNotFoundError,
    InterruptedError,
    IsADirectoryError,
    NotADirectoryError,
    PermissionError,
    ProcessLookupError,
    http.client.CannotSendHeader,
    http.client.CannotSendRequest,
    http.client.ImproperConnectionState,
    http.client.NotConnected,
    http.client.ResponseNotReady,
    requests.ConnectionError,
    requests.HTTPError,
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    urllib3.exceptions.MaxRetryError,
    urllib3.exceptions.PoolError,
    urllib3.exceptions.ProtocolError,
    urllib3.exceptions.RequestError,
}


def kinds_below(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    yield kind
    for below in kind.__subclasses__():
        yield from kinds_below(below)


def library_errors() -> list[type[BaseException]]:
    roots = (
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        http.client.HTTPException,
        ssl.SSLError,
        socket.gaierror,
        OSError,
    )
    found = {kind for root in roots for kind in kinds_below(root)}
    ours = (kind for kind in found if kind.__module__.split(".")[0] in HOMES)
    return sorted(ours, key=lambda kind: f"{kind.__module__}.{kind.__qualname__}")


def made(kind: type[BaseException], *args: object) -> BaseException:
    error = kind.__new__(kind)
    error.args = args
    return error


@pytest.mark.parametrize("kind", library_errors(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_each_exception_has_its_sentence(kind: type[BaseException]) -> None:
    """With the host and never the path, which may be signed; none is a bug, and none leaves `exchange`."""
    assert issubclass(kind, TRANSPORT_ERRORS)
    told = translate_transport_error(made(kind), URL, Deadline(1))
    assert isinstance(told, NetworkError | RejectedError | LocalError)
    assert told.exit_code in {ExitCode.NETWORK, ExitCode.REJECTED, ExitCode.LOCAL}
    assert "tts.example.com" in told.message or "proxy" in told.message
    assert "secret" not in told.message
    assert ("it broke off" in told.message) == (kind in WRAPPERS or kind.__module__ == "http.cookiejar")
    assert not told.maybe_billed


@pytest.mark.parametrize("kind", library_errors(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_once_the_request_was_on_its_way_it_may_be_billed(kind: type[BaseException]) -> None:
    """And asking again may help where it was not the certificate's fault."""
    deadline = Deadline(1)
    deadline.has_sent = True
    told = translate_transport_error(made(kind), URL, deadline)
    assert told.maybe_billed
    assert not isinstance(told, CertificateError)


def test_what_the_system_says_is_told() -> None:
    """However deep the libraries have wrapped it."""
    inner = urllib3.exceptions.ProtocolError("Connection aborted.", OSError(113, "No route to host"))
    told = translate_transport_error(requests.ConnectionError(inner), URL, Deadline(1))
    assert told.message == "the connection to tts.example.com failed: no route to host"
