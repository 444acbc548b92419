"""A Word document is read as its author sees it: paragraphs, headings, lists, without what was deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.documents.formats.docx import open_docx
from qwentts_cli.documents.model import PassageKind
from qwentts_cli.errors import UsageError
from tests.unit.documents.books import write_zip

if TYPE_CHECKING:
    from pathlib import Path

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STYLES = (
    f'<w:styles {WORD}><w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="Verzeichnis1"><w:name w:val="toc 1"/></w:style></w:styles>'
)
PROPERTIES = (
    '<p xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>T</dc:title><dc:creator>Ann</dc:creator></p>'
)


def write_docx(path: Path, body: str) -> Path:
    document = f"<w:document {WORD}><w:body>{body}</w:body></w:document>"
    return write_zip(
        path,
        {"word/document.xml": document, "word/styles.xml": STYLES, "docProps/core.xml": PROPERTIES},
    )


def paragraph(content: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{content}</w:p>"


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_reads_what_is_seen(tmp_path: Path) -> None:
    """Headings are known in a German Word too; contents, notes, pictures and deleted words are not read."""
    row = f"<w:tr><w:tc>{paragraph(run('A'))}</w:tc><w:tc>{paragraph(run('1'))}</w:tc></w:tr>"
    two_lines = paragraph(run("one") + "<w:r><w:br/></w:r>" + run("two"))
    body = "".join(
        (
            paragraph(run("Title 1"), '<w:pStyle w:val="berschrift1"/>'),
            paragraph(run("Title 1 ... 3"), '<w:pStyle w:val="Verzeichnis1"/>'),
            paragraph(
                run("Some ") + f"<w:del>{run('old ')}</w:del><w:ins>{run('new ')}</w:ins>" + run("text")
            ),
            paragraph(run("a fact") + "<w:r><w:footnoteReference/></w:r><w:r><w:drawing/></w:r>"),
            paragraph(run("item"), "<w:numPr/>"),
            f"<w:sdt><w:sdtContent>{two_lines}</w:sdtContent></w:sdt>",
            f"<w:tbl>{row}</w:tbl>",
        )
    )
    document = open_docx(write_docx(tmp_path / "d.docx", body))
    assert [(p.text, p.kind) for p in document.passages()] == [
        ("Title 1.", PassageKind.HEADING),
        ("Some new text", PassageKind.PARAGRAPH),
        ("a fact", PassageKind.PARAGRAPH),
        ("item.", PassageKind.ITEM),
        ("one\ntwo", PassageKind.PARAGRAPH),
        ("A, 1.", PassageKind.ITEM),
    ]
    assert (document.title, document.author) == ("T", "Ann")
    assert document.left_out == {
        "navigation part": 1,
        "struck-out text": 1,
        "note mark": 1,
        "image": 1,
    }


def test_says_what_is_wrong(tmp_path: Path) -> None:
    """A file that is no Word document is told from one."""
    with pytest.raises(UsageError, match=r"damaged Word document: it lacks 'word/document\.xml'"):
        open_docx(write_zip(tmp_path / "d.docx", {"x": "y"}))


def test_reads_what_controls_tables_and_boxes_hold(tmp_path: Path) -> None:
    """A cell in a control, a table in a cell, and a text box, whose older form is not read twice."""
    inner = f"<w:tbl><w:tr><w:tc>{paragraph(run('in it'))}</w:tc></w:tr></w:tbl>"
    controlled = f"<w:sdt><w:sdtContent><w:tc>{paragraph(run('B'))}{inner}</w:tc></w:sdtContent></w:sdt>"
    box = f"<w:txbxContent>{paragraph(run('boxed'))}</w:txbxContent>"
    older = f"<w:Fallback><w:pict>{box}</w:pict></w:Fallback>"
    drawn = f"<w:r><w:Choice><w:drawing>{box}</w:drawing></w:Choice>{older}</w:r>"
    body = (
        f"<w:tbl><w:tr><w:tc>{paragraph(run('A'))}</w:tc>{controlled}</w:tr></w:tbl>"
        f"{paragraph(run('beside') + drawn)}"
    )
    (chapter,) = open_docx(write_docx(tmp_path / "d.docx", body)).chapters()
    assert [passage.text for passage in chapter.passages()] == ["A, B.", "in it.", "beside", "boxed"]


def test_the_text_is_where_the_package_says(tmp_path: Path) -> None:
    """Word on the web calls it `document2.xml`; its styles are beside it."""
    relation = '<Relationship Type="http://x/officeDocument" Target="/word/document2.xml"/>'
    document = f"<w:document {WORD}><w:body>{paragraph(run('Text'))}</w:body></w:document>"
    members = {"_rels/.rels": f"<Relationships>{relation}</Relationships>", "word/document2.xml": document}
    (chapter,) = open_docx(write_zip(tmp_path / "d.docx", members)).chapters()
    assert [passage.text for passage in chapter.passages()] == ["Text"]


def test_reads_a_strict_document(tmp_path: Path) -> None:
    """Its names are of another place, and mean the same."""
    body = paragraph(run("Title"), '<w:pStyle w:val="berschrift1"/>') + paragraph(run("Text"))
    document = f"<w:document {WORD}><w:body>{body}</w:body></w:document>"
    usual, strict = "schemas.openxmlformats.org/wordprocessingml/2006", "purl.oclc.org/ooxml/wordprocessingml"
    members = {"word/document.xml": document, "word/styles.xml": STYLES}
    path = write_zip(tmp_path / "d.docx", {name: xml.replace(usual, strict) for name, xml in members.items()})
    passages = list(open_docx(path).passages())
    assert [(p.text, p.kind) for p in passages] == [
        ("Title.", PassageKind.HEADING),
        ("Text", PassageKind.PARAGRAPH),
    ]
