"""One client's connection: reads its requests, finds who answers, and tells our bugs from its misdeeds."""

from __future__ import annotations

import uuid
from contextlib import nullcontext
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.http.exchange import Exchange
from qwentts_cli.sandbox.http.host_check import check_host
from qwentts_cli.sandbox.http.reply import ServiceError
from qwentts_cli.sandbox.http.response_writer import ResponseWriter
from qwentts_cli.sandbox.routes import SMALL_BODY, find_route, max_body

if TYPE_CHECKING:
    from qwentts_cli.sandbox.http.listener import Listener

# Large bodies are read a few at a time, or a hundred clients with samples would fill the memory.
_LARGE_BODIES = BoundedSemaphore(4)
# Read and thrown away so that a client that sends too much still sees why it is refused.
_MAX_DISCARDED = 64 * 1024 * 1024
_PIECE = 64 * 1024


class SandboxHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Answers are written whole and flushed; unbuffered, each header line would be a packet of its own.
    wbufsize = -1
    server: Listener

    def handle_one_request(self) -> None:
        """Read and answer a request; the client has a limited time to send it."""
        self.server.deadlines.start(self.connection)
        super().handle_one_request()

    def serve(self) -> None:
        """Answer one request, whatever its method."""
        writer = self._writer()
        try:
            with _LARGE_BODIES if self._is_large(writer) else nullcontext():
                writer.exchange.body = self._read_body(writer)
                self.server.deadlines.clear(self.connection)
                check_host(writer.exchange.header("Host"))
                service = self.server.service
                find_route(service, writer.exchange).answer(service, writer.exchange, writer)
        except (ConnectionError, TimeoutError):
            writer.close()
        except Exception as error:  # noqa: BLE001 - a bug is kept and raised again when the sandbox stops
            self._refuse(writer, error)
        if not writer.keep_alive:
            self.close_connection = True

    def _refuse(self, writer: ResponseWriter, error: Exception) -> None:
        refusal = error if isinstance(error, ServiceError) and not writer.recorded else None
        if refusal is None:
            self.server.bugs.append(error)
            writer.keep_alive = False
            refusal = ServiceError(500, "InternalError", "An internal error has occured.")
        if not writer.recorded:
            writer.send(refusal.as_json(writer.exchange.request_id, reasons=not writer.exchange.workspace))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = serve  # noqa: N815 - http.server's names

    def handle_expect_100(self) -> bool:
        """Let the client send its body; the base class leaves that in the buffer."""
        go_on = super().handle_expect_100()
        self.wfile.flush()
        return go_on

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what http.server cannot read: a bad request line, too many headers, an unknown method."""
        del explain
        self.close_connection = True
        writer = self._writer()
        writer.keep_alive = False
        text = message or HTTPStatus(code).phrase
        writer.send(ServiceError(code, "BadRequest", text).as_json(writer.exchange.request_id))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing: the ledger is the log."""

    def _writer(self) -> ResponseWriter:
        path, _, query = getattr(self, "path", "").partition("?")
        exchange = Exchange(
            seq=self.server.next_seq(),
            method=self.command or "",
            path=path,
            query=query,
            headers=dict(getattr(self, "headers", {}).items()),
            body=b"",
            request_id=str(uuid.uuid4()),
        )
        return ResponseWriter(
            self.connection,
            self.wfile,
            exchange=exchange,
            ledger=self.server.ledger,
            deadlines=self.server.deadlines,
            stopping=self.server.stopping,
            clock=self.server.service.clock,
            keep_alive=not self.close_connection,
        )

    def _read_body(self, writer: ResponseWriter) -> bytes:
        length = self._body_length(writer)
        if length > max_body(writer.exchange.path):
            writer.keep_alive = False
            self._discard(min(length, _MAX_DISCARDED))
            raise ServiceError(400, "BadRequest.TooLarge", "Payload Too Large.")
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError("the client left in the middle of its request")
        return body

    def _is_large(self, writer: ResponseWriter) -> bool:
        return self._body_length(writer) > SMALL_BODY

    def _body_length(self, writer: ResponseWriter) -> int:
        writer.keep_alive, kept = False, writer.keep_alive
        if "Transfer-Encoding" in self.headers:
            raise ServiceError(411, "BadRequest", "Length Required")
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit() and len(length) < 20):  # noqa: PLR2004 - fits 64 bits
            raise ServiceError(400, "BadRequest", "Invalid Content-Length")
        writer.keep_alive = kept
        return int(length)

    def _discard(self, length: int) -> None:
        while length > 0 and (piece := self.rfile.read(min(length, _PIECE))):
            length -= len(piece)
