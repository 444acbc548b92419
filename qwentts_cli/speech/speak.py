"""A text spoken: segments, requests, sound in order, with the pauses that were asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qwentts_cli.audio.stream import RAW_SAMPLE_RATE
from qwentts_cli.audio.wav import SAMPLE_BYTES, Pcm
from qwentts_cli.errors import RefusedText, RejectedError, TextTooLong
from qwentts_cli.speech.pipeline import deliver_in_order
from qwentts_cli.synthesis.usage import Gap, Usage
from qwentts_cli.text.segment import Segment, halve, halve_by_sentences
from qwentts_cli.text.units import count_units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qwentts_cli.audio.sink import Recording
    from qwentts_cli.dashscope.request import SynthesisRequest
    from qwentts_cli.observer import Observer
    from qwentts_cli.speech.pipeline import WorkerPool
    from qwentts_cli.speech.utterance import Utterance
    from qwentts_cli.subtitles.cues import CueTrack
    from qwentts_cli.synthesis.synthesizer import Emit

    Synthesize = Callable[[SynthesisRequest, Emit], Usage]

# What stands in the sound for a sentence that was left out.
_REFUSED_SILENCE_S = 1.0


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds of silence before a segment, and before one that begins a paragraph."""

    segment_s: float = 0.0
    paragraph_s: float | None = None

    @property
    def by_paragraph(self) -> bool:
        """Whether paragraphs are to be segments of their own."""
        return self.paragraph_s is not None

    def before(self, utterance: Utterance) -> float:
        if utterance.pause_s is not None:
            return utterance.pause_s
        if utterance.segment.starts_paragraph and self.paragraph_s is not None:
            return self.paragraph_s
        return self.segment_s


@dataclass(frozen=True, slots=True)
class Spoken:
    """What came of a text: segments that were spoken, and what they took."""

    segments: int
    usage: Usage

    @property
    def is_cached(self) -> bool:
        """Whether nothing had to be asked for."""
        return self.segments > 0 and not self.usage.requests


def speak(
    utterances: Iterable[Utterance],
    synthesize: Synthesize,
    recording: Recording,
    *,
    pool: WorkerPool | None,
    pauses: Pauses,
    observer: Observer,
    rank: int = 0,
    is_live: bool = False,
    skips_refused: bool = False,
    cues: CueTrack | None = None,
) -> Spoken:
    """Speak `utterances` into `recording`, one after the other.

    Raises:
        QwenTTSError: the first failure in the order of the text; it names line and column.
    """
    number, usage, told_s = 0, Usage(), 0.0
    begun: Utterance | None = None

    def write(utterance: Utterance, pcm: Pcm) -> None:
        nonlocal begun
        if begun is not utterance:
            if begun or utterance.pause_s is not None:
                recording.silence(pauses.before(utterance))
            begun = utterance
            if cues:
                text, speaker = utterance.segment.text, utterance.speaker
                cues.begin(text, start_frame=recording.frames, speaker=speaker)
        recording.write(pcm)
        if cues:
            cues.feed(pcm)

    speaker = _Speaker(synthesize, skips_refused=skips_refused)
    speakable = (utterance for utterance in utterances if utterance.segment.speakable)
    for _, used in deliver_in_order(speakable, speaker.speak, write, pool=pool, rank=rank, is_live=is_live):
        number, usage = number + 1, usage + used
        observer.text_spoken(used.characters, recording.duration_s - told_s)
        told_s = recording.duration_s
    if cues:
        cues.finish()
    return Spoken(number, usage)


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Makes segments into sound, smaller ones where the service does not take a whole one."""

    synthesize: Synthesize
    skips_refused: bool

    def speak(self, utterance: Utterance, emit: Emit) -> Usage:
        segment = utterance.segment
        try:
            return self.synthesize(utterance.request(), emit)
        except TextTooLong as error:
            # The unit of the length limit is not documented, so the service's answer decides.
            halves = halve(segment) if len(segment.text) > 1 else None
            return self._speak_halves(halves, error, utterance, emit)
        except RefusedText as error:
            return self._speak_halves(halve_by_sentences(segment), error, utterance, emit)
        except RejectedError as error:
            raise error.replace(place=(segment.line, segment.column)) from error

    def _speak_halves(
        self, halves: tuple[Segment, Segment] | None, error: RejectedError, utterance: Utterance, emit: Emit
    ) -> Usage:
        if halves:
            parts = (replace(utterance, segment=half) for half in halves if half.speakable)
            return sum((self.speak(part, emit) for part in parts), Usage())
        segment = utterance.segment
        if not (self.skips_refused and isinstance(error, RefusedText)):
            raise error.replace(place=(segment.line, segment.column)) from error
        frames = round(_REFUSED_SILENCE_S * RAW_SAMPLE_RATE)
        emit(Pcm(bytes(frames * SAMPLE_BYTES), RAW_SAMPLE_RATE))
        gap = Gap(segment.line, segment.column, count_units(segment.sent))
        return Usage(gaps=(gap,))
