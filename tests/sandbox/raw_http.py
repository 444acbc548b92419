"""A client with no opinions: what it sends is what it is told, what it gets is every byte until the end."""

from __future__ import annotations

import base64
import json
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from qwentts_cli.sandbox.server import Sandbox

GENERATION = "/api/v1/services/aigc/multimodal-generation/generation"
SYNTHESIZER = "/api/v1/services/audio/tts/SpeechSynthesizer"
CUSTOMIZATION = "/api/v1/services/audio/tts/customization"
KEY = {"Authorization": "Bearer sk-test"}
STREAM = {"X-DashScope-SSE": "enable"}


@dataclass(frozen=True, slots=True)
class Heard:
    """All that came, in so many reads; `end` is `eof`, `reset`, `silence` or `enough` (the cap was met)."""

    raw: bytes
    end: str
    pieces: int = 0

    @property
    def head(self) -> str:
        return self.raw.partition(b"\r\n\r\n")[0].decode("latin-1")

    @property
    def status(self) -> int:
        return int(self.head.split()[1])

    @property
    def headers(self) -> dict[str, str]:
        lines = (line.partition(":") for line in self.head.split("\r\n")[1:])
        return {name.lower(): value.strip() for name, _, value in lines}

    @property
    def body(self) -> bytes:
        """The body, out of its chunks where it has any."""
        body = self.raw.partition(b"\r\n\r\n")[2]
        return b"".join(self.chunks) if self.headers.get("transfer-encoding") == "chunked" else body

    @property
    def chunks(self) -> list[bytes]:
        rest, found = self.raw.partition(b"\r\n\r\n")[2], []
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            found.append(rest[: int(size, 16)])
            rest = rest[int(size, 16) + 2 :]
        return found

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def payloads(self) -> list[Any]:
        """The JSON of each frame, in the plain framing."""
        lines = self.body.decode().split("\n")
        return [json.loads(line.removeprefix("data:")) for line in lines if line.startswith("data:")]

    @property
    def sound(self) -> bytes:
        """What the frames carry together."""
        return b"".join(base64.b64decode(p["output"]["audio"]["data"]) for p in self.payloads)

    @property
    def audio_path(self) -> str:
        """Path and query of the URL in a JSON answer."""
        url = urlsplit(self.json["output"]["audio"]["url"])
        return f"{url.path}?{url.query}"


def connect(sandbox: Sandbox, *, timeout: float = 30) -> socket.socket:
    port = urlsplit(sandbox.base_url).port
    return socket.create_connection(("127.0.0.1", port or 0), timeout=timeout)


def ask(
    sandbox: Sandbox,
    method: str,
    path: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    *,
    patience: float = 30,
    cap: int = 20_000_000,
) -> Heard:
    """Send one request on a connection of its own and listen until it ends."""
    lines = {"Host": "127.0.0.1", "Connection": "close", "Content-Length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    with connect(sandbox, timeout=patience) as connection:
        connection.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        return listen(connection, cap=cap)


def listen(connection: socket.socket, *, cap: int = 20_000_000) -> Heard:
    raw, pieces = bytearray(), 0
    while len(raw) < cap:
        try:
            piece = connection.recv(65536)
        except ConnectionResetError:
            return Heard(bytes(raw), "reset", pieces)
        except TimeoutError:
            return Heard(bytes(raw), "silence", pieces)
        if not piece:
            return Heard(bytes(raw), "eof", pieces)
        raw += piece
        pieces += 1
    return Heard(bytes(raw), "enough", pieces)


def order(text: Any = "hi", *, model: Any = "qwen3-tts-flash", voice: Any = "Cherry", **more: Any) -> bytes:
    """Give the documented body of a synthesis request."""
    return json.dumps({"model": model, "input": {"text": text, "voice": voice, **more}}).encode()


def say(
    sandbox: Sandbox,
    text: str = "hi",
    *,
    stream: bool = False,
    patience: float = 30,
    cap: int = 20_000_000,
    **more: Any,
) -> Heard:
    """Ask for a synthesis."""
    headers = KEY | STREAM if stream else KEY
    return ask(sandbox, "POST", GENERATION, order(text, **more), headers, patience=patience, cap=cap)


def fetch(sandbox: Sandbox, answer: Heard, *, patience: float = 30, cap: int = 20_000_000) -> Heard:
    """Download what a JSON answer points to."""
    return ask(sandbox, "GET", answer.audio_path, patience=patience, cap=cap)
