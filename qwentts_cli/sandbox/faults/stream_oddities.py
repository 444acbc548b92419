"""Streams that were seen to end, or to carry their sound, in ways of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.sandbox.faults.fault_kind import FaultKind
from qwentts_cli.sandbox.http.event_stream import encode_frame, open_stream, send_stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwentts_cli.sandbox.http.event_stream import Frame
    from qwentts_cli.sandbox.http.response_writer import ResponseWriter

    MakeFrames = Callable[[], Iterator[Frame]]


def _done(writer: ResponseWriter, answer: MakeFrames, how: str) -> None:
    *frames, last = answer()
    open_stream(writer)
    for number, frame in enumerate(frames if how == "instead" else [*frames, last], 1):
        writer.write_chunk(encode_frame(number, frame))
    writer.write_chunk(b"data:[DONE]\n\n")
    writer.write_chunk(b"")


def _data_uri(writer: ResponseWriter, answer: MakeFrames, _: str) -> None:
    send_stream(writer, map(_with_data_uri, answer()))


def _with_data_uri(frame: Frame) -> Frame:
    audio = frame.payload["output"]["audio"]
    if audio["data"]:
        audio["data"] = f"data:audio/wav;base64,{audio['data']}"
    return frame


def _silent(writer: ResponseWriter, answer: MakeFrames, _: str) -> None:
    *_frames, last = answer()
    last.payload["output"]["audio"].pop("url")
    send_stream(writer, iter([last]))


ODD_STREAM_KINDS: dict[str, FaultKind[Iterator[Frame]]] = {
    "done": FaultKind(
        _done,
        "sends data:[DONE] after the last frame, or instead of it",
        argument="after|instead",
        pattern="after|instead",
        default="after",
    ),
    "data-uri": FaultKind(_data_uri, "writes the Base64 of the sound as data: URIs"),
    "silent": FaultKind(_silent, "ends well without any sound or URL"),
}
