"""A limit on the whole time of a request, which a server that drips bytes cannot stretch.

The time-outs of sockets count from byte to byte. So every connection tells the deadline of its thread which
socket it uses, and a timer shuts that socket when the time is over.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from qwentts_cli.dashscope.transport.connect import RESOLVE_S, connect, resolve

if TYPE_CHECKING:
    from types import TracebackType

# A socket with a time-out of 0 would not wait at all.
_SHORTEST_S = 0.001
_current = threading.local()


class Deadline:
    """A context in which this thread's request must begin and end.

    `is_over` tells afterwards whether an error came from here, `has_connected` whether anybody was reached,
    `has_sent` whether bytes of the request can have been.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self.has_connected = False
        self.has_sent = False
        self._connection: HTTPConnection | None = None
        self._socket: socket.socket | None = None
        self._over_at = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        _current.deadline = self
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        _current.deadline = None

    @property
    def left_s(self) -> float:
        return max(0.0, self._over_at - time.monotonic())

    def watch(self, connection: HTTPConnection) -> None:
        self._connection = connection
        # A connection forgets its socket as soon as the answer is one that ends with it.
        self._socket = connection.sock
        if self.is_over:
            self._end()

    def leave(self) -> None:
        """Shut the socket no more until it is reported again: the `ssl` module would lose it unclosed.

        Raises:
            TimeoutError: the time is over.
        """
        self._socket = None
        self.check()

    def check(self) -> None:
        """A socket that was shut looks like the end of headers or of a body without a length.

        Raises:
            TimeoutError: the time is over.
        """
        if self.is_over:
            raise TimeoutError

    def set_idle_limit(self, seconds: float) -> None:
        """From now on, allow `seconds` between two arrivals of bytes."""
        # An answer without a body may have closed it already.
        if self._socket and self._socket.fileno() >= 0:
            self._socket.settimeout(seconds)

    def _end(self) -> None:
        self.is_over = True
        sock = self._socket
        self.has_connected |= bool(sock or (self._connection and self._connection.sock))
        if sock:
            with suppress(OSError):
                # The plain socket's method: the TLS one would drop state that the reading thread still uses.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


def current_deadline() -> Deadline:
    """That of this thread's request."""
    deadline: Deadline = _current.deadline
    return deadline


def _report(connection: HTTPConnection) -> None:
    deadline: Deadline | None = getattr(_current, "deadline", None)
    if deadline:
        deadline.watch(connection)


class Watched(HTTPConnection):
    """Tells the deadline of its thread which socket it uses, and when the request is on its way."""

    def connect(self) -> None:
        _report(self)
        super().connect()
        _report(self)

    def _tunnel(self) -> None:
        """Ask the proxy for a way to the host; before the handshake that follows, nobody shuts the socket."""
        _report(self)
        super()._tunnel()
        current_deadline().leave()

    def request(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on as they come
        _report(self)
        if self.is_closed:
            self.connect()
        current_deadline().has_sent = True
        super().request(*args, **kwargs)


class _WatchedHTTP(Watched):
    def _new_conn(self) -> socket.socket:
        """As the library's own, but nothing in it outlasts the deadline."""
        deadline = current_deadline()
        timeout: float = self.timeout  # type: ignore[assignment]  # it is a number wherever a session sends
        try:
            addresses = resolve(self._dns_host.strip("[]"), self.port, min(RESOLVE_S, deadline.left_s))
        except (TimeoutError, socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(self.host, self, error) from error  # type: ignore[arg-type]  # only told
        try:
            sock = connect(addresses, min(timeout, deadline.left_s), self.socket_options or ())
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "nothing answers") from error
        except OSError as error:
            raise NewConnectionError(self, str(error)) from error
        # For the whole of a TLS handshake, in which the deadline cannot reach the socket.
        sock.settimeout(max(min(timeout, deadline.left_s), _SHORTEST_S))
        return sock


class _WatchedHTTPS(_WatchedHTTP, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _WatchedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPS


POOLS = {"http": _HTTPPool, "https": _HTTPSPool}
