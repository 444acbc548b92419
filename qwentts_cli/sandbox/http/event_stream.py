"""Frames of a streamed answer as the service writes them: no space after colons, the status a comment."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.http.reply import gateway_headers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwentts_cli.sandbox.http.response_writer import ResponseWriter


@dataclass(frozen=True, slots=True)
class Frame:
    payload: dict[str, Any]
    event: str = "result"
    status: int = 200


def encode_frame(number: int, frame: Frame) -> bytes:
    data = json.dumps(frame.payload, ensure_ascii=False, separators=(",", ":"))
    return f"id:{number}\nevent:{frame.event}\n:HTTP_STATUS/{frame.status}\ndata:{data}\n\n".encode()


def open_stream(writer: ResponseWriter) -> None:
    """Send the headers of a streamed answer; its body is chunked."""
    headers = {"Content-Type": "text/event-stream;charset=UTF-8", "Transfer-Encoding": "chunked"}
    writer.write(writer.head(200, headers | gateway_headers(writer.exchange.request_id)), status=200)


def send_stream(
    writer: ResponseWriter, frames: Iterator[Frame], *, encode: Callable[[int, Frame], bytes] = encode_frame
) -> None:
    """Send a whole streamed answer, each frame as soon as it exists."""
    open_stream(writer)
    for number, frame in enumerate(frames, 1):
        writer.write_chunk(encode(number, frame))
    writer.write_chunk(b"")
