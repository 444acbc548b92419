"""A text spoken: segments, requests, sound in order, with the pauses that were asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qwentts_cli.audio.stream import RAW_SAMPLE_RATE
from qwentts_cli.audio.wav import SAMPLE_BYTES, Pcm
from qwentts_cli.batch.outcome import Gap
from qwentts_cli.errors import RefusedText, RejectedError, TextTooLong
from qwentts_cli.speech.pipeline import deliver_in_order
from qwentts_cli.synthesis.synthesizer import Receipt
from qwentts_cli.text.segment import Segment, halve, halve_by_sentences
from qwentts_cli.text.units import count_units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qwentts_cli.audio.sink import Recording
    from qwentts_cli.dashscope.request import SynthesisRequest
    from qwentts_cli.speech.pipeline import WorkerPool
    from qwentts_cli.subtitles.cues import CueTrack
    from qwentts_cli.synthesis.synthesizer import Emit

    Synthesize = Callable[[SynthesisRequest, Emit], Receipt]

# What stands in the sound for a sentence that was left out.
_REFUSED_SILENCE_S = 1.0


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
    gaps: list[Gap] = field(default_factory=list)

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
        self.gaps += receipt.gaps


def speak(
    segments: Iterable[Segment],
    recipe: SynthesisRequest,
    synthesize: Synthesize,
    recording: Recording,
    *,
    pool: WorkerPool | None,
    pauses: Pauses,
    rank: int = 0,
    skips_refused: bool = False,
    cues: CueTrack | None = None,
    on_segment: Callable[[Tally], None] = lambda _tally: None,
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
            if cues:
                cues.begin(segment.text, start_frame=recording.frames)
        recording.write(pcm)
        if cues:
            cues.feed(pcm)

    voice = _Voice(recipe, synthesize, skips_refused=skips_refused)
    spoken = (segment for segment in segments if segment.speakable)
    for _, receipt in deliver_in_order(spoken, voice.speak, write, pool=pool, rank=rank):
        tally.add(receipt)
        on_segment(tally)
    if cues:
        cues.finish()
    return tally


@dataclass(frozen=True, slots=True)
class _Voice:
    """Makes segments into sound, smaller ones where the service does not take a whole one."""

    recipe: SynthesisRequest
    synthesize: Synthesize
    skips_refused: bool

    def speak(self, segment: Segment, emit: Emit) -> Receipt:
        # Nothing is said of the space before the first word, but it is billed.
        text = segment.text if segment.start else segment.text.lstrip()
        try:
            return self.synthesize(self.recipe.with_text(text), emit)
        except TextTooLong as error:
            # The unit of the length limit is not documented, so the service's answer decides.
            halves = halve(segment) if len(segment.text) > 1 else None
            return self._speak_halves(halves, error, segment, emit)
        except RefusedText as error:
            return self._speak_halves(halve_by_sentences(segment), error, segment, emit)
        except RejectedError as error:
            raise error.replace(place=(segment.line, segment.column)) from error

    def _speak_halves(
        self, halves: tuple[Segment, Segment] | None, error: RejectedError, segment: Segment, emit: Emit
    ) -> Receipt:
        if halves:
            receipts = [self.speak(half, emit) for half in halves if half.speakable]
            return sum(receipts[1:], receipts[0])
        if not (self.skips_refused and isinstance(error, RefusedText)):
            raise error.replace(place=(segment.line, segment.column)) from error
        frames = round(_REFUSED_SILENCE_S * RAW_SAMPLE_RATE)
        emit(Pcm(bytes(frames * SAMPLE_BYTES), RAW_SAMPLE_RATE))
        gap = Gap(segment.line, segment.column, count_units(segment.text))
        return Receipt(0, gaps=(gap,))
