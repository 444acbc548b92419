"""One client's connection: reads its requests, finds who answers, and tells our bugs from its misdeeds."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.downloads import download
from qwentts_cli.sandbox.endpoints.customization import customize
from qwentts_cli.sandbox.endpoints.generation import generate
from qwentts_cli.sandbox.ledger import Exchange
from qwentts_cli.sandbox.reply import ServiceError
from qwentts_cli.sandbox.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.sandbox.server import SandboxServer
    from qwentts_cli.sandbox.service import Service

GENERATION_PATH = "/api/v1/services/aigc/multimodal-generation/generation"
CUSTOMIZATION_PATH = "/api/v1/services/audio/tts/customization"
AUDIO_PREFIX = "/audio/"

# The largest body of each route: a request is some kilobytes, a voice sample up to 10 MB with Base64 counted.
_MAX_BODY = 1024 * 1024
_MAX_SAMPLE_BODY = 11 * 1024 * 1024
# Read and thrown away so that a client that sends too much still sees why it is refused.
_MAX_DISCARDED = 64 * 1024 * 1024
_PIECE = 64 * 1024


class SandboxHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Answers are written whole and flushed; unbuffered, each header line would be a packet of its own.
    wbufsize = -1
    # A client that connects and says nothing is let go after that many seconds.
    timeout = 120
    server: SandboxServer

    def serve(self) -> None:
        """Answer one request, whatever its method."""
        wire = self._wire()
        try:
            wire.exchange.body = self._read_body(wire)
            _route(wire.exchange)(self.server.service, wire.exchange, wire)
        except (ConnectionError, TimeoutError):
            wire.close()
        except Exception as error:  # noqa: BLE001 - a bug is kept and raised again when the sandbox stops
            self._refuse(wire, error)
        if not wire.keep_alive:
            self.close_connection = True

    def _refuse(self, wire: Wire, error: Exception) -> None:
        refusal = error if isinstance(error, ServiceError) and not wire.recorded else None
        if refusal is None:
            self.server.bugs.append(error)
            wire.keep_alive = False
            refusal = ServiceError(500, "InternalError", "An internal error has occured.")
        if not wire.recorded:
            wire.send(refusal.as_json(wire.exchange.request_id))

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
        wire = self._wire()
        wire.keep_alive = False
        text = message or HTTPStatus(code).phrase
        wire.send(ServiceError(code, "BadRequest", text).as_json(wire.exchange.request_id))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing: the ledger is the log."""

    def _wire(self) -> Wire:
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
        return Wire(
            self.connection,
            self.wfile,
            exchange=exchange,
            ledger=self.server.ledger,
            stopping=self.server.stopping,
            clock=self.server.service.clock,
            keep_alive=not self.close_connection,
        )

    def _read_body(self, wire: Wire) -> bytes:
        length = self._body_length(wire)
        cap = _MAX_SAMPLE_BODY if wire.exchange.path == CUSTOMIZATION_PATH else _MAX_BODY
        if length > cap:
            wire.keep_alive = False
            self._discard(min(length, _MAX_DISCARDED))
            raise ServiceError(400, "BadRequest.TooLarge", "Payload Too Large.")
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError("the client left in the middle of its request")
        return body

    def _body_length(self, wire: Wire) -> int:
        wire.keep_alive, kept = False, wire.keep_alive
        if "Transfer-Encoding" in self.headers:
            raise ServiceError(411, "BadRequest", "Length Required")
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit() and len(length) < 20):  # noqa: PLR2004 - fits 64 bits
            raise ServiceError(400, "BadRequest", "Invalid Content-Length")
        wire.keep_alive = kept
        return int(length)

    def _discard(self, length: int) -> None:
        while length > 0 and (piece := self.rfile.read(min(length, _PIECE))):
            length -= len(piece)


def _route(exchange: Exchange) -> Callable[[Service, Exchange, Wire], None]:
    """Find who answers.

    Raises:
        ServiceError: 404 for an unknown path, 405 for the wrong method.
    """
    if exchange.path.startswith(AUDIO_PREFIX):
        method, answer = "GET", download
    elif exchange.path == GENERATION_PATH:
        method, answer = "POST", generate
    elif exchange.path == CUSTOMIZATION_PATH:
        method, answer = "POST", customize
    else:
        raise ServiceError(404, "NotFound", "The requested path does not exist.")
    if exchange.method != method:
        raise ServiceError(405, "MethodNotAllowed", "Request method is not supported.", {"Allow": method})
    return answer
