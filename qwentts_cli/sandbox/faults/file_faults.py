"""Faults of the audio that a URL gives."""

from __future__ import annotations

import struct
from functools import partial
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.faults.fault_kind import FaultKind
from qwentts_cli.sandbox.faults.http_faults import NO_CHECKSUM, MakeReply, send_refusal
from qwentts_cli.sandbox.formats.checksums import crc_header, md5_headers
from qwentts_cli.sandbox.formats.wav_header import HEADER_BYTES, wav_file, wav_header
from qwentts_cli.sandbox.http.reply import Reply, ServiceError

if TYPE_CHECKING:
    from qwentts_cli.sandbox.http.response_writer import ResponseWriter

_NOT_WAV = {
    "html": b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
    "xml": b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>InternalError</Code></Error>',
    "json": b'{"code":"InternalError","message":"no audio here"}',
    "mp3": b"ID3\x04\x00\x00\x00\x00\x00\x00" + b"\xff\xf3\x84\xc4" + bytes(400),
}
_FORMATS = {
    "rate0": {"rate": 0},
    "channels0": {"channels": 0},
    "bits0": {"bits": 0},
    "stereo": {"channels": 2},
    "8bit": {"bits": 8},
    "44100": {"rate": 44_100},
}


def _send_object(writer: ResponseWriter, reply: Reply, body: bytes) -> None:
    """Send another body as if it were the stored one: its checksums agree."""
    writer.send(reply.with_body(body).with_headers({**NO_CHECKSUM, **md5_headers(body)}))


def _lying_size(writer: ResponseWriter, answer: MakeReply, _: str, *, size: int) -> None:
    """Announce `size` bytes of samples; the RIFF size follows it as far as it can."""
    reply = answer()
    riff = min(size + 36, 0xFFFFFFFF) if size else 0
    body = bytearray(reply.body)
    struct.pack_into("<I", body, 4, riff)
    struct.pack_into("<I", body, 40, size)
    _send_object(writer, reply, bytes(body))


def _bigger_size(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    reply = answer()
    pcm = reply.body[HEADER_BYTES:]
    _send_object(writer, reply, wav_header(len(pcm) + 48_000) + pcm)


def _riff_list(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    reply = answer()
    note = b"LIST" + struct.pack("<I", 18) + b"INFOISFT\x06\0\0\0Lavf60"
    body = reply.body[:36] + note + reply.body[36:]
    _send_object(writer, reply, body[:4] + struct.pack("<I", len(body) - 8) + body[8:])


def _format(writer: ResponseWriter, answer: MakeReply, how: str) -> None:
    reply = answer()
    pcm = reply.body[HEADER_BYTES:]
    _send_object(writer, reply, wav_header(len(pcm), **_FORMATS[how]) + pcm)


def _odd(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    reply = answer()
    _send_object(writer, reply, wav_file(reply.body[HEADER_BYTES:] + b"\0"))


def _flip(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    reply = answer()
    writer.send(reply.with_body(_flipped(reply.body)))


def _flip_silent(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    reply = answer()
    writer.send(reply.with_body(_flipped(reply.body)).with_headers(NO_CHECKSUM))


def _flipped(body: bytes) -> bytes:
    middle = (HEADER_BYTES + len(body)) // 2
    return body[:middle] + bytes([body[middle] ^ 0x10]) + body[middle + 1 :]


def _no_checksum(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    writer.send(answer().with_headers(NO_CHECKSUM))


def _crc_only(writer: ResponseWriter, answer: MakeReply, how: str) -> None:
    reply = answer().with_headers(NO_CHECKSUM)
    body = _flipped(reply.body) if how == "flip" else reply.body
    writer.send(reply.with_body(body).with_headers(crc_header(reply.body)))


def _empty_body(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    _send_object(writer, answer(), b"")


def _empty_wav(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    _send_object(writer, answer(), wav_file(b""))


def _not_wav(writer: ResponseWriter, answer: MakeReply, how: str) -> None:
    _send_object(writer, answer(), _NOT_WAV[how])


def _unprovable(writer: ResponseWriter, answer: MakeReply, _: str) -> None:
    reply = answer().with_headers(NO_CHECKSUM)
    writer.keep_alive = False
    body = wav_header(0xFFFFFFFF) + reply.body[HEADER_BYTES:]
    writer.write(writer.head(200, reply.headers) + body, status=200)


def _expired(writer: ResponseWriter, _answer: MakeReply, _: str) -> None:
    send_refusal(writer, ServiceError(403, "AccessDenied", "Request has expired."))


def _forbidden(writer: ResponseWriter, _answer: MakeReply, _: str) -> None:
    send_refusal(writer, ServiceError(403, "AccessDenied", "You have no right to access this object."))


def _not_found(writer: ResponseWriter, _answer: MakeReply, _: str) -> None:
    send_refusal(writer, ServiceError(404, "NoSuchKey", "The specified key does not exist."))


FILE_KINDS: dict[str, FaultKind[Reply]] = {
    "header0": FaultKind(partial(_lying_size, size=0), "sizes of 0 in the WAV header"),
    "header-7fffffff": FaultKind(
        partial(_lying_size, size=0x7FFFFFFF), "sizes of 0x7FFFFFFF in the WAV header"
    ),
    "header-ffffffff": FaultKind(
        partial(_lying_size, size=0xFFFFFFFF), "sizes of 0xFFFFFFFF in the WAV header"
    ),
    "header-bigger": FaultKind(_bigger_size, "a WAV header that announces a second more than there is"),
    "riff-list": FaultKind(_riff_list, "a right WAV with a LIST chunk before its samples"),
    "format": FaultKind(
        _format,
        "a WAV header with that wrong format",
        argument="|".join(_FORMATS),
        pattern="|".join(_FORMATS),
    ),
    "odd": FaultKind(_odd, "half a sample too much"),
    "flip": FaultKind(_flip, "one bit flipped, the checksums being those of the true body"),
    "flip-silent": FaultKind(_flip_silent, "one bit flipped and no checksum: nobody can tell"),
    "no-checksum": FaultKind(_no_checksum, "the right body without a checksum"),
    "crc-only": FaultKind(
        _crc_only,
        "CRC-64 as the only checksum; `flip` also flips a bit",
        argument="good|flip",
        pattern="good|flip",
        default="good",
    ),
    "empty-body": FaultKind(_empty_body, "no bytes at all"),
    "empty-wav": FaultKind(_empty_wav, "a WAV without samples"),
    "not-wav": FaultKind(
        _not_wav,
        "another file, labelled as WAV",
        argument="|".join(_NOT_WAV),
        pattern="|".join(_NOT_WAV),
        default="html",
    ),
    "unprovable": FaultKind(_unprovable, "no length, no checksum, and 0xFFFFFFFF in the WAV header"),
    "expired": FaultKind(_expired, "403, the URL being too old"),
    "forbidden": FaultKind(_forbidden, "403 for another reason"),
    "notfound": FaultKind(_not_found, "404"),
}
