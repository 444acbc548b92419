"""A text spoken: segments, requests, sound in order, with the pauses that were asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qwentts_cli.errors import QwenTTSError, TextTooLong
from qwentts_cli.synthesis.pipeline import deliver_in_order
from qwentts_cli.text.segment import Segment, halve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qwentts_cli.audio.sink import Recording
    from qwentts_cli.audio.wav import Pcm
    from qwentts_cli.synthesis.pipeline import Crew
    from qwentts_cli.synthesis.request import SynthesisRequest
    from qwentts_cli.synthesis.synthesizer import Emit, Receipt

    Synthesize = Callable[[SynthesisRequest, Emit], Receipt]


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds of silence before a segment, and before one that begins a paragraph."""

    segment_s: float = 0.0
    paragraph_s: float | None = None

    def before(self, segment: Segment) -> float:
        if segment.starts_paragraph and self.paragraph_s is not None:
            return self.paragraph_s
        return self.segment_s


@dataclass(slots=True)
class Tally:
    """What a recording took: segments spoken, characters in them, and what of that this run paid."""

    segments: int = 0
    characters: int = 0
    billed: int = 0
    requests: int = 0
    request_ids: list[str] = field(default_factory=list)

    @property
    def is_cached(self) -> bool:
        """Whether nothing had to be asked for."""
        return self.segments > 0 and not self.requests

    def add(self, receipt: Receipt) -> None:
        self.segments += 1
        self.requests += receipt.requests
        self.characters += receipt.characters
        self.billed += receipt.billed
        self.request_ids += receipt.request_ids


def speak(
    segments: Iterable[Segment],
    recipe: SynthesisRequest,
    synthesize: Synthesize,
    recording: Recording,
    *,
    crew: Crew | None,
    pauses: Pauses,
    rank: int = 0,
    on_segment: Callable[[Segment, Tally], None] = lambda _segment, _tally: None,
) -> Tally:
    """Speak `segments` into `recording`, each as a request made after `recipe`.

    Raises:
        QwenTTSError: the first failure in the order of the text; it names line and column.
    """
    tally = Tally()
    begun: Segment | None = None

    def write(segment: Segment, pcm: Pcm) -> None:
        nonlocal begun
        if begun is not segment:
            if begun:
                recording.silence(pauses.before(segment))
            begun = segment
        recording.write(pcm)

    def make(segment: Segment, emit: Emit) -> Receipt:
        try:
            return _synthesize(segment, recipe, synthesize, emit)
        except QwenTTSError as error:
            error.message = f"{error.message} (text at line {segment.line}, column {segment.column})"
            raise

    spoken = (segment for segment in segments if segment.speakable)
    for segment, receipt in deliver_in_order(spoken, make, write, crew=crew, rank=rank):
        tally.add(receipt)
        on_segment(segment, tally)
    return tally


def _synthesize(segment: Segment, recipe: SynthesisRequest, synthesize: Synthesize, emit: Emit) -> Receipt:
    """The unit of the service's length limit is not documented, so its answer decides: halve and go on."""
    # Nothing is said of the space before the first word, but it is billed.
    text = segment.text if segment.start else segment.text.lstrip()
    try:
        return synthesize(recipe.with_text(text), emit)
    except TextTooLong:
        if len(segment.text) == 1:
            raise
    halves = [half for half in halve(segment) if half.speakable]
    receipts = [_synthesize(half, recipe, synthesize, emit) for half in halves]
    return sum(receipts[1:], receipts[0])
