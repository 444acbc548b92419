"""The sentences of a text that arrives in pieces, each given out as soon as it is known to be complete."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from qwentts_cli.text.boundaries import LINE_BREAK, Boundary
from qwentts_cli.text.graphemes import joined
from qwentts_cli.text.punctuation import is_speakable
from qwentts_cli.text.sentences.abbreviations import is_abbreviation
from qwentts_cli.text.sentences.closing import closing_end
from qwentts_cli.text.sentences.names import is_in_name
from qwentts_cli.text.sentences.stops import find_stop, finishes_sentence, may_be_particle
from qwentts_cli.text.wrapping import INDENT, LineBreaks, goes_on, is_filled

if TYPE_CHECKING:
    from collections.abc import Iterator

# Bounded, since an unfinished gap is looked at again with every piece.
_GAP: Final = r"\s{0,1024}"
_GAP_IN_LINE: Final = r"[^\S\r\n]{0,1024}(?:\r\n|\n|\r)?"
_FRAGMENT_CHARS: Final = 256
_LOOKAHEAD: Final = 64  # no boundary is placed further than this before the end of what has been read
_CONTEXT: Final = 512  # characters kept for abbreviations and the length of the line


class Fragment(Struct, frozen=True):
    """A sentence with the white space behind it, or a part of a long one, whose end is no boundary."""

    text: str
    boundary: Boundary | None


def split_sentences(text: str, language: str = "", line_breaks: LineBreaks = LineBreaks.AUTO) -> list[str]:
    """Cut `text` into sentences that joined are the text. `language` is an ISO 639-1 code or empty."""
    scanner = SentenceScanner(language=language, line_breaks=line_breaks)
    sentences = [""]
    for fragment in (*scanner.feed(text), *scanner.finish()):
        sentences[-1] += fragment.text
        if fragment.boundary:
            sentences.append("")
    return [sentence for sentence in sentences if sentence]


class SentenceScanner:
    """Cuts a text into fragments that joined are the text; into what pieces it was fed makes no difference.

    White space belongs to the sentence before it, and a sentence without anything a voice can say to the one
    behind it. With `eager` a line break completes a sentence at once, so that white space can begin the next.
    """

    def __init__(
        self, *, language: str = "", eager: bool = False, line_breaks: LineBreaks = LineBreaks.AUTO
    ) -> None:
        self._language = language
        self._line_breaks = line_breaks
        self._eager = eager
        self._text = ""
        self._start = 0  # of the fragment being read
        self._sentence = 0
        self._line = 0
        self._resume = 0  # every stop before this is judged
        self._heard = 0  # up to here it is known
        self._spoken = False  # whether the sentence has something to speak
        self._quoted = False  # the fragment starts inside straight quotation marks

    def feed(self, piece: str) -> Iterator[Fragment]:
        self._text += piece
        yield from self._scan(final=False)
        self._forget(min(self._start, self._resume) - _CONTEXT)

    def finish(self) -> Iterator[Fragment]:
        yield from self._scan(final=True)
        if self._start < len(self._text):
            yield self._fragment(len(self._text), Boundary.PARAGRAPH)

    def _forget(self, count: int) -> None:
        if count > 0:
            self._text = self._text[count:]
            self._start -= count
            self._resume -= count
            self._heard -= count
            self._sentence = max(0, self._sentence - count)
            self._line = max(0, self._line - count)

    def _scan(self, *, final: bool) -> Iterator[Fragment]:
        while found := self._next(final=final):
            yield from self._parts(found[0])
            yield self._fragment(*found)
        yield from self._parts(len(self._text) - (0 if final else _LOOKAHEAD))

    def _parts(self, end: int) -> Iterator[Fragment]:
        while end - self._start > _FRAGMENT_CHARS:
            yield self._fragment(self._start + _FRAGMENT_CHARS, None)

    def _fragment(self, end: int, boundary: Boundary | None) -> Fragment:
        text = self._text[self._start : end]
        self._listen(end)
        self._start = end
        if boundary:
            self._sentence = end
            self._spoken = False
        new_line = boundary not in {None, Boundary.SENTENCE}
        self._quoted = not new_line and self._quoted ^ (text.count('"') % 2 == 1)
        return Fragment(text, boundary)

    def _listen(self, end: int) -> bool:
        """Return whether the sentence has something to speak before index `end`."""
        if self._heard < end:
            self._spoken = self._spoken or is_speakable(self._text[self._heard : end])
            self._heard = end
        return self._spoken

    def _next(self, *, final: bool) -> tuple[int, Boundary] | None:
        text = self._text
        while stop := find_stop(text, self._resume):
            self._resume = stop.start()
            judged = self._judge(stop, final=final)
            if judged is None:
                return None
            self._resume, boundary = judged
            if boundary and self._separates(self._resume):
                return self._resume, boundary
        self._resume = len(text)
        return None

    def _separates(self, place: int) -> bool:
        text = self._text
        if not self._listen(place):
            return False
        return place == len(text) or (self._eager and text[place - 1] == "\n") or not joined(text, place)

    def _judge(self, stop: re.Match[str], *, final: bool) -> tuple[int, Boundary | None] | None:
        """Return where the stop and its white space end and what it is, None if that is not known yet."""
        text, is_line_break = self._text, stop[0] in "\r\n"
        named = False if is_line_break else is_in_name(text, stop, final=final)
        if named:
            return stop.end(), None
        after = stop.start() if is_line_break else self._closing_end(stop, final=final)
        if named is None or after is None:
            return None
        gap = _end_of(_GAP_IN_LINE if self._eager else _GAP, text, after)
        line_break = LINE_BREAK.search(text, after, gap)
        if gap == len(text) and not (self._eager and text[gap - 1] == "\n"):
            return (gap, Boundary.PARAGRAPH) if final else None
        if not final and gap + 1 == len(text) and may_be_particle(text[gap]):
            return None
        finished = not is_line_break and finishes_sentence(
            text,
            stop,
            after=after,
            following="" if self._eager and line_break else text[gap],
            spaced=gap > after,
            sentence=self._sentence,
            language=self._language,
        )
        if line_break:
            return self._judge_line(stop, line_break.end(), gap, finished=finished, final=final)
        return gap, Boundary.SENTENCE if finished else None

    def _closing_end(self, stop: re.Match[str], *, final: bool) -> int | None:
        quoted = self._quoted ^ (self._text.count('"', self._start, stop.end()) % 2 == 1)
        return closing_end(self._text, stop.end(), sentence=self._sentence, quoted=quoted, final=final)

    def _may_go_on(self, stop: re.Match[str]) -> bool:
        """Whether what comes next decides if the line before the break `stop` goes on."""
        if self._line_breaks is LineBreaks.AUTO:
            return is_filled(self._text[self._line : stop.start()])
        return self._line_breaks is LineBreaks.JOIN

    def _goes_on(self, stop: re.Match[str], following: str) -> bool:
        if self._line_breaks is not LineBreaks.AUTO:
            return self._line_breaks is LineBreaks.JOIN
        line = self._text[self._line : stop.start()]
        is_short = not is_filled(line)
        is_abbreviated = stop[0] == "." and is_abbreviation(self._text, stop.start())
        return not is_short and (is_abbreviated or goes_on(line, following))

    def _judge_line(
        self, stop: re.Match[str], next_line: int, gap: int, *, finished: bool, final: bool
    ) -> tuple[int, Boundary | None] | None:
        text = self._text
        boundary: Boundary | None = Boundary.LINE
        if LINE_BREAK.search(text, next_line, gap):
            boundary = Boundary.PARAGRAPH
        elif finished:
            boundary = Boundary.SENTENCE_AND_LINE
        elif gap == len(text) and not final:
            # Whether a long line goes on is told by the next one; eager readers have it when it is there.
            if self._may_go_on(stop):
                return None
        elif self._goes_on(stop, INDENT if text[gap - 1] == INDENT else text[gap : gap + 1]):
            boundary = None
        self._line = gap
        return gap, boundary


def _end_of(pattern: str, text: str, place: int) -> int:
    found = re.compile(pattern).match(text, place)
    return found.end() if found else place
