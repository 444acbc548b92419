"""Servers that do one thing to whoever connects, below or beside HTTP."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    Script = Callable[[socket.socket, "RawServer"], None]


@dataclass
class RawServer:
    """`requests` are the first bytes of each connection, as far as its script read them."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1"

    @property
    def secure_base_url(self) -> str:
        return f"https://127.0.0.1:{self.port}/api/v1"


@contextmanager
def serving(script: Script) -> Iterator[RawServer]:
    """Give each connection to `script`, in a thread of its own; it is closed when that returns."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        server = RawServer(listener.getsockname()[1])
        accepting = threading.Thread(target=_accept, args=(listener, server, script), daemon=True)
        accepting.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            # Else it could take the connections of the next server, whose listener has the same number.
            accepting.join()


def _accept(listener: socket.socket, server: RawServer, script: Script) -> None:
    with suppress(OSError):
        while True:
            line, _ = listener.accept()
            server.connections += 1
            threading.Thread(target=_talk, args=(line, server, script), daemon=True).start()


def _talk(line: socket.socket, server: RawServer, script: Script) -> None:
    with line, suppress(OSError):
        line.settimeout(100)
        script(line, server)


def read_request(line: socket.socket, server: RawServer) -> bytes:
    """Read one request with its body, and note it."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += line.recv(65536) or _ended()
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [
        row.split(b":")[1] for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")
    ]
    while lengths and len(body) < int(lengths[0]):
        body += line.recv(65536) or _ended()
    server.requests.append(head + b"\r\n\r\n" + body)
    return server.requests[-1]


def _ended() -> bytes:
    raise ConnectionError


def reset(line: socket.socket, _server: RawServer) -> None:
    """Break the connection at once."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def close_in_handshake(line: socket.socket, _server: RawServer) -> None:
    """Take the beginning of a conversation and leave."""
    line.recv(65536)


def answering(*parts: bytes, every_s: float = 0.0) -> Script:
    """Make a script that answers each request with `parts`, so far apart, and closes."""
    pause = threading.Event()

    def script(line: socket.socket, server: RawServer) -> None:
        read_request(line, server)
        for part in parts:
            line.sendall(part)
            pause.wait(every_s)

    return script


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """An answer with its length."""
    rows = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(rows).encode() + body


def silent(line: socket.socket, server: RawServer) -> None:
    """Read the request and say nothing until the other side leaves."""
    read_request(line, server)
    line.recv(1)


def in_tls(context: ssl.SSLContext, script: Script) -> Script:
    """Have `script` speak through TLS."""

    def secured(line: socket.socket, server: RawServer) -> None:
        with context.wrap_socket(line, server_side=True) as inner:
            script(inner, server)

    return secured
