"""The time of a whole request: who keeps to it, and what is told when it is over."""

from __future__ import annotations

import socket
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, cast

import pytest
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from qwentts_cli.dashscope.transport import deadline as module
from qwentts_cli.dashscope.transport.deadline import POOLS, Deadline, current_deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def connection_to(port: int, *, timeout: float = 60.0) -> HTTPConnection:
    pool: Any = POOLS["http"]
    return cast("HTTPConnection", pool.ConnectionCls("127.0.0.1", port, timeout=timeout))


@pytest.mark.parametrize(("timeout", "total", "longest"), [(20, 60, 20), (60, 30, 30)])
def test_a_handshake_may_take_what_is_left(port: int, timeout: float, total: float, longest: float) -> None:
    """The connection has used some of it already."""
    with Deadline(total) as deadline:
        line = connection_to(port, timeout=timeout)
        line.connect()
        left = line.sock.gettimeout()
        assert left == pytest.approx(longest, rel=0.9)
        assert left <= longest
        assert deadline.left_s <= total
        line.close()


def test_a_time_that_is_over_shuts_the_line(port: int) -> None:
    """A line that is opened only then is shut too, and whoever checks is told."""
    with Deadline(60) as deadline:
        line = connection_to(port)
        line.connect()
        deadline.check()
        deadline._end()  # noqa: SLF001 - what the timer does
        assert line.sock.recv(1) == b""
        assert deadline.has_connected
        with pytest.raises(TimeoutError):
            deadline.check()
        late = connection_to(port)
        late.connect()
        assert late.sock.recv(1) == b""
        for each in (line, late):
            each.close()


def test_a_time_that_is_over_before_anybody_answered() -> None:
    with Deadline(0.0) as deadline:
        deadline._timer.join()  # noqa: SLF001 - nothing else waits for it
        assert (deadline.is_over, deadline.has_connected, deadline.left_s) == (True, False, 0)


def test_a_time_that_is_over_before_a_handshake_leaves_it_a_socket(port: int) -> None:
    """The handshake has a limit of its own, and the `ssl` module would lose a socket that is shut by then."""
    with Deadline(60) as deadline, socket.create_connection(("127.0.0.1", port)) as sock:
        line = connection_to(port)
        deadline.watch(line)
        line.sock = sock
        deadline._end()  # noqa: SLF001 - what the timer does
        assert deadline.has_connected
        assert sock.send(b"hello") == 5


@pytest.mark.parametrize("is_over", [False, True])
def test_a_time_that_is_over_while_a_proxy_is_asked_shuts_the_line(
    port: int, monkeypatch: pytest.MonkeyPatch, *, is_over: bool
) -> None:
    """The handshake that would follow does not begin."""
    seen = []

    def answer(connection: HTTPConnection) -> None:
        if is_over:
            current_deadline()._end()  # noqa: SLF001 - what the timer does
            seen.append(connection.sock.recv(1))

    monkeypatch.setattr(HTTPConnection, "_tunnel", answer)
    with Deadline(60) as deadline:
        line: Any = connection_to(port)
        line.sock = line._new_conn()  # noqa: SLF001 - what comes before a handshake
        with pytest.raises(TimeoutError) if is_over else nullcontext():
            line._tunnel()  # noqa: SLF001 - likewise
        deadline._end()  # noqa: SLF001 - likewise
        assert seen == [b""] * is_over
        assert is_over or line.sock.send(b"hello") == 5
        line.close()


def test_a_request_on_its_way_may_have_been_read(port: int) -> None:
    """That is so from its first byte on, not as soon as there is a connection."""
    with Deadline(60) as deadline:
        line = connection_to(port)
        line.connect()
        has_sent = [deadline.has_sent]
        line.request("GET", "/")
        has_sent.append(deadline.has_sent)
        line.close()
    assert has_sent == [False, True]


class Line:
    """A socket as far as it is looked at."""

    def __init__(self, number: int) -> None:
        self.limit: float | None = None
        self.fileno = lambda: number
        self.sock = self

    def settimeout(self, seconds: float) -> None:
        self.limit = seconds


@pytest.mark.parametrize(("number", "limit"), [(7, 3.0), (0, 3.0), (-1, None)])
def test_between_two_bytes_a_line_that_is_open_has_its_own_limit(number: int, limit: float | None) -> None:
    """An answer without a body may have closed it; the first number is as good as any."""
    line: Any = Line(number)
    with Deadline(60) as deadline:
        deadline.set_idle_limit(3.0)
        deadline.watch(line)
        deadline.set_idle_limit(3.0)
    assert line.limit == limit


def test_a_deadline_is_that_of_its_block() -> None:
    with Deadline(60) as deadline:
        assert current_deadline() is deadline
        assert deadline._timer.daemon  # noqa: SLF001 - or the program would wait for it
    after: object = current_deadline()
    assert after is None
    deadline._timer.join()  # noqa: SLF001 - it was cancelled, or this would take a minute


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*_: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("step", "error", "kind"),
    [
        ("resolve", TimeoutError("no answer within 3 s"), NameResolutionError),
        ("resolve", socket.gaierror(-2, "no"), NameResolutionError),
        ("resolve", UnicodeError("too long"), NameResolutionError),
        ("connect", TimeoutError(), ConnectTimeoutError),
        ("connect", ConnectionRefusedError("no"), NewConnectionError),
    ],
)
def test_what_fails_is_told_as_the_library_tells_it(
    monkeypatch: pytest.MonkeyPatch, port: int, step: str, error: Exception, kind: type[Exception]
) -> None:
    """With its cause, out of which the sentence is made."""
    monkeypatch.setattr(module, step, failing(error))
    with Deadline(60), pytest.raises(kind) as raised:
        connection_to(port).connect()
    assert raised.value.__cause__ is error


def test_a_line_is_watched_while_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handshake may hang."""
    watched: list[bool] = []

    def connect(line: HTTPConnection) -> None:
        watched.append(current_deadline()._connection is line)  # noqa: SLF001 - what the timer looks at

    monkeypatch.setattr(HTTPConnection, "connect", connect)
    with Deadline(60):
        connection_to(1).connect()
    assert watched == [True]
