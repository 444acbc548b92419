"""POST .../tts/SpeechSynthesizer: Qwen-Audio-TTS and CosyVoice, whole or streamed by sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.endpoints.sentence_times import cut_sentences, time_words
from qwentts_cli.sandbox.endpoints.synthesis import synthesize
from qwentts_cli.sandbox.endpoints.synthesizer_request import read_synthesis
from qwentts_cli.sandbox.http.event_stream import Frame
from qwentts_cli.sandbox.http.reply import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.sandbox.endpoints.speech_order import SpeechOrder
    from qwentts_cli.sandbox.endpoints.synthesis import Synthesis
    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.http.response_writer import ResponseWriter
    from qwentts_cli.sandbox.service import Service
    from qwentts_cli.sandbox.speech_file import SpeechFile


def synthesize_speech(service: Service, exchange: Exchange, writer: ResponseWriter) -> None:
    """Answer with a URL, or with frames of sentences that end with one.

    Raises:
        ServiceError: the request is refused.
    """
    synthesize(service, exchange, writer, read=read_synthesis, stream=_frames)


def _frames(synthesis: Synthesis, order: SpeechOrder) -> Iterator[Frame]:
    stream = _SentenceStream(synthesis, order)
    try:
        yield from stream.sentences()
    except ServiceError as error:
        yield Frame(error.payload(synthesis.exchange.request_id), "error", error.status)
    else:
        yield Frame(synthesis.last_payload(order, bytes(stream.spoken)))


class _SentenceStream:
    """The frames of one sentence after the other, and all samples so far."""

    def __init__(self, synthesis: Synthesis, order: SpeechOrder) -> None:
        self._synthesis = synthesis
        self._order = order
        self._sound = order.speech.sound
        self._head = self._sound.stream_head
        self.spoken = bytearray()

    def sentences(self) -> Iterator[Frame]:
        """Yield begin, sound and end of each; what is encoded as a whole is cut into equal parts."""
        texts = cut_sentences(self._order.speech.utterance.text)
        encoded = b"" if self._sound.streams else self._encode_all()
        for index, text in enumerate(texts):
            part = encoded[len(encoded) * index // len(texts) : len(encoded) * (index + 1) // len(texts)]
            yield from self._sentence(index, text, part)

    def _sentence(self, index: int, text: str, encoded: bytes) -> Iterator[Frame]:
        facts = {"index": index, "words": []}
        yield self._frame("sentence-begin", b"", sentence=facts, original_text=text)
        begin = len(self.spoken)
        for piece in self._synthesis.speak(self._recording(text)):
            self.spoken += piece
            if self._sound.streams:
                yield self._frame("sentence-synthesis", self._take_head() + piece, sentence=facts)
        if encoded:
            yield self._frame("sentence-synthesis", encoded, sentence=facts)
        if self._order.word_times:
            facts = {"index": index, "words": time_words(text, self._ms(begin), self._ms(len(self.spoken)))}
        yield self._frame("sentence-end", b"", sentence=facts, original_text=text)

    def _encode_all(self) -> bytes:
        return self._sound.encode(b"".join(self._synthesis.speak(self._order.speech)))

    def _recording(self, text: str) -> SpeechFile:
        speech = self._order.speech
        left = speech.max_seconds
        if left is not None:
            left -= self._sound.seconds(len(self.spoken))
        return replace(speech, utterance=replace(speech.utterance, text=text), max_seconds=left)

    def _take_head(self) -> bytes:
        head, self._head = self._head, b""
        return head

    def _frame(self, kind: str, data: bytes, **output: object) -> Frame:
        payload = self._synthesis.sound_payload(self._order, data, len(self.spoken), type=kind, **output)
        return Frame(payload)

    def _ms(self, pcm_bytes: int) -> int:
        return round(self._sound.seconds(pcm_bytes) * 1000)
