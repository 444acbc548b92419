"""POST .../multimodal-generation/generation: Qwen3-TTS and the legacy models, whole or streamed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.sandbox.endpoints.generation_request import read_generation
from qwentts_cli.sandbox.endpoints.synthesis import synthesize
from qwentts_cli.sandbox.http.event_stream import Frame
from qwentts_cli.sandbox.http.reply import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.sandbox.endpoints.speech_order import SpeechOrder
    from qwentts_cli.sandbox.endpoints.synthesis import Synthesis
    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.http.response_writer import ResponseWriter
    from qwentts_cli.sandbox.service import Service


def generate(service: Service, exchange: Exchange, writer: ResponseWriter) -> None:
    """Answer with a URL, or with frames of headerless samples that end with one.

    Raises:
        ServiceError: the request is refused.
    """
    synthesize(service, exchange, writer, read=read_generation, stream=_frames)


def _frames(synthesis: Synthesis, order: SpeechOrder) -> Iterator[Frame]:
    spoken = bytearray()
    try:
        for piece in synthesis.speak(order.speech):
            spoken += piece
            yield Frame(synthesis.sound_payload(order, piece, len(spoken)))
    except ServiceError as error:
        if not spoken:
            raise
        yield Frame(error.payload(synthesis.exchange.request_id), "error", error.status)
        return
    yield Frame(synthesis.last_payload(order, bytes(spoken)))
