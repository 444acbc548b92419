"""A server that speaks just enough of the API to be no part of what is measured: no limit, no checks.

    python -m benchmarks.plain_server --latency 0.05

It prints its base URL. Every text gets the same second of sound, whole or as a stream.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import json
import math
import struct
from itertools import count

RATE = 24_000
FRAME_BYTES = 4800
SAMPLES = b"".join(struct.pack("<h", int(9000 * math.sin(n / 9))) for n in range(RATE))
_SIZES = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(SAMPLES), b"WAVE", b"fmt ", 16, 1, 1, RATE,
                     2 * RATE, 2, 16, b"data", len(SAMPLES))  # fmt: skip
WAV = _SIZES + SAMPLES
MD5 = base64.b64encode(hashlib.md5(WAV).digest()).decode()  # noqa: S324 - the storage's own checksum


class PlainServer:
    """`latency_s` passes before a synthesis is answered."""

    def __init__(self, latency_s: float) -> None:
        self._latency_s = latency_s
        self._numbers = count(1)
        self._port = 0

    async def run(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        print(f"http://127.0.0.1:{self._port}/api/v1", flush=True)
        await server.serve_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if line)
                lower = {name.lower(): value for name, value in fields.items()}
                body = await reader.readexactly(int(lower.get("content-length", "0")))
                await self._answer(head, body, writer, is_streamed=lower.get("x-dashscope-sse") == "enable")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, head: bytes, body: bytes, writer: asyncio.StreamWriter, *, is_streamed: bool
    ) -> None:
        if head.startswith(b"GET "):
            writer.write(_http("audio/wav", WAV, f"Content-MD5: {MD5}\r\n"))
        else:
            await asyncio.sleep(self._latency_s)
            text = json.loads(body)["input"]["text"]
            writer.write(self._stream(text) if is_streamed else _http("application/json", self._whole(text)))
        await writer.drain()

    def _whole(self, text: str) -> bytes:
        return json.dumps(self._event(text, {"data": "", "url": self._url(), "id": "a"}, "stop")).encode()

    def _stream(self, text: str) -> bytes:
        pieces = [SAMPLES[start : start + FRAME_BYTES] for start in range(0, len(SAMPLES), FRAME_BYTES)]
        audios: list[dict[str, str]] = [{"data": base64.b64encode(piece).decode()} for piece in pieces]
        rows = [self._event(text, audio, "null") for audio in audios]
        rows.append(self._event(text, {"data": "", "url": self._url()}, "stop"))
        frames = b"".join(f"data:{json.dumps(row)}\n\n".encode() for row in rows)
        return _http("text/event-stream", frames)

    def _event(self, text: str, audio: dict[str, str], finish: str) -> dict[str, object]:
        return {
            "request_id": f"plain-{next(self._numbers)}",
            "output": {"audio": audio, "finish_reason": finish},
            "usage": {"characters": len(text)},
        }

    def _url(self) -> str:
        return f"http://127.0.0.1:{self._port}/audio.wav"


def _http(kind: str, body: bytes, more: str = "") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0)
    asyncio.run(PlainServer(parser.parse_args().latency).run())


if __name__ == "__main__":
    main()
