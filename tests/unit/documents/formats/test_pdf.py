"""Of a PDF the paragraphs are read, not its lines, its page numbers and what is at the edge of every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.documents.formats.pdf import open_pdf
from qwentts_cli.documents.model import PassageKind
from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FONTS = "/Resources << /Font << /F 3 0 R >> >>"
WIDE = "This line is set as wide as the column of the page allows it to"


def write_pdf(
    path: Path, pages: Sequence[Sequence[tuple[int, int, str]]], beside: Sequence[tuple[int, int, str]] = ()
) -> Path:
    """Write pages of lines: the height on the page, the size of the letters, and the text.

    On the last one, what is `beside` begins at its first number from the left, in letters of 10 points.
    """
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
    ]
    for number, lines in enumerate(pages):
        content = "".join(f"BT /F {size} Tf 50 {y} Td ({text}) Tj ET\n" for y, size, text in lines)
        if number == len(pages) - 1:
            content += "".join(f"BT /F 10 Tf {x} {y} Td ({text}) Tj ET\n" for x, y, text in beside)
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 500 800] /Contents {5 + 2 * number} 0 R {FONTS} >>",
            f"<< /Length {len(content)} >>\nstream\n{content}endstream",
        ]
    body = "%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    path.write_bytes(f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode())
    return path


def test_joins_lines_to_paragraphs(tmp_path: Path) -> None:
    """A short line ends one, a gap begins one; large letters are a heading, and bullets are not read."""
    lines = [
        (700, 20, "The Title"),
        (650, 10, WIDE),
        (638, 10, "and ends here."),
        (626, 10, WIDE),
        (600, 10, "After a gap."),
        (588, 10, "- An item"),
    ]
    document = open_pdf(write_pdf(tmp_path / "d.pdf", [lines]))
    assert [(p.text, p.kind) for p in document.passages()] == [
        ("The Title.", PassageKind.HEADING),
        (f"{WIDE} and ends here.", PassageKind.PARAGRAPH),
        (WIDE, PassageKind.PARAGRAPH),
        ("After a gap.", PassageKind.PARAGRAPH),
        ("An item.", PassageKind.ITEM),
    ]


def test_goes_on_over_pages(tmp_path: Path) -> None:
    """What stands at the edge of every page is left out, so that a sentence goes on behind it."""
    pages = [
        [(780, 10, "The Book"), (700, 10, f"{number} {WIDE}"), (688, 10, WIDE), (20, 10, f"- {number} -")]
        for number in range(1, 4)
    ]
    (passage,) = open_pdf(write_pdf(tmp_path / "d.pdf", pages)).passages()
    assert passage.text == " ".join(f"{number} {WIDE} {WIDE}" for number in range(1, 4))


def test_what_a_browser_prints_at_the_edges_is_left_out(tmp_path: Path) -> None:
    """Also on a single page, and where it is written after the text; a time that begins a text is not."""
    time, address = (780, 10, "11/29/26, 8:18 PM News | Site"), (20, 10, "https://example.org/a?b=c 1/1")
    text = [(700, 10, "Ann came."), (600, 10, "It is late."), (500, 10, "She went.")]
    chat = [(700, 10, "3/5/24, 10:15 Ann: Hello."), *text[1:]]
    for lines, first in (
        ([*text, time, address], text[0]),
        ([time, *text, address], text[0]),
        (chat, chat[0]),
    ):
        document = open_pdf(write_pdf(tmp_path / "d.pdf", [lines]))
        assert [p.text for p in document.passages()] == [first[2], "It is late.", "She went."]


def test_lines_of_columns_are_joined(tmp_path: Path) -> None:
    """Each column has an edge of its own, also below a line as wide as the page."""
    narrow = [
        "This column is narrow, as in",
        "papers, and has a paragraph",
        "of lines.",
        "And here is another one of",
        "two.",
    ]
    wide = [(760, 10, WIDE + " and more"), (740, 10, "of it.")]
    lines = wide + [(700 - 12 * n, 10, text) for n, text in enumerate(narrow)]
    path = write_pdf(
        tmp_path / "d.pdf", [lines], [(250, 700 - 12 * n, text) for n, text in enumerate(narrow)]
    )
    said = [
        "This column is narrow, as in papers, and has a paragraph of lines.",
        "And here is another one of two.",
    ]
    assert [p.text for p in open_pdf(path).passages()] == [f"{WIDE} and more", "of it.", *said, *said]


def test_leaves_out_the_contents(tmp_path: Path) -> None:
    """Lines led to their pages by dots, also on a page of nothing else, which is numbered in letters."""
    contents = [
        (700, 10, "1 Of dogs 1"),
        *((680 - 12 * n, 10, f"1.{n} Of one . . . . . . {n}") for n in range(9)),
    ]
    pages = [
        [(780, 10, f"The Book {'i' * (number + 1)}"), *lines, (20, 10, "By me")]
        for number, lines in enumerate(([(700, 10, WIDE)], contents, [(700, 10, "and ends.")]))
    ]
    document = open_pdf(write_pdf(tmp_path / "d.pdf", pages))
    assert [passage.text for passage in document.passages()] == [f"{WIDE} and ends."]
    assert document.left_out["contents line"] == len(contents)


def test_says_what_is_wrong(tmp_path: Path) -> None:
    """A scan and a file that is none are told in one line."""
    with pytest.raises(UsageError, match="has no text, only pictures"):
        open_pdf(write_pdf(tmp_path / "scan.pdf", [[]]))
    (tmp_path / "bad.pdf").write_bytes(b"hello")
    with pytest.raises(UsageError, match="is no PDF"):
        open_pdf(tmp_path / "bad.pdf")
