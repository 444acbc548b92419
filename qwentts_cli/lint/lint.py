"""A file looked through before it costs anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from qwentts_cli.documents.input_format import DocumentFormat
from qwentts_cli.errors import UsageError
from qwentts_cli.lint.places import Places
from qwentts_cli.lint.remark import Finding, Place, Remark, Rule
from qwentts_cli.lint.rules import check_text
from qwentts_cli.text.reading.likeness import Likeness, likeness

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from qwentts_cli.documents.model import Passage
    from qwentts_cli.documents.reader import DocumentReader
    from qwentts_cli.speech.voice_settings import VoiceSettings

# What `--input-format` calls what a text may look like.
_FORMATS = {
    Likeness.SRT: DocumentFormat.SRT,
    Likeness.VTT: DocumentFormat.VTT,
    Likeness.HTML: DocumentFormat.HTML,
    Likeness.MARKDOWN: DocumentFormat.MARKDOWN,
}
_WITHOUT_LINES = {DocumentFormat.EPUB, DocumentFormat.DOCX, DocumentFormat.PDF}
# A voice has no breath for more, whatever a model takes.
_MOST_UNITS = 600


def lint_file(
    path: Path, reader: DocumentReader, voice: VoiceSettings, *, ignored: Collection[Rule] = ()
) -> list[Finding]:
    """Find what may be read wrong in a file, or is billed for nothing; what the lexicon says is not doubtful.

    Raises:
        UsageError: it cannot be read.
    """
    kind = reader.kind(path)
    is_verbatim = kind is DocumentFormat.TEXT
    findings = _Findings(None if kind in _WITHOUT_LINES else _find_places(path, reader), frozenset(ignored))
    if is_verbatim and (remark := _look_at_whole(next(reader.source(path), ""))):
        findings.add(remark, Place(1, 1), 0)
    for number, chapter in reader.chapters(path):
        for passage in chapter.passages():
            findings.begin(passage)
            for remark in _check(passage, voice, is_verbatim=is_verbatim):
                findings.add_from(passage, remark, number)
    return findings.in_order()


class _Findings(Struct):
    """The remarks on a file so far, each told with its first place."""

    places: Places | None
    ignored: frozenset[Rule]
    found: dict[tuple[Rule, str], Finding] = field(default_factory=dict)

    def begin(self, passage: Passage) -> None:
        if self.places:
            self.places.begin(passage.line)

    def add_from(self, passage: Passage, remark: Remark, chapter: int) -> None:
        place = Place()
        if self.places and (remark.rule, remark.subject) not in self.found:
            nth = passage.text.count(remark.text, 0, remark.start)
            place = self.places.find(remark.text, nth)
        self.add(remark, place, 0 if self.places else chapter)

    def add(self, remark: Remark, place: Place, chapter: int) -> None:
        key = remark.rule, remark.subject
        if remark.rule in self.ignored:
            return
        if key in self.found:
            self.found[key].count += 1
        else:
            self.found[key] = Finding(place=place, chapter=chapter, remark=remark)

    def in_order(self) -> list[Finding]:
        return sorted(self.found.values(), key=lambda finding: (finding.chapter, finding.place))


def _find_places(path: Path, reader: DocumentReader) -> Places | None:
    try:
        return Places("".join(reader.source(path)))
    except UsageError:  # a page may name its encoding itself
        return None


def _look_at_whole(head: str) -> Remark | None:
    kind = likeness(head)
    if kind is None:
        return None
    option = f"--input-format {_FORMATS[kind]}" if kind in _FORMATS else ""
    message = f"this looks like {kind}, whose marks are billed and spoken"
    return Remark(rule=Rule.MARKS, start=0, text="", message=message, option=option)


def _check(passage: Passage, voice: VoiceSettings, *, is_verbatim: bool) -> Iterator[Remark]:
    given = list(_given(passage.text, voice))
    remarks = check_text(
        passage.text,
        language=voice.language_code,
        most_units=min(voice.max_units, _MOST_UNITS),
        is_verbatim=is_verbatim,
        line_breaks=voice.line_breaks,
    )
    for remark in remarks:
        end = remark.start + len(remark.text)
        if not any(start < end and remark.start < stop for start, stop in given):
            yield remark


def _given(text: str, voice: VoiceSettings) -> Iterator[tuple[int, int]]:
    """Give where the words stand of which the lexicon tells how they are said."""
    found = voice.pronounce(text)
    yield from ((change.start, change.end) for change in found.substitutions)
    for word in found.pinyin:
        yield from (match.span() for match in re.finditer(re.escape(word), text))
