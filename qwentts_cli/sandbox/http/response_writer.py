"""The way back to one client, down to the socket: answers leave here, whole or spoilt."""

from __future__ import annotations

import select
import socket
import struct
import time
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator
    from io import BufferedIOBase

    from qwentts_cli.sandbox.http.deadlines import Deadlines
    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.http.reply import Reply
    from qwentts_cli.sandbox.ledger import Ledger

_LOOK_EVERY_S = 0.05


class ResponseWriter:
    """Sends one answer. What is sent first is also what the ledger records, before it leaves.

    Args:
        connection: the client's socket.
        out: a buffered writer on it.
        deadlines: ends a client that does not take in what is sent.
        keep_alive: whether the connection may serve a further request.
        stopping: set when the sandbox stops; every wait here ends then.
    """

    def __init__(
        self,
        connection: socket.socket,
        out: BufferedIOBase,
        *,
        exchange: Exchange,
        ledger: Ledger,
        deadlines: Deadlines,
        stopping: threading.Event,
        clock: Callable[[], float],
        keep_alive: bool,
    ) -> None:
        self.exchange = exchange
        self.keep_alive = keep_alive
        self.recorded = False
        self._connection = connection
        self._out = out
        self._ledger = ledger
        self._deadlines = deadlines
        self._stopping = stopping
        self._clock = clock

    def send(self, reply: Reply) -> None:
        """Send a whole answer with its length."""
        self.write(self.render(reply), status=reply.status)

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def now(self) -> float:
        """Give the sandbox's time, Unix seconds."""
        return self._clock()

    def head_of(self, reply: Reply) -> bytes:
        return self.head(reply.status, {**reply.headers, "Content-Length": str(len(reply.body))})

    def render(self, reply: Reply) -> bytes:
        head = self.head_of(reply)
        return head if self.exchange.method == "HEAD" else head + reply.body

    def head(self, status: int, headers: dict[str, str]) -> bytes:
        """Write the status line and headers as they go over the wire."""
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
        lines = {"Date": formatdate(self._clock(), usegmt=True), "Server": "qwentts-sandbox", **headers}
        if not self.keep_alive:
            lines["Connection"] = "close"
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"HTTP/1.1 {status} {phrase}\r\n{text}\r\n".encode("latin-1", "replace")

    def write(self, data: bytes, *, status: int = 0) -> None:
        """Send bytes now, whatever they are; `status` is for the ledger."""
        self.record(status)
        self._deadlines.start(self._connection)
        try:
            self._out.write(data)
            self._out.flush()
        finally:
            self._deadlines.clear(self._connection)

    def write_chunk(self, data: bytes) -> None:
        """Send one chunk of a chunked body; an empty one ends it."""
        self.write(b"%x\r\n%b\r\n" % (len(data), data))

    def drip(self, data: bytes, seconds: float, *, status: int = 0) -> None:
        """Send one byte at a time, so many seconds apart."""
        self.record(status)
        for index in range(len(data)):
            if not self.wait(seconds):
                break
            self.write(data[index : index + 1])

    def wait(self, seconds: float) -> bool:
        """Wait; tell whether to go on, which a stopping sandbox and a client that left do not."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._stopping.wait(min(left, _LOOK_EVERY_S)) or self._client_left():
                self.close()
                return False
        return not self._stopping.is_set()

    def stall(self) -> None:
        """Say nothing until the client leaves or the sandbox stops."""
        self.record(0)
        while self.wait(_LOOK_EVERY_S):
            pass

    def reset(self) -> None:
        """Break the connection with RST."""
        self.close()
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def close(self) -> None:
        """End the connection here, whether or not an answer was sent."""
        self.record(0)
        self.keep_alive = False

    def record(self, status: int) -> None:
        """Enter the request into the ledger, once."""
        if not self.recorded:
            self.recorded = True
            self._ledger.add(self.exchange, status)

    def ticks(self, seconds: float) -> Iterator[None]:
        """Yield every so many seconds until the client leaves or the sandbox stops."""
        while self.wait(seconds):
            yield

    def _client_left(self) -> bool:
        readable, _, _ = select.select([self._connection], [], [], 0)
        try:
            return bool(readable) and self._connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True
