"""The audio host: what a signed URL gives, in the manner of OSS."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.formats.checksums import crc_header, md5_headers
from qwentts_cli.sandbox.http.reply import Reply, ServiceError
from qwentts_cli.sandbox.voices.engine import EngineFailed

if TYPE_CHECKING:
    from qwentts_cli.sandbox.faults.fault_script import Chosen
    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.http.response_writer import ResponseWriter
    from qwentts_cli.sandbox.service import Service

# OSS sends the CRC with every object; in pure Python it would cost more than the rest of the sandbox.
_MAX_CRC_BYTES = 16 * 1024


def download(service: Service, exchange: Exchange, writer: ResponseWriter) -> None:
    """Answer GET /audio/..., errors as XML."""
    exchange.phase = "get"
    chosen = service.faults.choose("get", _content(service, exchange))
    exchange.faults += chosen.labels
    if not writer.wait(chosen.latency):
        return
    try:
        if chosen.spoil is None:
            writer.send(_object(service, exchange, chosen))
        else:
            chosen.spoil(writer, lambda: _object(service, exchange, chosen))
    except ServiceError as error:
        writer.send(error.as_xml(exchange.request_id))


def _content(service: Service, exchange: Exchange) -> bytes:
    """What a download is about, the same in every run: what was said, not the random name it got."""
    speech = service.audio.said(exchange.path)
    text = exchange.path if speech is None else repr(speech.utterance)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _object(service: Service, exchange: Exchange, chosen: Chosen) -> Reply:
    if exchange.header("Authorization"):
        raise ServiceError(
            400, "InvalidArgument", "A request must not carry both a signature and an Authorization header."
        )
    try:
        speech, pcm = service.audio.fetch(exchange.path, exchange.query)
    except EngineFailed:
        raise ServiceError(500, "InternalError", "The object cannot be read.") from None
    pcm, sound = chosen.alter(pcm, speech.sound) if chosen.alter else (pcm, speech.sound)
    body = sound.encode(pcm)
    headers = {"Content-Type": sound.media_type, "x-oss-request-id": exchange.request_id, **md5_headers(body)}
    if len(body) <= _MAX_CRC_BYTES:
        headers |= crc_header(body)
    return Reply(200, headers, body)
