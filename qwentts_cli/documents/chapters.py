"""Where the chapters of a text begin, and which of them are wanted."""

from __future__ import annotations

# ruff: noqa: RUF001 - titles and stops of many scripts are what is looked for
import re
from collections import Counter
from functools import cache
from itertools import tee
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.documents.model import Chapter, Document, Passage, PassageKind
from qwentts_cli.errors import UsageError
from qwentts_cli.text.boundaries import LINE_BREAK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_LONGEST_TITLE: Final = 80  # characters of a line that may be a title
_HELD_CHARACTERS: Final = 65_536
_CHINESE_NUMBER: Final = "[0-9０-９零〇一二三四五六七八九十百千两兩壹贰叁]{1,8}"
_WORDS: Final = (
    "chapter|part|book|kapitel|teil|buch|chapitre|partie|livre|cap[ií]tulo|capitolo|parte|hoofdstuk|deel|"
    "rozdział|kapitola|глава|часть|розділ|bölüm|bab|chương"
)
_UNITS: Final = "one|two|three|four|five|six|seven|eight|nine"
_NUMBER_WORDS: Final = (
    f"{_UNITS}|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    f"(?:twen|thir|for|fif)ty(?:[ -](?:{_UNITS}))?"
)
_ORDINALS: Final = (
    "the (?:first|second|third|fourth|fifth|last)|"
    "premi(?:er|ère)|second|dernier|(?:deux|trois|quatr|cinqu|six|sept|huit|neuv|dix)ième|"
    "primer[oa]|segund[oa]|tercer[oa]|cuart[oa]|quint[oa]|sext[oa]|séptim[oa]|octav[oa]|noven[oa]|décim[oa]|"
    "prim[oa]|second[oa]|terz[oa]|quart[oa]|sest[oa]|settim[oa]|ottav[oa]|non[oa]|decim[oa]|"
    "primeir[oa]|terceir[oa]|sétim[oa]|oitav[oa]|"
    "(?:перв|втор|треть|четв[её]рт|пят|шест|седьм|восьм|девят|десят)(?:ая|я)"
)
_GERMAN_ORDINALS: Final = (
    "erste|zweite|dritte|vierte|fünfte|sechste|siebte|siebente|achte|neunte|zehnte|letzte"
)
_ALONE: Final = (
    "prologue|epilogue|preface|foreword|introduction|afterword|prolog|epilog|vorwort|nachwort|einleitung|"
    "préface|avant-propos|épilogue|prólogo|epílogo|prologo|epilogo|prefazione|пролог|эпилог|предисловие|послесловие|"
    "序章|序言|序幕|自序|前言|楔子|引子|尾声|尾聲|后记|後記|终章|終章|大结局|大結局|プロローグ|エピローグ|あとがき|まえがき|"
    "프롤로그|에필로그|머리말|작가의 말"
)
_TITLE: Final = (
    rf"(?:第\s*{_CHINESE_NUMBER}\s*[章回卷部篇集幕折話话](?:[\s：:、.．　].*)?"
    rf"|第\s*{_CHINESE_NUMBER}\s*[章回話话]\S{{1,24}}"
    rf"|제\s*\d+\s*[장화부](?:[\s：:.].*)?"
    rf"|(?:{_WORDS})\s+(?:\d{{1,4}}|[IVXLCivxlc]{{1,8}}|{_NUMBER_WORDS})\b(?:\s*[.:：—–-].*|\s+\S.*)?"
    rf"|(?:{_WORDS})\s+(?:{_ORDINALS})(?:\s*[.:：—–-].*)?"
    rf"|(?:das\s+|der\s+)?(?:{_GERMAN_ORDINALS})[rs]?\s+(?:kapitel|teil|buch)(?:\s*[.:：—–-].*)?"
    rf"|番外篇?\s*(?:{_CHINESE_NUMBER})?(?:[\s：:、].*)?"
    rf"|\d{{1,3}}\.\s+(?:kapitel|teil|fejezet)\b.*"
    rf"|(?:{_ALONE})[.:：]?)"
)
_ENDS_SENTENCE: Final = re.compile(r"[。！？!?，,;；]\s*\Z|[^.\s]{2}\.\Z(?<![IVXLC]\.)(?<!\d\.)")
_NO_END: Final = 10**9
_SELECTION: Final = re.compile(r"(\d+)?(-)?(\d+)?")


class ChapterPattern(Struct):
    """What a user says a title looks like; `is_found` tells whether there was one until now."""

    expression: re.Pattern[str]
    is_found: bool = False

    def title(self, line: str) -> str | None:
        """Give the title in a line: what a group of the pattern takes, else the line; None if it has none."""
        found = self.expression.search(line) if line.strip() else None
        if not found:
            return None
        self.is_found = True
        return (found[1] if self.expression.groups else None) or line


def compile_pattern(pattern: str) -> ChapterPattern:
    """Compile what a user says a title looks like; it is searched for in each line.

    Raises:
        UsageError: it is no regular expression.
    """
    try:
        return ChapterPattern(re.compile(pattern))
    except (re.error, RecursionError, OverflowError) as error:
        raise UsageError(f"--chapter-pattern is not a regular expression: {error}") from None


def divide_text(pieces: Iterable[str], pattern: ChapterPattern | None = None) -> Iterator[Chapter]:
    """Divide a plain text at its titles: lines that match `pattern`, else `第一章`, `Chapter 7` and the like.

    A line without text below it, as in a list of contents, begins no chapter. Holds one chapter at a time.
    """
    title, held = "", list[Passage]()
    for passage in _paragraphs(pieces, pattern):
        if passage.kind is PassageKind.HEADING:
            if any(p.kind is PassageKind.PARAGRAPH for p in held):
                yield _chapter(title, held)
                held = []
            title = _named(passage.text, pattern)
        held.append(passage)
    if held:
        yield _chapter(title, held)


def mark_chapters(pieces: Iterable[str], pattern: ChapterPattern | None = None) -> Iterator[Passage]:
    """Give a plain text as it stands, in passages, those of which begin chapters where `divide_text` does.

    Holds no more of the text than a piece of it and the titles that follow each other.
    """
    held, title, has_text, is_begun = list[str](), "", False, True
    begin, size = 1, 0
    for number, line in enumerate(_whole_lines(pieces), 1):
        is_title = _is_title(line, pattern)
        if has_text and (is_title or size > _HELD_CHARACTERS):
            yield _stretch(held, begin, title if is_begun else None)
            held, begin, size, is_begun = [], number, 0, is_title
            has_text = not is_title
        if is_title:
            title = _named(line, pattern)
        has_text = has_text or (not is_title and bool(line.strip()))
        held.append(line)
        size += len(line)
    if held:
        yield _stretch(held, begin, title if is_begun else None)


def _stretch(lines: list[str], line: int, chapter: str | None) -> Passage:
    return Passage(text="".join(lines), line=line, chapter=chapter, goes_on=chapter is None)


def divide_passages(passages: Sequence[Passage], title: str, language: str = "") -> Iterator[Chapter]:
    """Divide a page at its headings: those of the highest level that comes twice."""
    counts = Counter(p.level for p in passages if p.kind is PassageKind.HEADING)
    level = min((level for level, count in counts.items() if count > 1), default=0)
    titles = (_without_stop(p) if 0 < p.level <= level else None for p in passages)
    return _divide(passages, titles, title, language)


def divide_document(document: Document, pattern: ChapterPattern) -> Document:
    """Divide a document at the passages that match `pattern`, and not where it does so itself."""

    def chapters() -> Iterator[Chapter]:
        passages, again = tee(replace(passage, chapter=None) for passage in document.passages())
        # A heading has a stop behind it that is not in the document.
        titles = (pattern.title(_without_stop(p)) or pattern.title(p.text) for p in again)
        named = (title and _on_one_line(title) for title in titles)
        return _divide(passages, named, document.title, document.language)

    return replace(document, chapters=chapters)


def _divide(
    passages: Iterable[Passage], titles: Iterable[str | None], name: str, language: str
) -> Iterator[Chapter]:
    """Begin a chapter at each passage that has a title, unless there are only headings above it."""
    held: list[Passage] = []
    for passage, title in zip(passages, titles, strict=True):
        if title is not None:
            if any(p.kind is not PassageKind.HEADING for p in held):
                yield _chapter(name, held, language)
                held = []
            name = title
        held.append(passage)
    if held:
        yield _chapter(name, held, language)


def _without_stop(passage: Passage) -> str:
    return passage.text.rstrip(".。") if passage.kind is PassageKind.HEADING else passage.text


def parse_selection(selection: str) -> list[range]:
    """Read which chapters are wanted: `3-7,9`, `5-` (to the end), `-2`.

    Raises:
        UsageError: it is something else.
    """
    ranges = []
    for part in selection.split(","):
        found = _SELECTION.fullmatch(part.strip())
        if not found or not (found[1] or found[3]):
            raise UsageError(f"there are no chapters {selection!r}", hint="Examples: 3, 3-7,9 and 5-.")
        first = int(found[1] or 1)
        last = int(found[3]) if found[3] else (_NO_END if found[2] else first)
        if not 1 <= first <= last:
            raise UsageError(f"there are no chapters {part.strip()!r}", hint="The first chapter is 1.")
        ranges.append(range(first, last + 1))
    return ranges


def select_chapters(
    chapters: Iterable[Chapter], selection: str, note: Callable[[str], None] = lambda _: None
) -> Iterator[tuple[int, Chapter]]:
    """Give the chapters that are wanted with their numbers, in the order of the document.

    At the end `note` is told of those that are beyond the last chapter.

    Raises:
        UsageError: at the end, if a number or a whole range is beyond the last chapter.
    """
    ranges = parse_selection(selection)
    number = 0
    for number, chapter in enumerate(chapters, 1):
        if any(number in wanted for wanted in ranges):
            yield number, chapter
    for wanted in ranges:
        if wanted.start > number:
            raise UsageError(f"there is no chapter {wanted.start}: the last one is {number}")
    for wanted in ranges:
        if number < wanted[-1] < _NO_END:
            missing = wanted[number - wanted.start + 1 :]
            several = f"s {missing[0]}-{missing[-1]} are" if len(missing) > 1 else f" {missing[0]} is"
            note(f"chapter{several} not there: the last one is {number}")


def _paragraphs(pieces: Iterable[str], pattern: ChapterPattern | None) -> Iterator[Passage]:
    held: list[str] = []
    begin = 0
    for number, line in enumerate(_lines(pieces), 1):
        is_title = _is_title(line, pattern)
        if held and (is_title or not line.strip()):
            yield Passage(text="\n".join(held), line=begin)
            held = []
        if is_title:
            yield Passage(text=line.strip(), line=number, kind=PassageKind.HEADING, level=1)
        elif line.strip():
            begin = begin if held else number
            held.append(line)
    if held:
        yield Passage(text="\n".join(held), line=begin)


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    held = ""
    for piece in pieces:
        *lines, held = LINE_BREAK.split(held + piece) if not piece.endswith("\r") else [held + piece]
        yield from lines
    yield from LINE_BREAK.split(held)


def _whole_lines(pieces: Iterable[str]) -> Iterator[str]:
    """Give lines with what ends them."""
    held = ""
    for piece in pieces:
        held += piece
        # A line feed may follow in the next piece.
        end = len(held) - held.endswith("\r")
        start = 0
        for found in LINE_BREAK.finditer(held, 0, end):
            yield held[start : found.end()]
            start = found.end()
        held = held[start:]
    if held:
        yield held


def _is_title(line: str, pattern: ChapterPattern | None) -> bool:
    if pattern:
        return pattern.title(line) is not None
    line = line.strip()
    return len(line) <= _LONGEST_TITLE and bool(_title().fullmatch(line)) and not _ENDS_SENTENCE.search(line)


# Compiled when the first text needs it.
@cache
def _title() -> re.Pattern[str]:
    return re.compile(_TITLE, re.IGNORECASE)


def _named(line: str, pattern: ChapterPattern | None) -> str:
    return _on_one_line((pattern and pattern.title(line)) or line)


def _on_one_line(title: str) -> str:
    return " ".join(title.split()).lstrip("# ")


def _chapter(title: str, passages: list[Passage], language: str = "") -> Chapter:
    return Chapter(title=title, passages=passages.__iter__, language=language)
