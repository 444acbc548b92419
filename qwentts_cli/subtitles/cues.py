"""The subtitles of a recording, made while it is recorded: by the service's word times, or without any."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec.structs import replace

from qwentts_cli.audio.wav import Word
from qwentts_cli.subtitles.alignment import Alignment, Mark
from qwentts_cli.subtitles.formats import Cue
from qwentts_cli.subtitles.lines import Caption, columns, pause_places, split_captions
from qwentts_cli.subtitles.silences import LevelMeter
from qwentts_cli.subtitles.word_alignment import align_words, end_captions
from qwentts_cli.text.sentences.split import split_sentences
from qwentts_cli.text.units import count_units
from qwentts_cli.text.wrapping import LineBreaks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from qwentts_cli.audio.wav import Pcm
    from qwentts_cli.subtitles.word_alignment import PlacedWord


class CueTrack:
    """Gives `emit` the cues of a recording in order, those of a segment when the next one begins.

    A sentence is a cue, or several if it is long, in the author's words. The cues of a segment touch, so that
    nothing flickers, and cover its sound exactly; one gives way to the next just before that is spoken, not
    when its own sound ends, so that there is time to read. Pauses between segments belong to none. Of the
    sound no more is kept than how loud the segment at hand is. `language` is an ISO 639-1 code or empty.
    """

    def __init__(
        self,
        emit: Callable[[Cue], None],
        *,
        language: str = "",
        line_breaks: LineBreaks = LineBreaks.AUTO,
    ) -> None:
        self._emit = emit
        self._split = partial(split_sentences, language=language, line_breaks=line_breaks)
        self._text = ""
        self._speaker = ""
        self._start_frame = 0
        self._meter = LevelMeter()
        self._words: list[Word] = []

    def begin(self, text: str, *, start_frame: int, speaker: str = "") -> None:
        """End the last segment and begin `text`, whose sound starts at that frame of the recording."""
        self.finish()
        self._speaker = speaker
        self._text, self._start_frame = text, start_frame

    def feed(self, pcm: Pcm) -> None:
        """Take the next piece of the segment's sound."""
        if pcm.words:
            begin_ms = self._meter.frames * 1000 // pcm.sample_rate
            self._words += (word.moved(begin_ms) for word in pcm.words)
        self._meter.feed(pcm)

    def finish(self) -> None:
        """End the last segment."""
        sentences = [split_captions(sentence) for sentence in self._split(self._text)]
        meter, self._meter, self._text = self._meter, LevelMeter(), ""
        words, self._words = self._words, []
        if meter.frames and any(sentences):
            captions = [caption for sentence in sentences for caption in sentence]
            by_words = _place_by_words(captions, words, meter, self._start_frame)
            for cue in by_words or _place(sentences, meter, self._start_frame):
                self._emit(replace(cue, speaker=self._speaker))


def _place(sentences: Sequence[Sequence[Caption]], meter: LevelMeter, start_frame: int) -> Iterator[Cue]:
    captions = [caption for sentence in sentences for caption in sentence]
    ends = list(accumulate(_weight(caption.text) for caption in captions))
    alignment = Alignment(
        list(_marks(sentences)),
        ends[-1],
        meter.silences(),
        frames=meter.frames,
        sample_rate=meter.sample_rate,
    )
    start_s = Fraction(start_frame, meter.sample_rate)
    for caption, end in zip(captions, ends, strict=True):
        end_s = (start_frame + alignment.frame_at(end)) / meter.sample_rate
        yield Cue(start_s, end_s, caption.lines)
        start_s = end_s


def _place_by_words(
    captions: Sequence[Caption], words: Sequence[Word], meter: LevelMeter, start_frame: int
) -> list[Cue]:
    """The cues by the service's own times of the words; none where it gave none."""
    text = " ".join(caption.text for caption in captions)
    placed = align_words(text, words)
    if not placed:
        return []
    starts = list(accumulate((len(caption.text) + 1 for caption in captions[:-1]), initial=0))
    sound_s = Fraction(meter.frames, meter.sample_rate)
    *ends_ms, _ = end_captions(
        starts,
        placed,
        text_end=len(text),
        sound_ms=int(sound_s * 1000),
        weigh=lambda start, end: _weight(text[start:end]),
    )
    first_s = Fraction(start_frame, meter.sample_rate)
    ends_s = [first_s + Fraction(ms, 1000) for ms in ends_ms] + [first_s + sound_s]
    begins_s = [first_s, *ends_s[:-1]]
    return [
        Cue(begin_s, end_s, caption.lines, words=_said(text, placed, start, len(caption.text), first_s))
        for begin_s, end_s, caption, start in zip(begins_s, ends_s, captions, starts, strict=True)
    ]


def _said(
    text: str, placed: Sequence[PlacedWord], start: int, length: int, first_s: Fraction
) -> tuple[Word, ...]:
    """The words of one caption, in the time of the recording."""
    first_ms, end = round(first_s * 1000), start + length
    return tuple(
        Word(text[word.start : min(word.end, end)], first_ms + word.start_ms, first_ms + word.end_ms)
        for word in placed
        if start <= word.start < end
    )


def _marks(sentences: Sequence[Sequence[Caption]]) -> Iterator[Mark]:
    """Yield the places inside the text where a voice may pause."""
    done = 0
    for sentence in sentences:
        if done:
            yield Mark(done, ends_sentence=True)
        places = set()
        for caption in sentence:
            # A clause is told by the space behind it, which a caption leaves out.
            places |= {done + _weight(caption.text[:end]) for end in pause_places(f"{caption.text} ")}
            done += _weight(caption.text)
        yield from (Mark(place, ends_sentence=False) for place in sorted(places - {done}))


def _weight(text: str) -> int:
    """Measure how long it takes to say: 3 for a Han character, 2 for kana or Hangul, 1 for a letter."""
    return max(1, columns(text) + count_units(text) - len(text))
