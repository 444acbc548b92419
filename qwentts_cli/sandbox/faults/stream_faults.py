"""Faults and oddities of the streamed answer."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, count, islice
from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.error_codes import CODES, error_of_code
from qwentts_cli.sandbox.faults.fault_kind import COUNT, SECONDS, FaultKind
from qwentts_cli.sandbox.faults.json_faults import drop_optionals
from qwentts_cli.sandbox.formats.wav_header import wav_header
from qwentts_cli.sandbox.http.event_stream import Frame, encode_frame, open_stream, send_stream
from qwentts_cli.sandbox.http.reply import Reply, json_reply

if TYPE_CHECKING:
    from qwentts_cli.sandbox.http.response_writer import ResponseWriter

Frames = Iterator[Frame]
MakeFrames = Callable[[], Frames]

# The data size that a streaming encoder writes when it does not know better.
_UNKNOWN_SIZE = 0x7FFFFFFF
_HEADER_SPLIT = 20
_CODE = "|".join(re.escape(code) for code in CODES)
_ERROR = "Throttling.AllocationQuota"


# What is sent: the sound of the frames.


def _sounds(frames: Frames, change: Callable[[Iterator[bytes]], Iterator[bytes]]) -> Frames:
    """Give the frames with another cut of their sound; the last frame, which has none, stays as it is."""
    *sounding, last = frames
    pieces = change(base64.b64decode(frame.payload["output"]["audio"]["data"]) for frame in sounding)
    first = sounding[0].payload
    recut = [
        Frame({**first, "output": {**first["output"], "audio": _with_data(first, piece)}}) for piece in pieces
    ]
    return iter([*recut, last])


def _with_data(payload: dict[str, Any], piece: bytes) -> dict[str, Any]:
    return {**payload["output"]["audio"], "data": base64.b64encode(piece).decode()}


def _riff(writer: ResponseWriter, answer: MakeFrames, _: str) -> None:
    def with_header(pieces: Iterator[bytes]) -> Iterator[bytes]:
        yield wav_header(_UNKNOWN_SIZE) + next(pieces)
        yield from pieces

    send_stream(writer, _sounds(answer(), with_header))


def _riff_split(writer: ResponseWriter, answer: MakeFrames, _: str) -> None:
    def with_split_header(pieces: Iterator[bytes]) -> Iterator[bytes]:
        header = wav_header(_UNKNOWN_SIZE)
        yield header[:_HEADER_SPLIT]
        yield header[_HEADER_SPLIT:] + next(pieces)
        yield from pieces

    send_stream(writer, _sounds(answer(), with_split_header))


def _odd(writer: ResponseWriter, answer: MakeFrames, _: str) -> None:
    def oddly(pieces: Iterator[bytes]) -> Iterator[bytes]:
        pcm = b"".join(pieces)
        sizes = (size | 1 for size in count(1001, 2))
        while pcm:
            size = next(sizes)
            yield pcm[:size]
            pcm = pcm[size:]

    send_stream(writer, _sounds(answer(), oddly))


def _bad_base64(writer: ResponseWriter, answer: MakeFrames, _: str) -> None:
    frames = answer()
    first = next(frames)
    first.payload["output"]["audio"]["data"] = "!not*base64"
    send_stream(writer, chain([first], frames))


def _out_of_order(writer: ResponseWriter, answer: MakeFrames, _: str) -> None:
    first, second, *rest = answer()
    open_stream(writer)
    for number, frame in ((2, second), (1, first), *enumerate(rest, 3)):
        writer.write_chunk(encode_frame(number, frame))
    writer.write_chunk(b"")


def _missing_optionals(writer: ResponseWriter, answer: MakeFrames, _: str) -> None:
    frames = list(answer())
    for frame in frames:
        drop_optionals(frame.payload)
    send_stream(writer, iter(frames))


# How it is framed.


def _reframed(
    writer: ResponseWriter, answer: MakeFrames, _: str, *, change: Callable[[bytes], bytes]
) -> None:
    send_stream(writer, answer(), encode=lambda number, frame: change(encode_frame(number, frame)))


def _space(frame: bytes) -> bytes:
    return re.sub(rb"^(id|event|data):", rb"\1: ", frame, flags=re.MULTILINE)


def _multi_data(writer: ResponseWriter, answer: MakeFrames, _: str) -> None:
    def encode(number: int, frame: Frame) -> bytes:
        lines = json.dumps(frame.payload, indent=1).splitlines()
        data = "".join(f"data:{line}\n" for line in lines)
        return f"id:{number}\nevent:{frame.event}\n:HTTP_STATUS/{frame.status}\n{data}\n".encode()

    send_stream(writer, answer(), encode=encode)


def _one_byte_writes(writer: ResponseWriter, answer: MakeFrames, _: str) -> None:
    frames = answer()
    open_stream(writer)
    for number, frame in enumerate(frames, 1):
        for byte in encode_frame(number, frame):
            writer.write_chunk(bytes([byte]))
    writer.write_chunk(b"")


def _no_final_blank(writer: ResponseWriter, answer: MakeFrames, _: str) -> None:
    *frames, last = answer()
    open_stream(writer)
    for number, frame in enumerate(frames, 1):
        writer.write_chunk(encode_frame(number, frame))
    writer.write_chunk(encode_frame(len(frames) + 1, last).rstrip(b"\n"))
    writer.write_chunk(b"")


def _comments_only(writer: ResponseWriter, answer: MakeFrames, seconds: str) -> None:
    answer()
    open_stream(writer)
    for _ in writer.ticks(float(seconds)):
        writer.write_chunk(b":keep-alive\n\n")


def _slow(writer: ResponseWriter, answer: MakeFrames, seconds: str) -> None:
    frames = answer()
    send_stream(writer, (frame for frame in frames if writer.wait(float(seconds))))


# Where it ends.


def _send_some(writer: ResponseWriter, frames: Frames, wanted: str) -> Frames:
    """Send so many frames; give the others, which always are at least one."""
    open_stream(writer)
    sent = list(islice(frames, int(wanted)))
    for number, frame in enumerate(sent, 1):
        writer.write_chunk(encode_frame(number, frame))
    return frames


def _no_stop(writer: ResponseWriter, answer: MakeFrames, _: str) -> None:
    send_stream(writer, (frame for frame in answer() if frame.payload["output"]["finish_reason"] != "stop"))


def _cut_frame(writer: ResponseWriter, answer: MakeFrames, wanted: str) -> None:
    cut = next(_send_some(writer, answer(), wanted), None)
    if cut is not None:
        frame = encode_frame(int(wanted) + 1, cut)
        writer.write_chunk(frame[: len(frame) // 2])
    writer.close()


def _reset(writer: ResponseWriter, answer: MakeFrames, wanted: str) -> None:
    _send_some(writer, answer(), wanted)
    writer.reset()


def _stall(writer: ResponseWriter, answer: MakeFrames, wanted: str) -> None:
    _send_some(writer, answer(), wanted)
    writer.stall()


def _endless_line(writer: ResponseWriter, answer: MakeFrames, _: str) -> None:
    answer()
    open_stream(writer)
    writer.write_chunk(b'id:1\nevent:result\n:HTTP_STATUS/200\ndata:{"output":"')
    while not writer.stopping:
        writer.write_chunk(b"x" * 65536)


# Errors.


def _error_frame(writer: ResponseWriter, code: str) -> Frame:
    error = error_of_code(code)
    return Frame(error.payload(writer.exchange.request_id), "error", error.status)


def _error_mid(writer: ResponseWriter, answer: MakeFrames, code: str) -> None:
    _send_some(writer, answer(), "1")
    writer.write_chunk(encode_frame(2, _error_frame(writer, code)))
    writer.write_chunk(b"")


def _error_first(writer: ResponseWriter, _answer: MakeFrames, code: str) -> None:
    send_stream(writer, iter([_error_frame(writer, code)]))


def _error_sse_body(writer: ResponseWriter, _answer: MakeFrames, code: str) -> None:
    frame = _error_frame(writer, code)
    writer.send(Reply(frame.status, {"Content-Type": "application/json"}, encode_frame(1, frame)))


def _json_instead(writer: ResponseWriter, answer: MakeFrames, _: str) -> None:
    *_frames, last = answer()
    writer.send(json_reply(200, last.payload, writer.exchange.request_id))


SSE_KINDS: dict[str, FaultKind[Frames]] = {
    "riff": FaultKind(_riff, "starts the first chunk with a WAV header"),
    "riff-split": FaultKind(_riff_split, "splits that WAV header over two chunks"),
    "odd": FaultKind(_odd, "cuts the sound into chunks of odd sizes"),
    "bad-base64": FaultKind(_bad_base64, "spoils the base64 of the first chunk"),
    "out-of-order": FaultKind(_out_of_order, "swaps the first two frames, ids and all"),
    "missing-optionals": FaultKind(_missing_optionals, "leaves out usage, request_id, id and expires_at"),
    "crlf": FaultKind(
        partial(_reframed, change=lambda frame: frame.replace(b"\n", b"\r\n")), "ends lines in CRLF"
    ),
    "bom": FaultKind(
        partial(_reframed, change=lambda frame: frame.replace(b"id:1\n", b"\xef\xbb\xbfid:1\n")),
        "starts with a BOM",
    ),
    "space-after-colon": FaultKind(partial(_reframed, change=_space), "writes a space after each colon"),
    "comments": FaultKind(
        partial(_reframed, change=lambda frame: b":keep-alive\n\n" + frame),
        "puts a comment before each frame",
    ),
    "multi-data": FaultKind(_multi_data, "spreads each JSON over several data: lines"),
    "one-byte-writes": FaultKind(_one_byte_writes, "sends each byte as a chunk of its own"),
    "no-final-blank": FaultKind(_no_final_blank, "ends without the last blank line"),
    "comments-only": FaultKind(
        _comments_only,
        "sends keep-alive comments for ever, so far apart",
        argument="SEC",
        pattern=SECONDS,
        default="0.1",
    ),
    "slow": FaultKind(_slow, "waits that long before each frame", argument="SEC", pattern=SECONDS),
    "no-stop": FaultKind(_no_stop, "ends without the last frame"),
    "cut-frame": FaultKind(
        _cut_frame,
        "closes in the middle of a frame, after so many whole ones",
        argument="FRAMES",
        pattern=COUNT,
        default="1",
    ),
    "reset": FaultKind(
        _reset, "resets the connection after so many frames", argument="FRAMES", pattern=COUNT, default="1"
    ),
    "stall": FaultKind(
        _stall, "says no more after so many frames", argument="FRAMES", pattern=COUNT, default="1"
    ),
    "endless-line": FaultKind(_endless_line, "sends a line that never ends"),
    "error-mid": FaultKind(
        _error_mid,
        "sends an error frame after the first sound",
        argument="CODE",
        pattern=_CODE,
        default=_ERROR,
    ),
    "error-first": FaultKind(
        _error_first, "answers 200 and an error frame", argument="CODE", pattern=_CODE, default=_ERROR
    ),
    "error-sse-body": FaultKind(
        _error_sse_body,
        "refuses with an error frame labelled JSON",
        argument="CODE",
        pattern=_CODE,
        default=_ERROR,
    ),
    "json-instead": FaultKind(_json_instead, "answers with JSON instead of a stream"),
}
