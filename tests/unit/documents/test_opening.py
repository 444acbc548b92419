"""A file is known by its name, else by how it begins, and is read as what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.documents.input_format import DocumentFormat
from qwentts_cli.documents.model import count_left_out
from qwentts_cli.documents.opening import open_document, recognise
from qwentts_cli.text.reading.read import Reader
from tests.unit.documents.books import write_epub, write_zip

if TYPE_CHECKING:
    from pathlib import Path

READER = Reader(None, lambda _note: None)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.md", b"", DocumentFormat.MARKDOWN),
        ("a.HTM", b"", DocumentFormat.HTML),
        ("a.txt", b"# not markdown", DocumentFormat.TEXT),
        ("a", b"%PDF-1.7", DocumentFormat.PDF),
        ("a.vtt", b"", DocumentFormat.VTT),
    ],
)
def test_knows_a_file(tmp_path: Path, name: str, content: bytes, kind: DocumentFormat) -> None:
    """A plain text is never taken for something else."""
    path = tmp_path / name
    path.write_bytes(content)
    assert recognise(path) is kind


def test_knows_zip_files_by_what_is_in_them(tmp_path: Path) -> None:
    """A book without its extension is a book."""
    assert recognise(write_epub(tmp_path / "a", {"1.xhtml": "x"}, {})) is DocumentFormat.EPUB
    assert recognise(write_zip(tmp_path / "b", {"word/document.xml": ""})) is DocumentFormat.DOCX
    assert recognise(write_zip(tmp_path / "c", {"x": ""})) is DocumentFormat.TEXT


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        (DocumentFormat.TEXT, "# A *b*\n\n\nc", "# A *b*\n\nc"),
        (DocumentFormat.MARKDOWN, "# A *b*\n\n\nc", "A b.\n\nc"),
        (DocumentFormat.HTML, "<p>A<p>b", "A\n\nb"),
        (DocumentFormat.SCRIPT, "Ann: Hi.\nBob: Ho.", "Hi.\n\nHo."),
        (DocumentFormat.SRT, "1\n00:00:01,000 --> 00:00:02,000\nHi.\n", "Hi."),
    ],
)
def test_reads_a_file(tmp_path: Path, kind: DocumentFormat, content: str, said: str) -> None:
    """The text is what is spoken, with a blank line between paragraphs."""
    path = tmp_path / "file"
    path.write_text(content)
    assert "".join(open_document(path, kind, READER).text()) == said


def test_a_page_tells_its_encoding(tmp_path: Path) -> None:
    """Old pages are not UTF-8, and say so."""
    path = tmp_path / "a.html"
    path.write_bytes('<meta charset="gb18030"><p>春天'.encode("gb18030"))
    assert "".join(open_document(path, DocumentFormat.HTML, READER).text()) == "春天"


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ("GB2312", "gbk", "朱镕基"),
        ("big5", "utf-8-sig", "朱镕基"),
        ("ISO-8859-1", "cp1252", "“Grüße” – it’s me"),
        ("x-sjis", "cp932", "①髙橋"),
        ("utf-16", "utf-8", "café"),
        ("punycode", "utf-8", "café"),
        ("no-such", "utf-8", "café"),
    ],
)
def test_a_page_is_read_as_browsers_read_it(tmp_path: Path, declared: str, encoding: str, text: str) -> None:
    """An old name stands for what came after it, too; a byte order mark counts more than a name."""
    path = tmp_path / "page.html"
    path.write_bytes(f'<meta charset="{declared}"><p>{text}'.encode(encoding))
    assert "".join(open_document(path, DocumentFormat.HTML, READER).text()) == text


def test_an_xml_declaration_tells_the_encoding_of_a_page(tmp_path: Path) -> None:
    """XHTML needs no other word on it."""
    path = tmp_path / "page.xhtml"
    path.write_bytes("<?xml version='1.0' encoding='ISO-8859-1'?><p>“Grüße”".encode("cp1252"))
    assert "".join(open_document(path, DocumentFormat.HTML, READER).text()) == "“Grüße”"


def test_says_what_was_left_out(tmp_path: Path) -> None:
    """In plain words, the most frequent first."""
    path = tmp_path / "a.md"
    path.write_text("![x](y) ![x](y)\n\n```\nx\n```\n")
    assert count_left_out(open_document(path, DocumentFormat.MARKDOWN, READER).left_out) == (
        "2 images, 1 code block"
    )
