"""`qwentts lint`: doubtful places with line, column and what helps, for people and for CI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.documents.books import write_epub

if TYPE_CHECKING:
    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

TEXT = "All is well here.\n\nIt goes at 5 km/h, or at 9 km/h.\n"
NUMBERS = "numbers: the language in which 5 is said is left to the service, and in 1 more place -> --language"
UNITS = "units: km/h in '5 km/h' may be read as letters, and in 1 more place -> --lexicon"


def test_what_is_doubtful_is_told_with_its_place_and_its_help(online: Qwentts, sandbox: Sandbox) -> None:
    """Exit code 8, nothing sent; what is mended once is told once."""
    (online.folder / "a.txt").write_text(TEXT)
    result = online("lint", "a.txt", code=8)
    assert result.text.splitlines() == [f"a.txt:3:12: {told}" for told in (NUMBERS, UNITS)]
    assert "2 findings in 1 file" in result.stderr
    assert not sandbox.ledger


def test_a_lexicon_and_a_language_settle_it(qwentts: Qwentts) -> None:
    """What the lexicon says is not doubtful; exit code 0 then."""
    (qwentts.folder / "a.txt").write_text(TEXT)
    (qwentts.folder / "l.toml").write_text('"km/h" = "kilometres an hour"\n')
    assert qwentts("lint", "a.txt", "-l", "en", "--lexicon", "l.toml").text == ""
    assert qwentts("lint", "a.txt", "-l", "en", "--ignore", "units").text == ""


def test_places_are_those_of_the_source(qwentts: Qwentts) -> None:
    """A document is read as it is spoken, but its places are those in the file that its author edits."""
    (qwentts.folder / "a.md").write_text(
        "# One\n\n```\n5 km/h\n```\n\nSee [*here*](x.html):\nit is 5 km/h.\n"
    )
    found = qwentts("lint", "a.md", "--json", code=8).json["findings"]
    assert [(f["rule"], f["line"], f["column"]) for f in found] == [("numbers", 8, 7), ("units", 8, 7)]
    pages = {"1.xhtml": "<p>One.</p>", "2.xhtml": "<p>The mgmt. met.</p>"}
    write_epub(qwentts.folder / "b.epub", pages, {"I": "1.xhtml", "II": "2.xhtml"})
    (finding,) = qwentts("lint", "b.epub", "--json", code=8).json["findings"]
    assert (finding["rule"], finding["line"], finding["chapter"]) == ("abbreviations", None, 2)


def test_a_pipe_is_looked_at_too(qwentts: Qwentts) -> None:
    """By the name of stdin, as a text and as a document."""
    assert qwentts("lint", stdin=b"It goes at 5 km/h.", code=8).text.startswith("stdin:1:12: ")
    page = b"<p>Fish &amp; chips for the mgmt. there"
    assert qwentts("lint", "-", "--input-format", "html", stdin=page, code=8).text.startswith("stdin:1:29: ")
    assert "no such file: nowhere.txt" in qwentts("lint", "nowhere.txt", code=2).stderr


def test_a_text_full_of_marks_is_told_once(qwentts: Qwentts) -> None:
    """With the format that would be right for it."""
    (qwentts.folder / "a.txt").write_text("# Title\n\n- **one**\n- two\n")
    (line,) = qwentts("lint", "a.txt", code=8).text.splitlines()
    assert "a.txt:1:1: marks: this looks like Markdown" in line
    assert line.endswith("--input-format markdown")
