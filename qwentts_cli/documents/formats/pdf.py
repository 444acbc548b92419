"""PDF: the paragraphs of its pages, without what stands at the edges of each."""

# ruff: noqa: RUF001 - one of the bullets is a dash
from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from qwentts_cli.documents.formats.pdf_pages import HYPHEN, Line, edge_texts, is_full, join_lines, read_lines
from qwentts_cli.documents.model import Chapter, Document, Passage, PassageKind
from qwentts_cli.documents.wording import end_with_pause, tidy
from qwentts_cli.errors import UsageError
from qwentts_cli.text.punctuation import TERMINATORS, is_speakable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pypdfium2 import PdfDocument

_FEWEST_CONTENTS: Final = 3  # lines of a page
_CHAPTER_IN_CONTENTS: Final = re.compile(r"\s*(?:\d{1,2}|[A-Z])\s.*\s\d{1,4}\s*")
_BULLET: Final = re.compile(r"[•‣◦▪–*-]\s+")


def open_pdf(path: Path) -> Document:
    """Read a PDF: lines are joined to paragraphs, also over pages; its outline tells the chapters.

    Raises:
        UsageError: the extra is not installed, the file is damaged or locked, or has no text.
    """
    pdf = _opened(path)
    try:
        pages = [read_lines(pdf, number) for number in range(len(pdf))]
        begins = dict(reversed(list(_outline(pdf))))
        told = pdf.get_metadata_dict()
    finally:
        pdf.close()
    if not any(pages):
        raise UsageError(
            f"{path} has no text, only pictures of it",
            hint="Recognise its text first, for example with ocrmypdf.",
        )
    left_out: Counter[str] = Counter()
    chapters = list(_chapters(pages, begins, left_out))
    return Document(
        chapters=chapters.__iter__,
        title=told.get("Title", ""),
        author=told.get("Author", ""),
        left_out=left_out,
    )


def _opened(path: Path) -> PdfDocument:
    try:
        from pypdfium2 import PdfDocument, PdfiumError
    except ImportError:
        raise UsageError(
            f"{path}: reading PDF needs the extra pdf", hint="Install it with: pip install 'qwentts[pdf]'."
        ) from None
    try:
        return PdfDocument(path)
    except PdfiumError as error:
        if "password" in str(error).lower():
            raise UsageError(f"{path} is locked with a password", hint="Save it without one.") from None
        raise UsageError(f"{path} is no PDF, or a damaged one") from None


def _outline(pdf: PdfDocument) -> Iterator[tuple[int, str]]:
    """Give the page and the title of each chapter."""
    for bookmark in pdf.get_toc():
        target = bookmark.get_dest() if not bookmark.level else None
        page = target.get_index() if target else None
        if page is not None and (title := " ".join(bookmark.get_title().split())):
            yield page, title


def _chapters(pages: list[list[Line]], begins: dict[int, str], left_out: Counter[str]) -> Iterator[Chapter]:
    edges = edge_texts(pages)
    title, held = "", list[Passage]()
    open_lines: list[Line] = []
    for number, page in enumerate(pages):
        lines = [line for line in page if not line.is_edge or line.pattern not in edges]
        left_out["header or footer line"] += len(page) - len(lines)
        lines = _without_contents(lines, left_out)
        if number in begins:
            held += _passages([open_lines] if open_lines else [], left_out)
            open_lines = []
            if held:
                yield Chapter(title=title, passages=held.__iter__)
            title, held = begins[number], []
        paragraphs = join_lines(lines)
        if open_lines and paragraphs and paragraphs[0][0].size == open_lines[-1].size:
            paragraphs[0] = open_lines + paragraphs[0]
        elif open_lines:
            paragraphs.insert(0, open_lines)
        open_lines = paragraphs.pop() if paragraphs and _goes_on(paragraphs[-1], lines) else []
        held += _passages(paragraphs, left_out)
    held += _passages([open_lines] if open_lines else [], left_out)
    if held:
        yield Chapter(title=title, passages=held.__iter__)


def _without_contents(lines: list[Line], left_out: Counter[str]) -> list[Line]:
    """Leave out a table of contents: lines led to their pages, and chapters among them, which are not."""
    if sum(line.is_of_contents for line in lines) < _FEWEST_CONTENTS:
        return lines
    kept = [line for line in lines if not (line.is_of_contents or _CHAPTER_IN_CONTENTS.fullmatch(line.text))]
    left_out["contents line"] += len(lines) - len(kept)
    return kept


def _goes_on(paragraph: list[Line], page: list[Line]) -> bool:
    """Tell whether a paragraph seems to go on at the next page, as it does over an empty one."""
    return not page or (is_full(paragraph[-1], page) and paragraph[-1].text.rstrip()[-1:] not in TERMINATORS)


def _passages(paragraphs: list[list[Line]], left_out: Counter[str]) -> Iterator[Passage]:
    for lines in paragraphs:
        text = tidy("\n".join(line.text for line in lines).replace(f"{HYPHEN}\n", HYPHEN), left_out)
        text = _without_hyphens(text)
        if not is_speakable(text):
            continue
        if lines[0].is_large and len(text) < 200:  # noqa: PLR2004 - longer, it is a text in large print
            yield Passage(text=end_with_pause(text), kind=PassageKind.HEADING, level=1)
        elif bullet := _BULLET.match(text):
            yield Passage(text=end_with_pause(text[bullet.end() :]), kind=PassageKind.ITEM)
        else:
            yield Passage(text=text)


def _without_hyphens(text: str) -> str:
    """Join words divided at the end of a line; before a capital letter the hyphen is the author's."""
    first, *others = text.split(HYPHEN)
    return first + "".join(other if other[:1].islower() else f"-{other}" for other in others)
