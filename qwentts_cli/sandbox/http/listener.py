"""The listening socket and the connections made to it: how many there may be, and which are too slow."""

from __future__ import annotations

import contextlib
import itertools
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.http.reply import ServiceError

if TYPE_CHECKING:
    from qwentts_cli.sandbox.http.deadlines import Deadlines
    from qwentts_cli.sandbox.ledger import Ledger
    from qwentts_cli.sandbox.service import Service

HOST = "127.0.0.1"

_CLIENTS_END_S = 2.0


class Listener(ThreadingHTTPServer):
    """Serves each connection in a thread of its own.

    Args:
        port: of 127.0.0.1; 0 takes a free one.
        handler: answers the requests of one connection.
        ledger: where requests are entered.
        deadlines: drops the clients that are too slow.
        max_connections: at a time; a client beyond them gets 503.
    """

    daemon_threads = True
    timeout = 0.05  # how long a client may be late before it is noticed
    request_queue_size = 256
    service: Service

    def __init__(
        self,
        port: int,
        handler: type[BaseHTTPRequestHandler],
        *,
        ledger: Ledger,
        deadlines: Deadlines,
        max_connections: int,
    ) -> None:
        super().__init__((HOST, port), handler)
        self.ledger = ledger
        self.deadlines = deadlines
        self.stopping = threading.Event()
        self.bugs: list[BaseException] = []
        self._max_connections = max_connections
        self._seq = itertools.count(1)
        self._clients: set[socket.socket] = set()
        self._clients_changed = threading.Condition()

    def next_seq(self) -> int:
        return next(self._seq)

    @property
    def open_connections(self) -> int:
        with self._clients_changed:
            return len(self._clients)

    def serve(self) -> None:
        """Take connections, and drop the clients that are late, until told to stop."""
        while not self.stopping.is_set():
            self.handle_request()
            for client in self.deadlines.late():
                _hang_up(client)

    def stop_serving(self) -> None:
        """Have `serve` end at once: a connection wakes it."""
        self.stopping.set()
        with contextlib.suppress(OSError):
            socket.create_connection((HOST, self.server_port), timeout=self.timeout).close()

    def server_bind(self) -> None:
        # Not HTTPServer's own, which looks up the host's name and may wait for a DNS server.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def process_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]  # typeshed allows for UDP's request too
        with self._clients_changed:
            full = len(self._clients) >= self._max_connections
            self._clients.add(request)
        if full:
            _send_busy(request)
            self.shutdown_request(request)
        else:
            super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]  # likewise
        # A connection that is to be reset must not say goodbye first.
        lingers = request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER) if request.fileno() >= 0 else 0
        self.deadlines.clear(request)
        if lingers:
            self.close_request(request)
        else:
            super().shutdown_request(request)
        with self._clients_changed:
            self._clients.discard(request)
            self._clients_changed.notify_all()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that leave; the handler keeps what is a bug."""

    def end_clients(self) -> None:
        """Close every connection, and give their threads a moment to end."""
        with self._clients_changed:
            for client in self._clients:
                _hang_up(client)
            self._clients_changed.wait_for(lambda: not self._clients, timeout=_CLIENTS_END_S)


def _hang_up(client: socket.socket) -> None:
    with contextlib.suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)


def _send_busy(client: socket.socket) -> None:
    body = ServiceError(503, "ModelServingError", "Too many connections.").as_json("").body
    head = f"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    with contextlib.suppress(OSError):
        client.settimeout(0)
        client.send(head.encode() + body)
