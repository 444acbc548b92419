"""Every exception that the libraries of a connection can raise has its sentence and its exit code."""

from __future__ import annotations

import errno
import http.client
import os
import socket
import ssl
from typing import TYPE_CHECKING

import pytest
import requests
import urllib3
from urllib3.connection import HTTPConnection

from qwentts_cli.dashscope.transport.deadline import Deadline
from qwentts_cli.dashscope.transport.transport_errors import (
    TRANSPORT_ERRORS,
    CertificateError,
    translate_transport_error,
)
from qwentts_cli.errors import (
    ExitCode,
    LocalError,
    NetworkError,
    QwenTTSError,
    RejectedError,
    Unreachable,
)

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


def tell(error: BaseException, url: str = URL) -> QwenTTSError:
    return translate_transport_error(error, url, Deadline(1))


@pytest.mark.parametrize(
    ("status", "says", "retryable"),
    [
        (407, "the proxy requires a password (407)", False),
        (403, "the proxy answered with 403", False),
        (499, "the proxy answered with 499", False),
        (500, "the proxy answered with 500", True),
        (503, "the proxy answered with 503", True),
    ],
)
def test_a_proxy_that_refuses(status: int, says: str, *, retryable: bool) -> None:
    """Whether asking again can help is up to what it says."""
    inner = OSError(f"Tunnel connection failed: {status} No")
    told = tell(requests.exceptions.ProxyError(urllib3.exceptions.ProxyError("no", inner)))
    assert (told.message, told.retryable) == (says, retryable)
    assert "NO_PROXY" in told.hint
    assert not isinstance(told, Unreachable)


@pytest.mark.parametrize(
    ("inner", "says"),
    [
        (socket.gaierror(-2, "no"), "cannot be reached: there is no such host"),
        (ConnectionRefusedError(), "cannot be reached: it refused"),
        (urllib3.exceptions.ConnectTimeoutError(), "cannot be reached: nothing answers"),
        (ssl.SSLError("x"), "has no TLS; its address may begin with http://"),
        (TimeoutError(), "was too slow"),
        (OSError("x"), "broke off"),
    ],
)
def test_a_proxy_that_is_not_there(inner: Exception, says: str) -> None:
    """It may be there soon."""
    told = tell(urllib3.exceptions.ProxyError("no", inner))
    assert told.message == f"the proxy {says}"
    assert isinstance(told, Unreachable)


def test_what_a_socks_proxy_says_is_told() -> None:
    """But not what the system said of the way to it."""

    class SocksError(Exception):
        socket_err: OSError | None = None

    SocksError.__module__ = "socks"
    told = tell(urllib3.exceptions.ProxyError("no", SocksError("0x02: Connection not allowed")))
    assert told.message == "the proxy says: Connection not allowed"
    inner = SocksError("Error connecting: refused")
    inner.socket_err = ConnectionRefusedError()
    inner.__context__ = ConnectionRefusedError()
    told = tell(urllib3.exceptions.ProxyError("no", inner))
    assert told.message == "the proxy cannot be reached: it refused"


@pytest.mark.parametrize(
    ("args", "says"),
    [((10, 20), ": 10 of 30 bytes arrived"), ((b"10", 20), ""), ((10, None), ""), ((10,), ""), ((), "")],
)
def test_how_much_came_is_told_where_it_is_known(args: tuple[object, ...], says: str) -> None:
    told = tell(made(urllib3.exceptions.IncompleteRead, *args))
    assert told.message == f"the answer of tts.example.com is cut short{says}"


@pytest.mark.parametrize(
    ("number", "kind", "hint"),
    [
        (errno.EMFILE, LocalError, "--jobs"),
        (errno.ENFILE, LocalError, "--jobs"),
        (errno.EACCES, Unreachable, "A firewall"),
        (errno.EPERM, Unreachable, "A firewall"),
        (errno.ENETUNREACH, Unreachable, "Check the network."),
    ],
)
def test_trouble_of_this_machine_is_told_as_such(number: int, kind: type[QwenTTSError], hint: str) -> None:
    """It may be over soon."""
    inner = urllib3.exceptions.NewConnectionError(HTTPConnection("h"), "x")
    inner.__cause__ = OSError(number, os.strerror(number))
    told = tell(inner)
    assert type(told) is kind
    assert told.message.startswith("cannot connect to tts.example.com: ")
    assert hint in told.hint
    assert told.retryable


def test_a_deadline_that_ended_it_is_told_instead() -> None:
    """If anybody was reached; and the port is told where the address has one."""
    deadline = Deadline(0.5)
    deadline.is_over = True
    error = ConnectionResetError()
    told = translate_transport_error(error, "http://localhost:81/a", deadline)
    assert told.message == "localhost:81 reset the connection"
    deadline.has_connected = True
    told = translate_transport_error(error, "http://localhost:81/a", deadline)
    assert told.message == "localhost:81 was too slow: not done within 0.5 s"


def test_a_certificate_is_told_with_the_reason() -> None:
    """Once more is of no use."""
    error = ssl.SSLCertVerificationError()
    error.verify_message = "self-signed certificate"
    told = tell(requests.exceptions.SSLError(error))
    assert told.message == "cannot trust the certificate of tts.example.com: self-signed certificate"
    assert "REQUESTS_CA_BUNDLE" in told.hint
    assert not told.retryable


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("WRONG_VERSION_NUMBER", "tts.example.com does not speak TLS there"),
        ("NO_PROTOCOLS_AVAILABLE", "no TLS connection with tts.example.com: NO_PROTOCOLS_AVAILABLE"),
        ("", "no TLS connection with tts.example.com: it ended early"),
    ],
)
def test_why_there_is_no_tls_is_told(reason: str, says: str) -> None:
    """The reason is that of the system's error, however the libraries wrap it."""
    error = ssl.SSLError()
    error.reason = reason
    wrapped = requests.exceptions.SSLError(urllib3.exceptions.SSLError(error))
    assert tell(error).message == tell(wrapped).message == says


def test_who_sends_elsewhere_is_not_asked_again() -> None:
    assert not tell(requests.TooManyRedirects()).retryable


def test_a_name_that_took_too_long_is_told_as_such() -> None:
    error = urllib3.exceptions.NameResolutionError("h", HTTPConnection("h"), socket.gaierror())
    assert tell(error).message == "cannot resolve the host tts.example.com"
    error.__cause__ = TimeoutError("no answer within 3 s")
    assert tell(error).message == "cannot resolve the host tts.example.com: no answer within 3 s"
