"""Which kind of document a file is, and its reader."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from qwentts_cli.documents.chapters import divide_document, divide_passages, divide_text
from qwentts_cli.documents.input_format import DocumentFormat
from qwentts_cli.documents.model import Document
from qwentts_cli.errors import UsageError
from qwentts_cli.text.reading.read import check_is_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from qwentts_cli.documents.chapters import ChapterPattern
    from qwentts_cli.documents.formats.html import HtmlContent
    from qwentts_cli.documents.model import Passage
    from qwentts_cli.text.reading.read import Reader


_EXTENSIONS: Final = {
    ".txt": DocumentFormat.TEXT,
    ".text": DocumentFormat.TEXT,
    ".md": DocumentFormat.MARKDOWN,
    ".markdown": DocumentFormat.MARKDOWN,
    ".html": DocumentFormat.HTML,
    ".htm": DocumentFormat.HTML,
    ".xhtml": DocumentFormat.HTML,
    ".epub": DocumentFormat.EPUB,
    ".docx": DocumentFormat.DOCX,
    ".pdf": DocumentFormat.PDF,
    ".srt": DocumentFormat.SRT,
    ".vtt": DocumentFormat.VTT,
}
_HEAD_BYTES: Final = 4096
_ZIP: Final = b"PK\x03\x04"


def recognise(path: Path) -> DocumentFormat:
    """Tell what a file is by its extension, and where that says nothing, by how it begins.

    Raises:
        UsageError: there is no such file, or it cannot be read.
    """
    check_is_file(path)
    if known := _EXTENSIONS.get(path.suffix.lower()):
        return known
    head = _head(path)
    if head.startswith(b"%PDF-"):
        return DocumentFormat.PDF
    if head.startswith(_ZIP):
        return DocumentFormat.EPUB if b"application/epub+zip" in head else _zipped(path)
    return DocumentFormat.TEXT


def open_document(
    path: Path, kind: DocumentFormat, reader: Reader, *, pattern: ChapterPattern | None = None
) -> Document:
    """Open a file as a document of that kind; `pattern` tells where chapters begin.

    Raises:
        UsageError: the file cannot be read, or is damaged; a book's pages may tell that only when they come.
    """
    check_is_file(path)
    if kind is DocumentFormat.TEXT:
        return Document(chapters=lambda: divide_text(reader.file(path), pattern))
    document = _OPENERS[kind](path, reader)
    return divide_document(document, pattern) if pattern else document


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None


def _zipped(path: Path) -> DocumentFormat:
    from qwentts_cli.documents.formats.archive import Archive

    with Archive(path, "document") as archive:
        if "word/document.xml" in archive:
            return DocumentFormat.DOCX
        return DocumentFormat.EPUB if "META-INF/container.xml" in archive else DocumentFormat.TEXT


def _open_markdown(path: Path, reader: Reader) -> Document:
    from qwentts_cli.documents.formats.markdown import parse_markdown

    return _page(parse_markdown("".join(reader.file(path))))


def _open_html(path: Path, reader: Reader) -> Document:
    from msgspec.structs import replace

    from qwentts_cli.documents.formats.html import parse_html
    from qwentts_cli.documents.formats.page_encoding import declared_encoding

    encoding = reader.encoding or declared_encoding(_head(path))
    return _page(parse_html("".join(replace(reader, encoding=encoding).file(path))))


def _open_epub(path: Path, reader: Reader) -> Document:
    del reader
    from qwentts_cli.documents.formats.epub import open_epub

    return open_epub(path)


def _open_docx(path: Path, reader: Reader) -> Document:
    del reader
    from qwentts_cli.documents.formats.docx import open_docx

    return open_docx(path)


def _open_pdf(path: Path, reader: Reader) -> Document:
    del reader
    from qwentts_cli.documents.formats.pdf import open_pdf

    return open_pdf(path)


def _open_srt(path: Path, reader: Reader) -> Document:
    from qwentts_cli.documents.formats.subtitles import parse_subtitles

    return parse_subtitles("".join(reader.file(path)), "srt", str(path))


def _open_vtt(path: Path, reader: Reader) -> Document:
    from qwentts_cli.documents.formats.subtitles import parse_subtitles

    return parse_subtitles("".join(reader.file(path)), "vtt", str(path))


def _open_script(path: Path, reader: Reader) -> Document:
    from qwentts_cli.documents.formats.script import parse_script

    return parse_script(reader.file(path))


def _page(content: HtmlContent) -> Document:
    passages = content.main or content.passages
    return Document(
        chapters=lambda: divide_passages(passages, content.title, content.language),
        title=" ".join(content.title.split()) or _only_title(passages),
        author=content.author,
        language=content.language,
        left_out=Counter(content.left_out),
    )


def _only_title(passages: Sequence[Passage]) -> str:
    """The heading of level 1, if there is only one."""
    titles = [passage.text.rstrip(".。") for passage in passages if passage.level == 1]
    return titles[0] if len(titles) == 1 else ""


_OPENERS: Final[dict[DocumentFormat, Callable[[Path, Reader], Document]]] = {
    DocumentFormat.MARKDOWN: _open_markdown,
    DocumentFormat.HTML: _open_html,
    DocumentFormat.EPUB: _open_epub,
    DocumentFormat.DOCX: _open_docx,
    DocumentFormat.PDF: _open_pdf,
    DocumentFormat.SRT: _open_srt,
    DocumentFormat.VTT: _open_vtt,
    DocumentFormat.SCRIPT: _open_script,
}
