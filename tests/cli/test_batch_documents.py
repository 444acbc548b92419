"""`qwentts batch`: books by chapters, and documents as what they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import soundfile

from tests.tones import read_back
from tests.unit.documents.books import NAV, write_epub

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

NOVEL = "Preface.\n\nChapter 1\n\nOne.\n\nChapter 2\n\nTwo.\n"


def said(path: Path) -> str:
    return " ".join(read_back(path).split())


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.wav"))


def test_each_chapter_of_a_book_is_an_item(online: Qwentts) -> None:
    """It is called by its title; titles alike but for case are told apart; a second run has nothing to do."""
    pages = {f"{n}.xhtml": f"<p>Text {n}.</p>" for n in range(1, 6)}
    contents = {"One": "1.xhtml", "Two: the end?": "2.xhtml"}
    titles = "".join(
        f"<li><a href='{n}.xhtml'>{title}</a></li>" for n, title in ((3, "Notes"), (4, "Notes"), (5, "NOTES"))
    )
    nav = "".join(f"<li><a href='{href}'>{title}</a></li>" for title, href in contents.items()) + titles
    write_epub(online.folder / "b.epub", pages, contents, more={"OPS/nav.xhtml": NAV.format(points=nav)})
    online("batch", "b.epub", "-d", "out")
    notes = ["NOTES 3.wav", "Notes 2.wav", "Notes.wav"]
    assert names(online.folder / "out") == [*notes, "One.wav", "Two_ the end_.wav"]
    assert said(online.folder / "out" / "Two_ the end_.wav") == "Text 2."
    assert said(online.folder / "out" / "Notes 2.wav") == "Text 4."
    online("batch", "b.epub", "-d", "out", "--check")


def test_a_plain_text_is_split_when_asked(online: Qwentts) -> None:
    """What is before the first title is called like the file; --chapters chooses."""
    (online.folder / "n.txt").write_text(NOVEL)
    online("batch", "n.txt", "-d", "whole")
    assert names(online.folder / "whole") == ["n.wav"]
    online("batch", "n.txt", "--split", "chapters", "-d", "parts")
    assert names(online.folder / "parts") == ["Chapter 1.wav", "Chapter 2.wav", "n.wav"]
    assert said(online.folder / "parts" / "Chapter 2.wav") == "Chapter 2 Two."
    online("batch", "n.txt", "--split", "chapters", "--chapters", "2", "-d", "one")
    assert names(online.folder / "one") == ["Chapter 1.wav"]


def test_a_template_names_chapters(online: Qwentts) -> None:
    """By their numbers, so that they are sorted as in the book; also below the folders of several books."""
    for name in ("a.txt", "b.txt"):
        (online.folder / name).write_text(NOVEL)
    args = ("--split", "chapters", "--chapters", "2-3", "--name", "{n:02}-{stem}")
    online("batch", "a.txt", *args, "-d", "one")
    assert names(online.folder / "one") == ["01-Chapter 1.wav", "02-Chapter 2.wav"]
    online("batch", "a.txt", "b.txt", *args, "-d", "two")
    assert names(online.folder / "two")[2:] == ["b/03-Chapter 1.wav", "b/04-Chapter 2.wav"]


def test_several_books_have_folders(online: Qwentts) -> None:
    """Their chapters may have the same titles."""
    for name in ("a.txt", "b.txt"):
        (online.folder / name).write_text(NOVEL)
    online("batch", "a.txt", "b.txt", "--split", "chapters", "--chapters", "3", "-d", "out")
    assert names(online.folder / "out") == ["a/Chapter 2.wav", "b/Chapter 2.wav"]


def test_documents_are_read_as_what_they_are(online: Qwentts) -> None:
    """Of a folder each document is an item; what a list is may be said."""
    (online.folder / "in").mkdir()
    (online.folder / "in" / "a.md").write_text("# *A*")
    (online.folder / "in" / "b.html").write_text("<nav>x</nav><p>B")
    online("batch", "in", "-d", "out")
    assert said(online.folder / "out" / "a.wav") == "A."
    assert said(online.folder / "out" / "b.wav") == "B"
    (online.folder / "list").write_text("One.\nTwo.\n")
    online("batch", "list", "--input-format", "lines", "-d", "lines")
    assert names(online.folder / "lines") == ["0001.wav", "0002.wav"]


def test_scripts_and_marks(online: Qwentts, sandbox: Sandbox) -> None:
    """An item may have several voices; a speaker without one is told before anything is sent."""
    (online.folder / "s.txt").write_text("Ann: One.\nBob: [[pause 1s]]Two.\n")
    args = ("batch", "s.txt", "-d", "out", "--input-format", "script", "--markup", "--cast")
    assert "1 speaker has no voice: Bob" in online(*args, "Ann=Cherry", code=2).stderr
    assert not sandbox.ledger
    online(*args, "Ann=Cherry,Bob=Ethan", "-j", "1")
    voices = [json.loads(r.body)["input"]["voice"] for r in sandbox.ledger if r.phase == "post"]
    assert voices == ["Cherry", "Ethan"]
    assert said(online.folder / "out" / "s.wav") == "One.Two."
    online(*args, "Ann=Cherry,Bob=Ethan", "--check")
    online(*args, "Ann=Cherry,Bob=Serena", "--check", code=8)


def test_a_changed_lexicon_makes_anew(online: Qwentts) -> None:
    """An item is made again when a word is said otherwise; its other segments come from the cache."""
    (online.folder / "a.txt").write_text("I like Qwen.")
    for spoken in ("千问", "通义"):
        (online.folder / "l.toml").write_text(f'Qwen = "{spoken}"\n', encoding="utf-8")
        online("batch", "a.txt", "-d", "out", "--lexicon", "l.toml")
        assert said(online.folder / "out" / "a.wav") == f"I like {spoken}."


def test_marks_in_the_chapters_of_a_book_are_obeyed(online: Qwentts) -> None:
    """Each chapter by itself; a cast has nothing to go by there, and that is said."""
    pages = {"1.xhtml": "<p>One.[[pause 2s]]More.</p>", "2.xhtml": "<p>[[say zwei]]Two[[/say]].</p>"}
    write_epub(online.folder / "b.epub", pages, {"I": "1.xhtml", "II": "2.xhtml"})
    online("batch", "b.epub", "-d", "out", "--markup")
    assert read_back(online.folder / "out/II.wav").strip() == "zwei."
    assert soundfile.info(online.folder / "out/I.wav").duration > 2
    refused = online("batch", "b.epub", "-d", "out", "--cast", "A=Cherry", code=2)
    assert "do not go together with --cast" in refused.stderr


def test_a_text_that_is_none_is_told_before_it_costs(online: Qwentts, sandbox: Sandbox) -> None:
    """Markdown with a warning, once; RTF not at all; as text, all of it."""
    (online.folder / "a.txt").write_text("# Title\n\n- **one**\n- two\n")
    (online.folder / "r.txt").write_text("{\\rtf1 Hello}")
    refused = online("batch", "a.txt", "r.txt", "-d", "out", code=2)
    assert "r.txt looks like RTF" in refused.stderr
    assert refused.stderr.count("a.txt looks like Markdown: its marks are spoken too") == 1
    assert not sandbox.ledger
    assert "looks like" not in online("batch", "a.txt", "-d", "out", "--input-format", "text").stderr
