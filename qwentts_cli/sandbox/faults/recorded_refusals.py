"""Answers that the live service, or what stands before it, was seen to give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.sandbox.error_codes import CODES, error_of_code
from qwentts_cli.sandbox.faults.fault_kind import FaultKind
from qwentts_cli.sandbox.faults.http_faults import MakeReply, send_refusal
from qwentts_cli.sandbox.http.event_stream import Frame, encode_frame, send_stream
from qwentts_cli.sandbox.http.reply import Reply, ServiceError, json_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwentts_cli.sandbox.http.response_writer import ResponseWriter

    MakeFrames = Callable[[], Iterator[Frame]]

_PARAMETER = "InvalidParameter"
_REFUSALS = {
    "engine-411": (400, _PARAMETER, "[cosyvoice:]Engine error [411]: TTS speak operation failed"),
    "engine-418": (400, _PARAMETER, "[tts:]Engine return error code: 418"),
    "engine-428": (400, _PARAMETER, "[tts:]Engine return error code: 428"),
    "voice-not-found": (400, "BadRequest.VoiceNotFound", "Voice not found: sandbox"),
    "voice-invalid": (400, _PARAMETER, "Request voice is invalid!"),
    "text-limited": (400, _PARAMETER, "Each request sends text is limited: 20000, current: 36000"),
    "text-invalid": (400, _PARAMETER, "Please ensure input text is valid"),
    "url-error": (400, _PARAMETER, "url error, please check url\uff01"),
    "http-call": (400, _PARAMETER, "current user api does not support http call"),
    "no-preprocess": (400, _PARAMETER, "preprocess service not found"),
    "not-authorized": (
        401,
        "NOT AUTHORIZED",
        "Access denied: Either you are not authorized to access this workspace, or it does not exist.",
    ),
    "weekly-quota": (429, "Throttling.AllocationQuota", "weekly quota exhausted"),
    "quota-exhausted": (429, "Throttling.AllocationQuota", "quota exhausted"),
}
_UNEXPLAINED = {f"{status}-empty": status for status in (400, 401, 404)}
_NAMES = "|".join((*_REFUSALS, *_UNEXPLAINED))
_CODE = "|".join(code.replace(".", r"\.") for code in CODES)


def _recorded(writer: ResponseWriter, _answer: MakeReply, name: str) -> None:
    if name in _UNEXPLAINED:
        writer.send(json_reply(_UNEXPLAINED[name], {}, writer.exchange.request_id))
    else:
        send_refusal(writer, ServiceError(*_REFUSALS[name]))


def _recorded_event(writer: ResponseWriter, _answer: MakeFrames, name: str) -> None:
    status, code, message = _REFUSALS[name]
    payload = ServiceError(status, code, message).payload(writer.exchange.request_id)
    send_stream(writer, iter([Frame(payload, "error", status)]))


def _error_event(writer: ResponseWriter, _answer: MakeReply, code: str) -> None:
    error = error_of_code(code)
    frame = Frame(error.payload(writer.exchange.request_id), "error", error.status)
    writer.send(Reply(200, {"Content-Type": "text/event-stream;charset=UTF-8"}, encode_frame(1, frame)))


RECORDED_KINDS: dict[str, FaultKind[Reply]] = {
    "recorded": FaultKind(
        _recorded,
        "refuses in words that were recorded",
        argument="|".join((*_REFUSALS, *_UNEXPLAINED)),
        pattern=_NAMES,
    ),
    "error-event": FaultKind(
        _error_event,
        "answers 200 with an error event",
        argument="CODE",
        pattern=_CODE,
        default="Throttling.AllocationQuota",
    ),
}
RECORDED_STREAM_KINDS: dict[str, FaultKind[Iterator[Frame]]] = {
    "recorded": FaultKind(
        _recorded_event,
        "answers 200 and an error frame in words that were recorded",
        argument="NAME",
        pattern="|".join(_REFUSALS),
    ),
}
