"""EPUB: the pages of a book in the order of its spine, divided where its table of contents says."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field

from qwentts_cli.documents.formats.archive import Archive
from qwentts_cli.documents.formats.epub_package import Package, read_package
from qwentts_cli.documents.formats.html import parse_html
from qwentts_cli.documents.formats.page_encoding import decode_page
from qwentts_cli.documents.model import Chapter, Document, Passage, PassageKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WHAT: Final = "EPUB"


def open_epub(path: Path) -> Document:
    """Open a book; its pages are read when its chapters are asked for, one page at a time.

    Raises:
        UsageError: it is no EPUB, a damaged one, or one with DRM.
    """
    with Archive(path, _WHAT) as archive:
        package = read_package(archive)
    left_out: Counter[str] = Counter()
    book = _Book(path, package, left_out)
    return Document(
        chapters=book.chapters,
        title=package.title,
        author=package.author,
        language=package.language,
        cover=book.cover,
        left_out=left_out,
    )


class _Part(Struct, frozen=True):
    """A stretch of one page that belongs to one chapter."""

    title: str
    passages: list[Passage]


class _Book(Struct, frozen=True):
    path: Path
    package: Package
    left_out: Counter[str] = field(default_factory=Counter)

    def chapters(self) -> Iterator[Chapter]:
        self.left_out.clear()
        numbered = self._parts()
        for (_, title), parts in groupby(numbered, key=lambda found: (found[0], found[1].title)):
            passages = [passage for _, part in parts for passage in part.passages]
            if passages:
                yield _chapter(title, passages, self.package.language)

    def cover(self) -> bytes | None:
        member = self.package.cover
        if not member:
            return None
        with Archive(self.path, _WHAT) as archive:
            return archive.read(member) if member in archive else None

    def _parts(self) -> Iterator[tuple[int, _Part]]:
        """Give every stretch with the number of its chapter."""
        number, title = 0, ""
        titles = {(entry.member, entry.anchor): entry.title for entry in self.package.entries}
        with Archive(self.path, _WHAT) as archive:
            for page in self.package.pages:
                for part_title, passages in self._page(archive, page, titles):
                    if part_title is not None:
                        number, title = number + 1, part_title
                    yield number, _Part(title, passages)

    def _page(
        self, archive: Archive, page: str, titles: dict[tuple[str, str], str]
    ) -> Iterator[tuple[str | None, list[Passage]]]:
        """Divide a page where chapters begin; a stretch without a title goes on with the one before."""
        anchors = frozenset(anchor for member, anchor in titles if member == page and anchor)
        content = parse_html(decode_page(archive.read(page)), anchors=anchors)
        self.left_out.update(content.left_out)
        lost = anchors - {passage.anchor for passage in content.passages}
        title = titles.get((page, ""), next((titles[page, anchor] for anchor in sorted(lost)), None))
        if not titles:
            title = _heading(content.passages)
        held: list[Passage] = []
        for passage in content.passages:
            if passage.anchor:
                if held or title is not None:
                    yield title, held
                title, held = titles[page, passage.anchor], []
            held.append(passage)
        yield title, held


def _chapter(title: str, passages: list[Passage], language: str) -> Chapter:
    return Chapter(title=title or _heading(passages) or "", passages=passages.__iter__, language=language)


def _heading(passages: list[Passage]) -> str | None:
    headings = (passage.text for passage in passages if passage.kind is PassageKind.HEADING)
    return next((text.removesuffix(".").removesuffix("。") for text in headings), None)
