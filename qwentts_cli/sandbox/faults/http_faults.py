"""Faults of HTTP itself, for the synthesis and for the download alike."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from email.utils import formatdate
from functools import cache
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.error_codes import error_of_status, oss_error_of_status
from qwentts_cli.sandbox.faults.fault_kind import COUNT, SECONDS, FaultKind
from qwentts_cli.sandbox.formats.wav_header import wav_header
from qwentts_cli.sandbox.http.reply import Reply, ServiceError

if TYPE_CHECKING:
    from qwentts_cli.sandbox.http.response_writer import ResponseWriter

MakeReply = Callable[[], Reply]

NO_CHECKSUM: dict[str, str | None] = {"Content-MD5": None, "ETag": None, "x-oss-hash-crc64ecma": None}

_HTML = (
    b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to this network.</body></html>\n"
)
_GZIPPED = {"Content-Encoding": "gzip"}
_BOMB_BYTES = 50 * 1024 * 1024


def send_refusal(writer: ResponseWriter, error: ServiceError) -> None:
    """MakeReply with an error: JSON from the service, XML from the audio host."""
    request_id = writer.exchange.request_id
    writer.send(error.as_xml(request_id) if writer.exchange.phase == "get" else error.as_json(request_id))


def _status(writer: ResponseWriter, _answer: MakeReply, status: str) -> None:
    make = oss_error_of_status if writer.exchange.phase == "get" else error_of_status
    send_refusal(writer, make(int(status)))


def _retry_after(writer: ResponseWriter, _answer: MakeReply, value: str) -> None:
    error = error_of_status(429)
    send_refusal(writer, ServiceError(429, error.code, error.message, {"Retry-After": value}))


def _retry_after_date(writer: ResponseWriter, answer: MakeReply, seconds: str) -> None:
    _retry_after(writer, answer, formatdate(writer.now() + float(seconds), usegmt=True))


def _reset(writer: ResponseWriter, _answer: MakeReply, _: str) -> None:
    writer.reset()


def _reset_after(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    answer()
    writer.reset()


def _close(writer: ResponseWriter, _answer: MakeReply, _: str) -> None:
    writer.close()


def _hang_up(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    writer.send(answer())
    writer.keep_alive = False


def _stall(writer: ResponseWriter, _answer: MakeReply, _: str) -> None:
    writer.stall()


def _drip_headers(writer: ResponseWriter, answer: MakeReply, seconds: str) -> None:
    reply = answer()
    writer.drip(writer.render(reply), float(seconds), status=reply.status)


def _drip_body(writer: ResponseWriter, answer: MakeReply, seconds: str) -> None:
    reply = answer()
    writer.write(writer.head_of(reply), status=reply.status)
    writer.drip(reply.body, float(seconds))


def _garbage(writer: ResponseWriter, _answer: MakeReply, _: str) -> None:
    writer.write(b"\x16\x03\x01\x02\x00\xff\xfe no HTTP \x00\r\n\r\n")
    writer.close()


def _huge_headers(writer: ResponseWriter, answer: MakeReply, size: str) -> None:
    writer.send(answer().with_headers({"X-Huge": "x" * int(size)}))


def _many_headers(writer: ResponseWriter, answer: MakeReply, count: str) -> None:
    writer.send(answer().with_headers({f"X-Many-{n}": "x" for n in range(int(count))}))


def _html(writer: ResponseWriter, _answer: MakeReply, status: str) -> None:
    writer.send(Reply(int(status), {"Content-Type": "text/html"}, _HTML))


def _xml(writer: ResponseWriter, _answer: MakeReply, _: str) -> None:
    body = oss_error_of_status(500).as_xml(writer.exchange.request_id).body
    writer.send(Reply(200, {"Content-Type": "application/xml"}, body))


def _gzip(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    reply = answer()
    writer.send(reply.with_body(gzip.compress(reply.body)).with_headers(_GZIPPED))


def _gzip_bomb(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    writer.send(answer().with_body(_bomb()).with_headers(_GZIPPED))


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(_BOMB_BYTES))


def _redirect(writer: ResponseWriter, _answer: MakeReply, status: str) -> None:
    # Another name of this machine, so that the ledger shows who followed and what they sent along.
    target = writer.exchange.header("Host").replace("127.0.0.1", "localhost")
    writer.send(Reply(int(status), {"Location": f"http://{target}/elsewhere"}, b""))


def _cut(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    reply = answer()
    writer.write(writer.head_of(reply) + reply.body[: len(reply.body) // 2], status=reply.status)
    writer.close()


def _overlong(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    reply = answer()
    writer.write(writer.render(reply) + b"more than was announced", status=reply.status)
    writer.close()


def _close_delimited(writer: ResponseWriter, answer: MakeReply, how: str) -> None:
    reply = answer().with_headers(NO_CHECKSUM)
    writer.keep_alive = False
    body = reply.body[: len(reply.body) // 2] if how == "cut" else reply.body
    writer.write(writer.head(reply.status, reply.headers) + body, status=reply.status)


def _chunked(writer: ResponseWriter, answer: MakeReply, how: str) -> None:
    reply = answer()
    head = writer.head(reply.status, reply.headers | {"Transfer-Encoding": "chunked"})
    writer.write(head, status=reply.status)
    writer.write_chunk(reply.body[: len(reply.body) // 2])
    if how == "cut":
        writer.close()
        return
    writer.write_chunk(reply.body[len(reply.body) // 2 :])
    writer.write_chunk(b"")


def _chunked_cut(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    _chunked(writer, answer, "cut")


def _wrong_type(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    writer.send(answer().with_headers({"Content-Type": "text/plain"}))


def _endless(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    reply = answer()
    writer.write(writer.head(200, reply.headers | {"Transfer-Encoding": "chunked"}), status=200)
    writer.write_chunk(wav_header(-1) if writer.exchange.phase == "get" else b'{"output":"')
    filler = b"\1\0" * 32768 if writer.exchange.phase == "get" else b"x" * 65536
    while not writer.stopping:
        writer.write_chunk(filler)


HTTP_KINDS: dict[str, FaultKind[Reply]] = {
    "status": FaultKind(
        _status, "answers with that HTTP status and the usual code", argument="NNN", pattern=r"[2-5]\d\d"
    ),
    "retry-after": FaultKind(
        _retry_after, "answers 429 with that Retry-After, sent as given", argument="VALUE", pattern=r".*"
    ),
    "retry-after-date": FaultKind(
        _retry_after_date,
        "answers 429 with Retry-After as a date that far off",
        argument="SEC",
        pattern=SECONDS,
    ),
    "reset": FaultKind(_reset, "resets the connection before anything is processed"),
    "reset-after": FaultKind(_reset_after, "resets the connection after processing", bills=True),
    "close": FaultKind(_close, "closes the connection without an answer"),
    "hang-up": FaultKind(
        _hang_up, "answers well, then closes the connection without having said so", bills=True
    ),
    "stall": FaultKind(_stall, "never answers"),
    "drip-headers": FaultKind(
        _drip_headers,
        "sends the answer byte by byte, so far apart",
        bills=True,
        argument="SEC",
        pattern=SECONDS,
        default="0.1",
    ),
    "drip-body": FaultKind(
        _drip_body,
        "sends the headers, then the body byte by byte",
        bills=True,
        argument="SEC",
        pattern=SECONDS,
        default="0.1",
    ),
    "garbage": FaultKind(_garbage, "sends bytes that are no HTTP"),
    "huge-headers": FaultKind(
        _huge_headers,
        "adds one header of so many bytes",
        bills=True,
        argument="BYTES",
        pattern=COUNT,
        default="70000",
    ),
    "many-headers": FaultKind(
        _many_headers, "adds so many headers", bills=True, argument="N", pattern=COUNT, default="150"
    ),
    "html": FaultKind(
        _html,
        "answers with a sign-in page, as a captive portal does",
        argument="NNN",
        pattern=r"200|4\d\d|511",
        default="200",
    ),
    "xml": FaultKind(_xml, "answers 200 with an XML error"),
    "gzip": FaultKind(_gzip, "compresses the body, asked or not", bills=True),
    "gzip-bomb": FaultKind(_gzip_bomb, "sends 50 MB of zeros in 50 kB of gzip", bills=True),
    "redirect": FaultKind(
        _redirect,
        "redirects to another host name of this sandbox, as a captive portal does",
        argument="NNN",
        pattern=r"30[12378]",
        default="302",
    ),
    "cut": FaultKind(_cut, "closes after half of the body that Content-Length announced", bills=True),
    "overlong": FaultKind(_overlong, "sends more than Content-Length announced, and closes", bills=True),
    "close-delimited": FaultKind(
        _close_delimited,
        "sends no length and no checksum; `cut` also stops half-way",
        bills=True,
        argument="whole|cut",
        pattern=r"whole|cut",
        default="whole",
    ),
    "chunked": FaultKind(_chunked, "sends the body chunked", bills=True),
    "chunked-cut": FaultKind(_chunked_cut, "sends the body chunked and closes before its end", bills=True),
    "wrong-type": FaultKind(_wrong_type, "labels the right body text/plain", bills=True),
    "endless": FaultKind(_endless, "sends a body that never ends", bills=True),
}
