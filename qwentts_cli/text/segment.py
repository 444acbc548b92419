"""Text to segments: parts that each fit one request, and joined are the text.

The same rules serve a whole text and a stream: what is decided depends on the text alone, never on the pieces
in which it arrived.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.text.boundaries import Boundary
from qwentts_cli.text.cutting import Mark, cut
from qwentts_cli.text.packing import Packer
from qwentts_cli.text.position import Position
from qwentts_cli.text.punctuation import is_speakable
from qwentts_cli.text.sentences.split import SentenceScanner, split_sentences
from qwentts_cli.text.units import WIDEST, count_units
from qwentts_cli.text.wrapping import LineBreaks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PIECE_CHARS: Final = 4096


class Segment(Struct, frozen=True):
    """A part of a text: `text` is the slice of it that begins at index `start`.

    `line` and `column` (both from 1, in characters) are where its first visible character stands. A segment
    that `starts_paragraph` has a blank line before that, or nothing. `boundary` is what lies at its end.
    """

    text: str
    start: int
    line: int
    column: int
    starts_paragraph: bool
    boundary: Boundary

    @property
    def speakable(self) -> bool:
        """Whether there is anything in it that a voice could say; without that it need not be sent."""
        return is_speakable(self.text)


class Segmenter:
    """Cuts a text that arrives in pieces into segments of at most `max_units` units (2 or more).

    A segment ends at a paragraph's end if one fits, else at a sentence's, a clause's, a space, or between
    characters; the parts of a long paragraph are even. `language` is an ISO 639-1 code or empty.

    `first_max_units` makes the first segment shorter and lets the next ones double, so that sound starts
    early. With `paragraphs` no segment spans two. With `eager` every sentence is a segment as soon as it is
    complete.

    Raises `ValueError` for limits under 2 units: not every character would fit.
    """

    def __init__(
        self,
        *,
        max_units: int,
        language: str = "",
        first_max_units: int | None = None,
        paragraphs: bool = False,
        eager: bool = False,
        line_breaks: LineBreaks = LineBreaks.AUTO,
    ) -> None:
        first = max_units if first_max_units is None else min(first_max_units, max_units)
        if first < WIDEST:
            raise ValueError(f"a segment of {first} units has no room for every character")
        self._language = language
        self._line_breaks = line_breaks
        self._sentences = SentenceScanner(language=language, eager=eager, line_breaks=line_breaks)
        self._packer = Packer(max_units=max_units, first_max_units=first, paragraphs=paragraphs, eager=eager)
        self._position = Position()

    def feed(self, piece: str) -> list[Segment]:
        """Take the next piece of the text and return the segments that are now complete."""
        segments: list[Segment] = []
        for start in range(0, len(piece), _PIECE_CHARS):
            for fragment in self._sentences.feed(piece[start : start + _PIECE_CHARS]):
                self._packer.add(fragment.text, fragment.boundary)
                segments += self._taken(final=False)
        return segments

    def flush(self) -> list[Segment]:
        """Return all there is as segments, as if the text ended here; it may go on."""
        segments = self.finish()
        self._sentences = SentenceScanner(language=self._language, eager=True, line_breaks=self._line_breaks)
        return segments

    def finish(self) -> list[Segment]:
        """Return the segments that only the end of the text completes."""
        segments: list[Segment] = []
        fragments = list(self._sentences.finish())
        for number, fragment in enumerate(fragments, 1):
            self._packer.add(fragment.text, fragment.boundary, last=number == len(fragments))
            segments += self._taken(final=False)
        return [*segments, *self._taken(final=True)]

    def _taken(self, *, final: bool) -> Iterator[Segment]:
        while taken := self._packer.take(final=final):
            yield _segment(*taken, self._position)


def segment_text(
    pieces: Iterable[str],
    *,
    max_units: int,
    language: str = "",
    first_max_units: int | None = None,
    paragraphs: bool = False,
    eager: bool = False,
    line_breaks: LineBreaks = LineBreaks.AUTO,
) -> Iterator[Segment]:
    """Cut a text that comes in pieces, lazily: only the segments that have been asked for are made.

    With `eager` an empty piece tells that the writer is silent, and all there is becomes segments.
    """
    segmenter = Segmenter(
        max_units=max_units,
        language=language,
        first_max_units=first_max_units,
        paragraphs=paragraphs,
        eager=eager,
        line_breaks=line_breaks,
    )
    for piece in pieces:
        if eager and not piece:
            yield from segmenter.flush()
        for start in range(0, len(piece), _PIECE_CHARS):
            yield from segmenter.feed(piece[start : start + _PIECE_CHARS])
    yield from segmenter.finish()


def halve(segment: Segment, *, language: str = "") -> tuple[Segment, Segment]:
    """Cut a segment in two at the best place near its middle, for a service that found it too long.

    Raises `ValueError` if it is a single character.
    """
    text = segment.text
    if len(text) == 1:
        raise ValueError("a single character has no halves")
    units = count_units(text)
    quarter = max(1, units // 4)
    chosen = cut(text, _inner_marks(text, language), low=quarter, target=units // 2, high=units - quarter)
    return _divide(segment, chosen.place, chosen.boundary)


def halve_by_sentences(segment: Segment, *, language: str = "") -> tuple[Segment, Segment] | None:
    """Cut a segment in two at the middle one of its sentences; `None` if it is a single one."""
    sentences = split_sentences(segment.text, language)
    if len(sentences) == 1:
        return None
    place = len("".join(sentences[: len(sentences) // 2]))
    return _divide(segment, place, Boundary.SENTENCE)


def _divide(segment: Segment, place: int, boundary: Boundary) -> tuple[Segment, Segment]:
    left, right = segment.text[:place], segment.text[place:]
    first = replace(segment, text=left, boundary=boundary)
    indent = _indent(segment.text)
    if indent >= place:
        return first, replace(segment, text=right, start=segment.start + place)
    position = Position(segment.start + indent, segment.line, segment.column)
    position.advance(left[indent:])
    return first, _segment(right, segment.boundary, position)


def _inner_marks(text: str, language: str) -> list[Mark]:
    marks: list[Mark] = []
    place = units = 0
    for sentence in split_sentences(text, language)[:-1]:
        place += len(sentence)
        units += count_units(sentence)
        marks.append(Mark(place, units, len(sentence) - len(sentence.rstrip()), Boundary.SENTENCE))
    return marks


def _segment(text: str, boundary: Boundary, position: Position) -> Segment:
    """Make the segment whose text begins at `position`, and move that behind it."""
    start = position.index
    position.advance(text[: _indent(text)])
    line, column, opens = position.line, position.column, position.after_blank_line
    position.advance(text[_indent(text) :])
    return Segment(text, start, line, column, opens, boundary)


def _indent(text: str) -> int:
    """Return the index of the first visible character; 0 when there is none."""
    visible = text.lstrip()
    return len(text) - len(visible) if visible else 0
