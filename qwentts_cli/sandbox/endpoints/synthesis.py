"""What both synthesis endpoints share: limits, faults, bills, and the whole answer with its URL."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.accounting import usage_of
from qwentts_cli.sandbox.endpoints.generation_request import refuse_length
from qwentts_cli.sandbox.http.event_stream import send_stream
from qwentts_cli.sandbox.http.reply import Reply, ServiceError, json_reply
from qwentts_cli.sandbox.speech_file import record
from qwentts_cli.sandbox.voices.engine import EngineFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwentts_cli.sandbox.endpoints.speech_order import SpeechOrder
    from qwentts_cli.sandbox.faults.fault_script import Chosen
    from qwentts_cli.sandbox.http.event_stream import Frame
    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.http.response_writer import ResponseWriter
    from qwentts_cli.sandbox.service import Service
    from qwentts_cli.sandbox.speech_file import SpeechFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthesis:
    """One request being answered: where, who asked, and what will go wrong."""

    service: Service
    exchange: Exchange
    chosen: Chosen
    read: Callable[[Service, Exchange], SpeechOrder]
    stream: Callable[[Synthesis, SpeechOrder], Iterator[Frame]]

    def answer(self) -> Reply:
        """Synthesize, bill, and give the JSON answer."""
        order = self._take_order()
        pcm = b"".join(self.speak(order.speech))
        self.exchange.billed = order.units
        payload = self.last_payload(order, pcm)
        if self.chosen.data_only:
            audio = payload["output"]["audio"]
            del audio["url"]
            audio["data"] = base64.b64encode(order.speech.sound.encode(pcm)).decode()
        return json_reply(200, payload, self.exchange.request_id)

    def frames(self) -> Iterator[Frame]:
        """Check and bill; the frames come as they are spoken, the first of them exists already."""
        order = self._take_order()
        frames = self.stream(self, order)
        first = next(frames)
        self.exchange.billed = order.units
        return chain([first], frames)

    def speak(self, speech: SpeechFile) -> Iterator[bytes]:
        """Yield samples at the rate of the speech."""
        try:
            yield from record(self.service.engine, speech)
        except EngineFailed:
            raise ServiceError(500, "InternalError.Algo", "inference internal error.") from None

    def last_payload(self, order: SpeechOrder, pcm: bytes) -> dict[str, Any]:
        """Store the sound; give the payload with its URL, which says "stop"."""
        published = self.service.audio.publish(order.speech)
        self.service.audio.keep(published.path, pcm)
        audio = self._audio(expires_at=published.expires_at) | {"url": published.url}
        return self._payload({"audio": audio, "finish_reason": "stop"}, order, len(pcm))

    def sound_payload(
        self, order: SpeechOrder, sound: bytes, pcm_bytes: int, **output: object
    ) -> dict[str, Any]:
        """Give the payload of a piece; `pcm_bytes` are all samples so far."""
        audio = self._audio(expires_at=int(self.service.clock()), data=sound)
        return self._payload({"audio": audio, "finish_reason": "null", **output}, order, pcm_bytes)

    def _payload(self, output: dict[str, Any], order: SpeechOrder, pcm_bytes: int) -> dict[str, Any]:
        seconds = order.speech.sound.seconds(pcm_bytes)
        usage = usage_of(order.model, order.units, seconds)
        return {"output": output, "usage": usage, "request_id": self.exchange.request_id}

    def _audio(self, *, expires_at: int, data: bytes = b"") -> dict[str, Any]:
        return {
            "data": base64.b64encode(data).decode(),
            "expires_at": expires_at,
            "id": f"audio_{self.exchange.request_id}",
        }

    def _take_order(self) -> SpeechOrder:
        order = self.read(self.service, self.exchange)
        utterance = order.speech.utterance
        self.exchange.model, self.exchange.voice = order.model.id, utterance.voice
        if any(word in utterance.text for word in self.chosen.refused_words):
            raise ServiceError(
                400, "DataInspectionFailed", "Input or output data may contain inappropriate content."
            )
        if self.chosen.limit is not None and len(utterance.text) > self.chosen.limit:
            refuse_length(self.chosen.limit)
        return order


def synthesize(
    service: Service,
    exchange: Exchange,
    writer: ResponseWriter,
    *,
    read: Callable[[Service, Exchange], SpeechOrder],
    stream: Callable[[Synthesis, SpeechOrder], Iterator[Frame]],
) -> None:
    """Answer a synthesis request, with the faults that are due.

    Raises:
        ServiceError: the request is refused.
    """
    streaming = exchange.header("X-DashScope-SSE").lower() == "enable"
    exchange.phase = "sse" if streaming else "post"
    service.access.check(exchange)
    service.limit.take()
    chosen = service.faults.choose("post", exchange.body, streaming=streaming)
    stream_chosen = service.faults.choose("sse", exchange.body) if streaming else None
    exchange.faults += chosen.labels + (stream_chosen.labels if stream_chosen else [])
    if not writer.wait(chosen.latency):
        return
    synthesis = Synthesis(service=service, exchange=exchange, chosen=chosen, read=read, stream=stream)
    if chosen.spoil is not None:
        chosen.spoil(writer, synthesis.answer)
    elif stream_chosen is None:
        writer.send(synthesis.answer())
    elif stream_chosen.spoil_stream is not None:
        stream_chosen.spoil_stream(writer, synthesis.frames)
    else:
        send_stream(writer, synthesis.frames())
