"""The audio host: what a signed URL gives, in the manner of OSS."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.formats.checksums import crc_header, md5_headers
from qwentts_cli.sandbox.reply import Reply, ServiceError
from qwentts_cli.sandbox.voices.engine import EngineFailed

if TYPE_CHECKING:
    from qwentts_cli.sandbox.exchange import Exchange
    from qwentts_cli.sandbox.faults.script import Chosen
    from qwentts_cli.sandbox.service import Service
    from qwentts_cli.sandbox.wire import Wire

# OSS sends the CRC with every object; in pure Python it would cost more than the rest of the sandbox.
_MAX_CRC_BYTES = 16 * 1024


def download(service: Service, exchange: Exchange, wire: Wire) -> None:
    """Answer GET /audio/..., errors as XML."""
    exchange.phase = "get"
    chosen = service.faults.choose("get", _content(service, exchange))
    exchange.faults += chosen.labels
    if not wire.wait(chosen.latency):
        return
    try:
        if chosen.spoil is None:
            wire.send(_object(service, exchange, chosen))
        else:
            chosen.spoil(wire, lambda: _object(service, exchange, chosen))
    except ServiceError as error:
        wire.send(error.as_xml(exchange.request_id))


def _content(service: Service, exchange: Exchange) -> bytes:
    """What a download is about, the same in every run: what was said, not the random name it got."""
    recording = service.audio.said(exchange.path)
    text = exchange.path if recording is None else repr(recording.utterance)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _object(service: Service, exchange: Exchange, chosen: Chosen) -> Reply:
    if exchange.header("Authorization"):
        raise ServiceError(
            400, "InvalidArgument", "A request must not carry both a signature and an Authorization header."
        )
    try:
        recording, pcm = service.audio.fetch(exchange.path, exchange.query)
    except EngineFailed:
        raise ServiceError(500, "InternalError", "The object cannot be read.") from None
    pcm, sound = chosen.alter(pcm, recording.sound) if chosen.alter else (pcm, recording.sound)
    body = sound.encode(pcm)
    headers = {"Content-Type": sound.media_type, "x-oss-request-id": exchange.request_id, **md5_headers(body)}
    if len(body) <= _MAX_CRC_BYTES:
        headers |= crc_header(body)
    return Reply(200, headers, body)
