"""The lines of a page of a PDF, and which of them are one paragraph."""

# ruff: noqa: RUF001 - one of the bullets is a dash
from __future__ import annotations

import re
from collections import Counter
from statistics import median
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pypdfium2 import PdfDocument, PdfTextPage

_EDGE_LINES: Final = 2  # at most, at the top and at the bottom of a page: a header, a footer
_EDGE_SHARE: Final = 5  # and no more than one in so many
_FEWEST_EDGES: Final = 3  # pages on which the same line makes it one
_LARGE: Final = 1.15  # times the usual size of letters: a heading
_WIDE_GAP: Final = 0.75  # of the size of letters: a new paragraph
_SHORT: Final = 0.15  # of the page's width: a line that ends so far from the edge is a last one
_INDENT: Final = 0.8  # of the size of letters
_COLUMN: Final = 2  # likewise: lines that begin so near to each other are below each other
_BEGINS_ITEM: Final = re.compile(r"\s*(?:[•‣◦▪–*-]\s|\(?\d{1,3}[.)]\s|\d+(?:\.\d+)+\s)")
HYPHEN: Final = "\ufffe"  # what the library gives for one that only divides a word at the end of its line
_PAGE_NUMBER: Final = re.compile(r"[-–—\s]*(?:\d{1,4}|[ivxlc]{1,7})[-–—\s]*", re.IGNORECASE)
# What a browser prints at the edges: the address with the number of the page, and the time with the title.
_ADDRESS: Final = re.compile(r"(?:https?|file)://\S+\s+\d{1,4}/\d{1,4}")
_TIME: Final = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}[,.]? \d{1,2}:\d{2}\b.*")
_NUMBER: Final = re.compile(r"\d+|(?<=\s)[ivxlc]{1,7}\Z|\A[ivxlc]{1,7}(?=\s)")
_LED_TO: Final = re.compile(r"(?:\s?[.·…]){4,}\s*(?:\d{1,4}|[ivxlc]{1,7})\s*\Z")


class Line(Struct, frozen=True, kw_only=True):
    """A line of a page; places and sizes are in points, from the lower left corner."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float  # of its letters
    is_edge: bool
    is_large: bool

    @property
    def pattern(self) -> str:
        """What is the same on every page: the text without its numbers."""
        return "" if _PAGE_NUMBER.fullmatch(self.text) else _NUMBER.sub("0", self.text).strip()

    @property
    def is_of_contents(self) -> bool:
        """Whether dots lead from a title to the number of its page."""
        return _LED_TO.search(self.text) is not None


def read_lines(pdf: PdfDocument, number: int) -> list[Line]:
    """Read the lines of a page, in the order in which it was written."""
    page = pdf[number]
    text_page = page.get_textpage()
    try:
        boxes = [_box(text_page, text, start) for text, start in _texts(text_page)]
    finally:
        text_page.close()
        page.close()
    count = min(_EDGE_LINES, max(1, len(boxes) // _EDGE_SHARE))
    by_height = sorted(range(len(boxes)), key=lambda index: boxes[index].top)
    # Some programs write what is at the edges first or last, and others where it stands.
    edges = {*range(count), *range(len(boxes) - count, len(boxes)), *by_height[:count], *by_height[-count:]}
    usual = median(line.size for line in boxes) if boxes else 0.0
    return [
        replace(
            line,
            is_edge=index in edges,
            is_large=line.size > _LARGE * usual,
        )
        for index, line in enumerate(boxes)
    ]


def edge_texts(pages: Sequence[Sequence[Line]]) -> frozenset[str]:
    """Find the headers and footers: what is at the edges of several pages, and page numbers (empty)."""
    edges = [line for page in pages for line in page if line.is_edge]
    counts = Counter(line.pattern for line in edges)
    often = {text for text, count in counts.items() if count >= _FEWEST_EDGES}
    addresses = {line.pattern for line in edges if _ADDRESS.fullmatch(line.text)}
    times = {line.pattern for line in edges if addresses and _TIME.fullmatch(line.text)}
    return frozenset({"", *often, *addresses, *times})


def join_lines(lines: Sequence[Line]) -> list[list[Line]]:
    """Divide the lines of a page into paragraphs."""
    paragraphs: list[list[Line]] = []
    for line in lines:
        if paragraphs and _belongs(line, paragraphs[-1], lines):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return paragraphs


def is_full(line: Line, page: Sequence[Line]) -> bool:
    """Whether a line goes to the right edge of its page or column, so that the next may belong to it."""
    column = _column(line, page) or page
    right, left = max(other.right for other in column), min(other.left for other in column)
    return right - line.right < _SHORT * (right - left)


def _column(line: Line, page: Sequence[Line]) -> list[Line]:
    """The lines below each other that have others beside them, as this one does; none if it is alone."""
    if not _is_beside(line, page):
        return []
    return [other for other in page if _begins_below(other, line) and _is_beside(other, page)]


def _is_beside(line: Line, page: Sequence[Line]) -> bool:
    """Whether there is a line on the left or on the right of this one, at its height."""
    return any(
        (other.left > line.right or other.right < line.left)
        and other.bottom < line.top
        and line.bottom < other.top
        for other in page
    )


def _begins_below(line: Line, other: Line) -> bool:
    return abs(line.left - other.left) < _COLUMN * other.size


def _belongs(line: Line, paragraph: Sequence[Line], page: Sequence[Line]) -> bool:
    before = paragraph[-1]
    gap = before.bottom - line.top
    indent = line.left - before.left
    return (
        -before.size < gap < _WIDE_GAP * before.size
        and line.is_large == before.is_large
        and (_begins_below(line, before) or not _is_beside(before, page))
        and not _BEGINS_ITEM.match(line.text)
        and (is_full(before, page) or before.text.endswith(HYPHEN) or before.is_large)
        and not (indent > _INDENT * before.size and len(paragraph) > 1)
    )


def _texts(page: PdfTextPage) -> list[tuple[str, int]]:
    """Give the lines with the index of their first character."""
    found = []
    start = 0
    for line in page.get_text_range().split("\n"):
        text = line.rstrip("\r ")
        if text.strip():
            found.append((text, start))
        start += len(line) + 1
    return found


def _box(page: PdfTextPage, text: str, start: int) -> Line:
    from pypdfium2.raw import FPDFText_GetFontSize

    visible = [start + index for index, char in enumerate(text) if not char.isspace() and char != HYPHEN]
    first, last = (visible or [start])[0], (visible or [start])[-1]
    left, bottom, _, top = page.get_charbox(first, loose=True)
    return Line(
        text=text,
        left=left,
        right=page.get_charbox(last, loose=True)[2],
        top=top,
        bottom=bottom,
        size=round(FPDFText_GetFontSize(page.raw, first), 1),
        is_edge=False,
        is_large=False,
    )
