"""What is spoken with one request: a segment of a text, the voice it has, and the silence before it."""

from __future__ import annotations

from bisect import bisect_right
from itertools import chain, groupby
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field
from msgspec.structs import replace

from qwentts_cli.documents.lexicon import substitute
from qwentts_cli.speech.voice_settings import cut_text, rename_voice
from qwentts_cli.text.boundaries import LINE_BREAK, Boundary
from qwentts_cli.text.segment import Segment
from qwentts_cli.text.soundless import drop_soundless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from qwentts_cli.dashscope.request import SynthesisRequest
    from qwentts_cli.documents.model import Manner, Passage, Substitution
    from qwentts_cli.speech.voice_settings import VoiceSettings

_NOTHING: Final = Segment(
    text="", start=0, line=0, column=0, starts_paragraph=False, boundary=Boundary.PARAGRAPH
)


class Utterance(Struct, frozen=True, kw_only=True):
    """A segment in a voice; `pause_s` is the silence before it, None the usual one.

    `start_s` and `end_s` are its time in a film; one without goes on with the utterance before it.

    `substitutions` are those of the whole text that the segment was cut from. One that begins a `chapter` has
    its title, which may be empty.
    """

    segment: Segment
    voice: VoiceSettings
    pause_s: float | None = None
    start_s: float | None = None
    end_s: float | None = None
    speaker: str = ""
    substitutions: tuple[Substitution, ...] = ()
    chapter: str | None = None

    @property
    def is_pause(self) -> bool:
        """Whether it is nothing but the pause at the end of a text."""
        return not self.segment.text

    @property
    def said(self) -> str:
        """What is said where the segment shows what was written, but for the lexicon of the voice."""
        return substitute(self.segment.text, self.own_substitutions())

    def own_substitutions(self) -> list[Substitution]:
        """The substitutions that begin in the segment, by their places in it."""
        start, end = self.segment.start, self.segment.start + len(self.segment.text)
        return [
            replace(change, start=change.start - start, end=min(change.end, end) - start)
            for change in self.substitutions
            if start <= change.start < end
        ]

    def request(self) -> SynthesisRequest:
        """What to ask for."""
        return self.voice.request(drop_soundless(self.said, self.voice.line_breaks))


def utter(segments: Iterable[Segment], voice: VoiceSettings) -> Iterator[Utterance]:
    """Speak all segments in one voice."""
    return (Utterance(segment=segment, voice=voice) for segment in segments)


def utter_passages(
    passages: Iterable[Passage],
    voice: VoiceSettings,
    warn: Callable[[str], None],
    *,
    is_heard: bool = False,
    by_paragraph: bool = False,
) -> Iterator[Utterance]:
    """Speak each passage in its manner; what follows in one manner, without a pause, is cut as one text.

    Raises:
        UsageError: the name of a voice, a model or a language is a slip of a known one.
    """
    voices: dict[Manner, VoiceSettings] = {}
    for number, group in groupby(passages, _Stretches().number):
        stretch = _Stretch(next(group))
        manner = stretch.first.manner
        if manner not in voices:
            voices[manner] = _choose_voice(voice, manner, warn)
        segments = cut_text(
            stretch.read(group),  # noqa: B031 - its first passage was taken, and here are the others
            voices[manner],
            is_heard=is_heard and number == 1,
            by_paragraph=by_paragraph,
        )
        for index, segment in enumerate(segments):
            yield Utterance(
                segment=stretch.placed(segment),
                voice=voices[manner],
                pause_s=None if index else stretch.first.pause_s,
                start_s=None if index or stretch.first.goes_on else stretch.first.start_s,
                end_s=stretch.first.end_s,
                speaker=stretch.first.speaker,
                chapter=None if index else stretch.first.chapter,
                substitutions=tuple(stretch.substitutions),
            )
        if stretch.is_pause:
            yield Utterance(segment=_NOTHING, voice=voices[manner], pause_s=stretch.first.pause_s)


def _choose_voice(base: VoiceSettings, manner: Manner, warn: Callable[[str], None]) -> VoiceSettings:
    voice, warnings = rename_voice(
        base,
        voice=manner.voice,
        model=manner.model,
        language=manner.language,
        instructions=manner.instructions,
    )
    if manner.speed is not None:
        voice = replace(voice, tuning=replace(voice.tuning, speed=manner.speed))
    for warning in filter(None, warnings):
        warn(warning)
    return voice


class _Stretches:
    """Numbers passages, from 1: those that can be cut as one text have one number."""

    def __init__(self) -> None:
        self._before: Passage | None = None
        self._number = 0

    def number(self, passage: Passage) -> int:
        before, self._before = self._before, passage
        same = before and (before.manner, before.speaker) == (passage.manner, passage.speaker)
        is_apart = passage.pause_s is not None or passage.start_s is not None or passage.chapter is not None
        self._number += not same or is_apart
        return self._number


class _Stretch(Struct):
    """The text of passages in one manner, which knows where each of them came from."""

    first: Passage
    substitutions: list[Substitution] = field(default_factory=list)
    _begins: list[int] = field(default_factory=list)
    _lines: list[int] = field(default_factory=list)
    _breaks: list[int] = field(default_factory=list)

    def read(self, others: Iterable[Passage]) -> Iterator[str]:
        index = breaks = 0
        for number, passage in enumerate(chain((self.first,), others)):
            if number:
                yield passage.separator
                index += len(passage.separator)
                breaks += passage.separator.count("\n")
            self._begins.append(index)
            self._lines.append(passage.line)
            self._breaks.append(breaks)
            breaks += sum(1 for _ in LINE_BREAK.finditer(passage.text))
            self.substitutions += (
                replace(change, start=change.start + index, end=change.end + index)
                for change in passage.substitutions
            )
            yield passage.text
            index += len(passage.text)

    @property
    def is_pause(self) -> bool:
        """Whether there is nothing in it but the pause before it."""
        return bool(self.first.pause_s) and not self.first.text and len(self._begins) == 1

    def placed(self, segment: Segment) -> Segment:
        """Give a segment the line of the file; its paragraph goes on if that of its passage does."""
        start = segment.start + len(segment.text) - len(segment.text.lstrip())
        number = bisect_right(self._begins, start) - 1
        if not segment.start and self.first.goes_on:
            segment = replace(segment, starts_paragraph=False)
        if not self._lines[number]:
            return segment
        # The lines of a stretch are counted from 1.
        return replace(segment, line=self._lines[number] + segment.line - 1 - self._breaks[number])
