"""What a session takes from the environment, keeps and sends."""

from __future__ import annotations

import gzip
import threading
from typing import TYPE_CHECKING

import certifi
import pytest
import requests

from qwentts_cli.dashscope.transport import session as module
from qwentts_cli.dashscope.transport.deadline import Deadline
from qwentts_cli.dashscope.transport.pace import Pace
from qwentts_cli.dashscope.transport.session import BearerAuth, Timeouts, exchange, no_auth, open_session
from qwentts_cli.errors import NetworkError, RejectedError, UsageError
from tests.reliability.raw_server import RawServer, answering, http, read_request, reset, serving

if TYPE_CHECKING:
    import socket

    from tests.reliability.raw_server import Script

URL = "https://tts.example.com/api/v1"


def ask(server: RawServer, session: requests.Session, key: str = "") -> int:
    auth = BearerAuth(key) if key else no_auth
    request = requests.Request("GET", f"{server.base_url}/models", auth=auth)
    with exchange(session, request, Timeouts()) as arriving:
        b"".join(arriving.pieces())  # or the line could not be used again
        return arriving.status


def keep_answering(answer: bytes) -> Script:
    """Make a script that answers each request of a line, which stays open."""

    def script(line: socket.socket, server: RawServer) -> None:
        while True:
            read_request(line, server)
            line.sendall(answer)

    return script


def test_a_proxy_that_cannot_be_used_is_told_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes to this machine goes through none."""
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "ftp://proxy")
    with pytest.raises(UsageError, match="names a proxy of an unknown kind"):
        open_session(URL, is_loopback=False)
    with (
        serving(answering(http(b"{}"))) as server,
        open_session(server.base_url, is_loopback=True) as session,
    ):
        assert ask(server, session) == 200


def test_certificates_are_those_that_a_variable_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    with open_session(URL, is_loopback=False) as session:
        assert session.verify is True
    monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
    with open_session(URL, is_loopback=False) as session:
        assert session.verify == certifi.where()


def test_a_session_keeps_no_cookies_and_follows_nobody() -> None:
    """The key goes where it was meant to, and one encoding comes back."""
    there = http(b"{}", "Set-Cookie: a=b", "Location: http://127.0.0.1:1/", status="302 Found")
    with serving(keep_answering(there)) as server, open_session(server.base_url, is_loopback=True) as session:
        assert ask(server, session, "sk-a") == 302
        assert ask(server, session) == 302
    first, second = server.requests
    assert b"Authorization: Bearer sk-a\r\n" in first
    assert b"Accept-Encoding: identity\r\n" in first
    assert b"Authorization" not in second
    assert b"Cookie" not in second


def test_a_line_is_used_again() -> None:
    with serving(keep_answering(http(b"{}"))) as server:
        with open_session(server.base_url, is_loopback=True) as session:
            for _ in range(3):
                ask(server, session)
        assert (len(server.requests), server.connections) == (3, 1)


@pytest.mark.parametrize(
    ("path", "limits"), [("begun", Timeouts(idle=0.01)), ("never", Timeouts(first_byte=0.01))]
)
def test_each_silence_has_its_limit(path: str, limits: Timeouts) -> None:
    """The one before the first byte, and the one between two."""
    goes_on = threading.Event()

    def script(line: socket.socket, server: RawServer) -> None:
        if b"/begun " in read_request(line, server):
            line.sendall(http(b"{}")[:-1])
        goes_on.wait()

    with serving(script) as server, open_session(server.base_url, is_loopback=True) as session:
        request = requests.Request("GET", f"{server.base_url}/{path}", auth=no_auth)
        with (
            pytest.raises(NetworkError, match="too slow: nothing came for a while") as raised,
            exchange(session, request, limits) as arriving,
        ):
            list(arriving.pieces())
        goes_on.set()
    assert raised.value.maybe_billed


def test_nothing_is_sent_again_here() -> None:
    """Who asks decides on that, for it may cost."""
    with serving(reset) as server, open_session(server.base_url, is_loopback=True) as session:
        with pytest.raises(NetworkError):
            ask(server, session)
        assert server.connections == 1


def test_a_body_is_given_as_it_comes() -> None:
    """Not unpacked, and not slower than allowed."""
    packed = gzip.compress(b"{}")
    script = keep_answering(http(packed, "Content-Encoding: gzip"))
    with serving(script) as server, open_session(server.base_url, is_loopback=True) as session:
        request = requests.Request("GET", server.base_url, auth=no_auth)
        with exchange(session, request, Timeouts()) as arriving:
            assert b"".join(arriving.pieces()) == packed
        with (
            pytest.raises(NetworkError, match="too slow: nothing came for a while"),
            exchange(session, request, Timeouts()) as arriving,
        ):
            list(arriving.pieces(Pace(0.0, least=1 << 20)))


def test_when_the_time_is_over_that_is_what_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a head is none, and what is wrong with half a body is not the server's fault."""
    deadlines: list[Deadline] = []

    def begin(seconds: float) -> Deadline:
        deadlines.append(Deadline(seconds))
        return deadlines[-1]

    def script(line: socket.socket, server: RawServer) -> None:
        if b"/whole " in read_request(line, server):
            line.sendall(http(b"{}"))
        else:
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-")
            deadlines[-1]._end()  # noqa: SLF001 - what the timer does
        line.recv(1)

    monkeypatch.setattr(module, "Deadline", begin)
    with serving(script) as server, open_session(server.base_url, is_loopback=True) as session:
        request = requests.Request("GET", f"{server.base_url}/half", auth=no_auth)
        with (
            pytest.raises(NetworkError, match="not done within 600 s"),
            exchange(session, request, Timeouts()),
        ):
            pass
        request.url = f"{server.base_url}/whole"
        with pytest.raises(NetworkError, match="not done within 600 s"):
            find_fault_too_late(session, request)


def find_fault_too_late(session: requests.Session, request: requests.Request) -> None:
    with exchange(session, request, Timeouts()) as arriving:
        arriving.deadline._end()  # noqa: SLF001 - what the timer does
        raise RejectedError("cut short")
