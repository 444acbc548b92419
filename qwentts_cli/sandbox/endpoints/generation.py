"""The synthesis route: one JSON answer with a URL, or a stream of frames that ends with one."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.accounting import usage_of
from qwentts_cli.sandbox.endpoints.generation_request import read_order, refuse_length, require_key
from qwentts_cli.sandbox.reply import Reply, ServiceError, json_reply
from qwentts_cli.sandbox.sse import Frame, send_stream
from qwentts_cli.sandbox.voices.engine import EngineFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.sandbox.endpoints.generation_request import SpeechOrder
    from qwentts_cli.sandbox.exchange import Exchange
    from qwentts_cli.sandbox.faults.script import Chosen
    from qwentts_cli.sandbox.service import Service
    from qwentts_cli.sandbox.wire import Wire


def generate(service: Service, exchange: Exchange, wire: Wire) -> None:
    """Answer POST /api/v1/services/aigc/multimodal-generation/generation.

    Raises:
        ServiceError: the request is refused.
    """
    streaming = exchange.header("X-DashScope-SSE").lower() == "enable"
    exchange.phase = "sse" if streaming else "post"
    require_key(exchange.header("Authorization"))
    service.limit.take()
    chosen = service.faults.choose("post", exchange.body, streaming=streaming)
    stream_chosen = service.faults.choose("sse", exchange.body) if streaming else None
    exchange.faults += chosen.labels + (stream_chosen.labels if stream_chosen else [])
    if not wire.wait(chosen.latency):
        return
    if chosen.spoil is not None:
        chosen.spoil(wire, lambda: _answer(service, exchange, chosen))
    elif stream_chosen is None:
        wire.send(_answer(service, exchange, chosen))
    elif stream_chosen.spoil_stream is not None:
        stream_chosen.spoil_stream(wire, lambda: _start_stream(service, exchange, chosen))
    else:
        send_stream(wire, _start_stream(service, exchange, chosen))


def _answer(service: Service, exchange: Exchange, chosen: Chosen) -> Reply:
    """Synthesize, bill, and give the JSON answer."""
    order = _take_order(service, exchange, chosen)
    pcm = b"".join(_speak(service, order))
    exchange.billed = order.units
    published = service.audio.publish(order.utterance)
    service.audio.keep(published.path, pcm)
    audio = _audio(exchange, expires_at=published.expires_at, url=published.url)
    payload = _payload(exchange, audio, "stop", usage_of(order.model, order.units, len(pcm)))
    return json_reply(200, payload, exchange.request_id)


def _start_stream(service: Service, exchange: Exchange, chosen: Chosen) -> Iterator[Frame]:
    """Check and bill; the frames come as they are spoken, the first of them exists already."""
    order = _take_order(service, exchange, chosen)
    pieces = _speak(service, order)
    first = next(pieces)
    exchange.billed = order.units
    return _frames(service, exchange, order, first, pieces)


def _frames(
    service: Service, exchange: Exchange, order: SpeechOrder, first: bytes, pieces: Iterator[bytes]
) -> Iterator[Frame]:
    spoken = [first]
    yield _sound_frame(service, exchange, order, spoken)
    try:
        for piece in pieces:
            spoken.append(piece)
            yield _sound_frame(service, exchange, order, spoken)
    except ServiceError as error:
        yield Frame(error.payload(exchange.request_id), "error", error.status)
        return
    published = service.audio.publish(order.utterance)
    pcm = b"".join(spoken)
    service.audio.keep(published.path, pcm)
    audio = _audio(exchange, expires_at=published.expires_at, url=published.url)
    yield Frame(_payload(exchange, audio, "stop", usage_of(order.model, order.units, len(pcm))))


def _sound_frame(service: Service, exchange: Exchange, order: SpeechOrder, spoken: list[bytes]) -> Frame:
    audio = _audio(exchange, data=spoken[-1], expires_at=int(service.clock()))
    return Frame(_payload(exchange, audio, "null", usage_of(order.model, order.units, sum(map(len, spoken)))))


def _take_order(service: Service, exchange: Exchange, chosen: Chosen) -> SpeechOrder:
    order = read_order(exchange.body, service.data, service.custom_voices.models)
    exchange.model, exchange.voice = order.model.id, order.utterance.voice
    text = order.utterance.text
    if any(word in text for word in chosen.refused_words):
        raise ServiceError(
            400, "DataInspectionFailed", "Input or output data may contain inappropriate content."
        )
    if chosen.limit is not None and len(text) > chosen.limit:
        refuse_length(chosen.limit)
    return order


def _speak(service: Service, order: SpeechOrder) -> Iterator[bytes]:
    try:
        yield from service.engine.speak(order.utterance)
    except EngineFailed:
        raise ServiceError(500, "InternalError.Algo", "inference internal error.") from None


def _audio(exchange: Exchange, *, expires_at: int, data: bytes = b"", url: str = "") -> dict[str, Any]:
    audio: dict[str, Any] = {
        "data": base64.b64encode(data).decode(),
        "expires_at": expires_at,
        "id": f"audio_{exchange.request_id}",
    }
    return audio | ({"url": url} if url else {})


def _payload(
    exchange: Exchange, audio: dict[str, Any], finish_reason: str, used: dict[str, Any]
) -> dict[str, Any]:
    return {
        "output": {"audio": audio, "finish_reason": finish_reason},
        "usage": used,
        "request_id": exchange.request_id,
    }
