"""Faults of the JSON answer to a synthesis."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.error_codes import CODES, error_of_code
from qwentts_cli.sandbox.faults.fault_kind import FaultKind
from qwentts_cli.sandbox.faults.http_faults import MakeReply, send_refusal
from qwentts_cli.sandbox.http.reply import Reply, json_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.sandbox.http.response_writer import ResponseWriter

_DEEP = 100_000
_HUGE = 9 * 1024 * 1024
_CODE = "|".join(re.escape(code) for code in CODES)

# How each bad URL is made of the true one; the variants on this machine would work if they were asked for.
_BAD_URLS: dict[str, Callable[[str], object]] = {
    "file": lambda _: "file:///etc/passwd",
    "ftp": lambda url: url.replace("http:", "ftp:", 1),
    "javascript": lambda _: "javascript:alert(1)",
    "no-scheme": lambda url: url.removeprefix("http:"),
    "userinfo": lambda url: url.replace("://", "://user:secret@", 1),
    "other-host": lambda url: url.replace("127.0.0.1", "localhost", 1),
    "look-alike": lambda _: "https://oss.aliyuncs.com.example.com/audio.wav",
    "backslash": lambda url: url.replace("/audio", "\\.aliyuncs.com/audio", 1),
    "homograph": lambda _: "https://oss.\u0430liyuncs.com/audio.wav",
    "ip": lambda _: "http://192.0.2.1/audio.wav",
    "private": lambda _: "http://169.254.169.254/latest/meta-data",
    "number": lambda url: url.replace("127.0.0.1", "2130706433", 1),
    "port22": lambda url: re.sub(r":\d+/", ":22/", url, count=1),
    "crlf": lambda url: f"{url}\r\nX-Injected: 1",
    "long": lambda url: f"{url}&pad={'x' * 5000}",
    "empty": lambda _: "",
    "not-string": lambda _: 7,
}


def _code(writer: ResponseWriter, _answer: MakeReply, code: str) -> None:
    send_refusal(writer, error_of_code(code))


def _error_in_200(writer: ResponseWriter, _answer: MakeReply, code: str) -> None:
    request_id = writer.exchange.request_id
    writer.send(json_reply(200, error_of_code(code).payload(request_id), request_id))


def _send_body(writer: ResponseWriter, body: bytes) -> None:
    writer.send(Reply(200, {"Content-Type": "application/json"}, body))


def _empty_object(writer: ResponseWriter, _answer: MakeReply, _: str) -> None:
    _send_body(writer, b"{}")


def _null(writer: ResponseWriter, _answer: MakeReply, _: str) -> None:
    _send_body(writer, b"null")


def _list(writer: ResponseWriter, _answer: MakeReply, _: str) -> None:
    _send_body(writer, b"[]")


def _nan(writer: ResponseWriter, _answer: MakeReply, _: str) -> None:
    _send_body(writer, b'{"output":NaN,"usage":' + b"9" * 5000 + b"}")


def _deep_json(writer: ResponseWriter, _answer: MakeReply, _: str) -> None:
    _send_body(writer, b'{"output":' + b"[" * _DEEP)


def _huge_json(writer: ResponseWriter, _answer: MakeReply, _: str) -> None:
    _send_body(writer, b'{"output":"' + b"x" * _HUGE + b'"}')


def _truncated_json(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    reply = answer()
    writer.send(reply.with_body(reply.body[: len(reply.body) // 2]))


def _bad_url(writer: ResponseWriter, answer: MakeReply, how: str) -> None:
    def spoil(payload: dict[str, Any]) -> None:
        audio = payload["output"]["audio"]
        audio["url"] = _BAD_URLS[how](audio["url"]) if how in _BAD_URLS else how

    _send_changed(writer, answer(), spoil)


def _no_url(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    _send_changed(writer, answer(), lambda payload: payload["output"]["audio"].pop("url"))


def _missing_optionals(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    _send_changed(writer, answer(), drop_optionals)


def drop_optionals(payload: dict[str, Any]) -> None:
    """Take out all that a client must be able to do without."""
    payload.pop("usage", None)
    payload.pop("request_id", None)
    for name in ("id", "expires_at"):
        payload["output"]["audio"].pop(name, None)


def _send_changed(writer: ResponseWriter, reply: Reply, change: Callable[[dict[str, Any]], object]) -> None:
    payload = json.loads(reply.body)
    change(payload)
    writer.send(reply.with_body(json.dumps(payload, ensure_ascii=False).encode()))


JSON_KINDS: dict[str, FaultKind[Reply]] = {
    "code": FaultKind(
        _code, "refuses with that documented code and its status", argument="CODE", pattern=_CODE
    ),
    "json-error-in-200": FaultKind(
        _error_in_200,
        "answers 200 with that error as its body",
        argument="CODE",
        pattern=_CODE,
        default="Throttling.RateQuota",
    ),
    "empty-object": FaultKind(_empty_object, "answers 200 with {}"),
    "null": FaultKind(_null, "answers 200 with null"),
    "list": FaultKind(_list, "answers 200 with []"),
    "nan": FaultKind(_nan, "answers 200 with NaN and a number of 5,000 digits"),
    "deep-json": FaultKind(_deep_json, "answers 200 with 100,000 brackets"),
    "huge-json": FaultKind(_huge_json, "answers 200 with 9 MB of JSON"),
    "truncated-json": FaultKind(_truncated_json, "sends half of the JSON, its length agreeing", bills=True),
    "bad-url": FaultKind(
        _bad_url,
        f"hands out a URL that must be refused ({', '.join(_BAD_URLS)}) or the one given",
        bills=True,
        argument="KIND|URL",
        pattern=f"{'|'.join(_BAD_URLS)}|[^ ]*:[^ ]*",
    ),
    "no-url": FaultKind(_no_url, "leaves out the URL", bills=True),
    "missing-optionals": FaultKind(
        _missing_optionals, "leaves out usage, request_id, id and expires_at", bills=True
    ),
}
