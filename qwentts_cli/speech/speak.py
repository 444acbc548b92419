"""A text spoken: segments, requests, sound in order, with the pauses that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.audio.audible import AudibleMeter
from qwentts_cli.audio.wav import SAMPLE_BYTES, Pcm
from qwentts_cli.errors import QwenTTSError, RefusedText, RejectedError, TextTooLong
from qwentts_cli.speech.length_check import Judgement, LengthCheck
from qwentts_cli.speech.pipeline import deliver_in_order
from qwentts_cli.synthesis.usage import Doubt, Gap, Usage
from qwentts_cli.text.segment import Segment, halve, halve_by_sentences
from qwentts_cli.text.units import count_units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from qwentts_cli.dashscope.request import SynthesisRequest
    from qwentts_cli.observer import Observer
    from qwentts_cli.speech.laying.layout import Layout
    from qwentts_cli.speech.pipeline import WorkerPool
    from qwentts_cli.speech.utterance import Utterance
    from qwentts_cli.synthesis.synthesizer import Emit

    Synthesize = Callable[[SynthesisRequest, Emit], Usage]

# What stands in the sound for a sentence that was left out.
_REFUSED_SILENCE_S = 1.0


class Spoken(Struct, frozen=True):
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
    layout: Layout,
    *,
    pool: WorkerPool | None,
    observer: Observer,
    rank: int = 0,
    is_live: bool = False,
    skips_refused: bool = False,
    length_check: LengthCheck | None = None,
) -> Spoken:
    """Speak `utterances` into the recording of `layout`.

    Raises:
        QwenTTSError: the first failure in the order of the text; it names line and column.
    """
    number, usage, told_s, end_pause_s = 0, Usage(), 0.0, 0.0

    def speakable() -> Iterator[Utterance]:
        nonlocal end_pause_s
        for utterance in _carry_chapters(utterances):
            if utterance.segment.speakable:
                yield utterance
            elif utterance.is_pause:
                end_pause_s = utterance.pause_s or 0.0

    speaker = _Speaker(synthesize, skips_refused=skips_refused, check=length_check or LengthCheck())
    said = deliver_in_order(speakable(), speaker.speak, layout.write, pool=pool, rank=rank, is_live=is_live)
    for _, used in said:
        number, usage = number + 1, usage + used
        observer.text_spoken(used.characters, layout.duration_s - told_s)
        told_s = layout.duration_s
    layout.finish(end_pause_s)
    observer.text_spoken(0, layout.duration_s - told_s)
    return Spoken(number, usage)


def _carry_chapters(utterances: Iterable[Utterance]) -> Iterator[Utterance]:
    """A chapter that would begin with what has no sound begins with the next sound."""
    chapter = None
    for utterance in utterances:
        chapter = utterance.chapter if utterance.chapter is not None else chapter
        yield utterance if utterance.chapter == chapter else replace(utterance, chapter=chapter)
        if utterance.segment.speakable:
            chapter = None


class _Speaker(Struct, frozen=True):
    """Makes segments into sound, smaller ones where the service does not take a whole one."""

    synthesize: Synthesize
    skips_refused: bool
    check: LengthCheck

    def speak(self, utterance: Utterance, emit: Emit) -> Usage:
        segment = utterance.segment
        try:
            return self._speak_whole(utterance, emit)
        except TextTooLong as error:
            # The unit of the length limit is not documented, so the service's answer decides.
            halves = halve(segment) if len(segment.text) > 1 else None
            return self._speak_halves(halves, error, utterance, emit)
        except RefusedText as error:
            return self._speak_halves(halve_by_sentences(segment), error, utterance, emit)
        except RejectedError as error:
            raise error.replace(place=(segment.line, segment.column)) from error

    def _speak_whole(self, utterance: Utterance, emit: Emit) -> Usage:
        """Speak with one request, and with more of them where what came cannot be all."""
        request, retakes = utterance.request(), self.check.retakes
        listener = _Listener(None if retakes else emit)
        take = self._judge(request, listener, self.synthesize(request, listener))
        for _ in range(retakes):
            if take.is_plausible or not (better := self._retake(request, take)):
                break
            take = better
        if retakes:
            for pcm in take.sound:
                emit(pcm)
        return take.usage + take.doubts(utterance.segment)

    def _retake(self, request: SynthesisRequest, take: _Take) -> _Take | None:
        """Ask again, and have the better one kept; gives that, with what both took.

        What may not be asked for again, or does not succeed, leaves what there is already.
        """
        if not self.check.make_anew:
            return None
        listener = _Listener()
        try:
            usage, settle = self.check.make_anew(request, listener)
        except QwenTTSError:
            return None
        again = self._judge(request, listener, usage)
        is_better = again.distance() < take.distance()
        settle(is_better)
        both = take.usage + replace(usage, characters=0)  # it is the same text
        return replace(again if is_better else take, usage=both)

    def _judge(self, request: SynthesisRequest, listener: _Listener, usage: Usage) -> _Take:
        had_s = listener.meter.seconds
        return _Take(listener.sound, usage, had_s, self.check.judge(request, had_s))

    def _speak_halves(
        self, halves: tuple[Segment, Segment] | None, error: RejectedError, utterance: Utterance, emit: Emit
    ) -> Usage:
        if halves:
            parts = (replace(utterance, segment=half) for half in halves if half.speakable)
            return sum((self.speak(part, emit) for part in parts), Usage())
        segment = utterance.segment
        if not (self.skips_refused and isinstance(error, RefusedText)):
            raise error.replace(place=(segment.line, segment.column)) from error
        rate = utterance.voice.sample_rate
        emit(Pcm(bytes(round(_REFUSED_SILENCE_S * rate) * SAMPLE_BYTES), rate))
        gap = Gap(segment.line, segment.column, count_units(utterance.request().text))
        return Usage(gaps=(gap,))


class _Listener:
    """Hears the sound of one take, and keeps it where nobody else takes it."""

    def __init__(self, emit: Emit | None = None) -> None:
        self.sound: list[Pcm] = []
        self.meter = AudibleMeter()
        self._emit = emit or self.sound.append

    def __call__(self, pcm: Pcm) -> None:
        self.meter.feed(pcm)
        self._emit(pcm)


class _Take(Struct, frozen=True):
    """One answer to a request; `had_s` is what is heard of it."""

    sound: list[Pcm]
    usage: Usage
    had_s: float
    judgement: Judgement

    @property
    def is_plausible(self) -> bool:
        return self.judgement.is_plausible

    def distance(self) -> tuple[bool, float]:
        """The smaller, the better."""
        return not self.is_plausible, abs(self.had_s - self.judgement.expected_s)

    def doubts(self, segment: Segment) -> Usage:
        if self.is_plausible:
            return Usage()
        return Usage(
            doubts=(
                Doubt(
                    line=segment.line,
                    column=segment.column,
                    had_s=self.had_s,
                    expected_s=self.judgement.expected_s,
                ),
            )
        )
