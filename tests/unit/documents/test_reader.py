"""A file is read as what it is, as a whole or in the chapters that are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.documents.input_format import InputFormat
from qwentts_cli.documents.options import DocumentOptions
from qwentts_cli.documents.reader import DocumentReader
from qwentts_cli.errors import UsageError
from tests.unit.documents.books import write_epub

if TYPE_CHECKING:
    from pathlib import Path

NOVEL = "Preface.\r\n\r\nChapter 1\r\n\r\n\r\nOne.\r\n\r\nChapter 2\r\n\r\nTwo. [[pause 1s]]\r\n"


def read(path: Path, notes: list[str] | None = None, **options: object) -> str:
    note = notes.append if notes is not None else lambda _note: None
    reader = DocumentReader(None, note, DocumentOptions(**options))  # type: ignore[arg-type]
    return "".join(reader.file(path))


def test_a_text_is_verbatim(tmp_path: Path) -> None:
    """Nothing is done to a plain text, not even to its line ends."""
    path = tmp_path / "novel.txt"
    path.write_bytes(NOVEL.encode())
    assert read(path) == NOVEL


def test_reads_the_chapters_that_are_wanted(tmp_path: Path) -> None:
    """By number, also where the user says what a title looks like."""
    path = tmp_path / "novel.txt"
    path.write_bytes(NOVEL.encode())
    assert read(path, chapters="2") == "Chapter 1\n\nOne."
    assert read(path, chapters="-1,3") == "Preface.\n\nChapter 2\n\nTwo. [[pause 1s]]"
    assert read(path, chapters="2", pattern="^Two") == "Two. [[pause 1s]]"
    assert read(path, chapters="3", markup=True) == "Chapter 2\n\nTwo. \n\n"
    with pytest.raises(UsageError, match="no chapter 4"):
        read(path, chapters="4")


def test_tells_of_a_pattern_that_finds_nothing_and_of_chapters_that_are_not_there(tmp_path: Path) -> None:
    """Whatever the format: a book is then one chapter, or shorter than was meant."""
    novel, notes = tmp_path / "novel.txt", list[str]()
    novel.write_bytes(NOVEL.encode())
    assert read(novel, notes, chapters="2-9").startswith("Chapter 1")
    assert notes == [f"{novel}: chapters 4-9 are not there: the last one is 3"]
    page = {"1.xhtml": "<h1>Day 1</h1><p>a</p><h1>Day 2</h1><p>b</p>"}
    for path in (novel, write_epub(tmp_path / "b.epub", page, {})):
        reader = DocumentReader(None, notes.append, DocumentOptions(pattern="^Night"))
        chapters = [passage.chapter for passage in reader.stretches(path)]
        assert sum(chapter is not None for chapter in chapters) == 1
        assert notes[-1] == f"--chapter-pattern '^Night' matches nothing in {path}, so that it is one chapter"
    assert read(path, chapters="2", pattern="^Day") == "Day 2.\n\nb"


def test_tells_what_is_left_out(tmp_path: Path) -> None:
    """Nothing vanishes without a word."""
    path = tmp_path / "a.md"
    path.write_text("# A\n\n```\nx\n```\n")
    notes: list[str] = []
    assert read(path, notes) == "A."
    assert notes == [f"left out of {path}: 1 code block"]


def test_a_format_may_be_said(tmp_path: Path) -> None:
    """`text` reads even Markdown as it stands."""
    path = tmp_path / "a.md"
    path.write_text("# *A*")
    assert read(path, format=InputFormat.TEXT) == "# *A*"
    path = tmp_path / "a.txt"
    path.write_text("# *A*")
    assert read(path, format=InputFormat.MARKDOWN) == "A."


def test_chapters_of_a_book_have_numbers(tmp_path: Path) -> None:
    """They are those of the whole book, whichever are wanted."""
    path = write_epub(tmp_path / "b.epub", {"1.xhtml": "a", "2.xhtml": "b"}, {"A": "1.xhtml", "B": "2.xhtml"})
    reader = DocumentReader(None, lambda _note: None, DocumentOptions(chapters="2"))
    assert [(number, chapter.title) for number, chapter in reader.chapters(path)] == [(2, "B")]
    assert [chapter.title for chapter in reader.document(path).chapters()] == ["B"]


def test_lists_chapters(tmp_path: Path) -> None:
    """A line for each, with the number that selects it and what it costs."""
    path = tmp_path / "novel.txt"
    path.write_bytes(NOVEL.encode())
    assert list(DocumentReader(None, lambda _note: None).list_chapters(path)) == [
        "   1  (no title)  (8 characters)",
        "   2  Chapter 1  (15 characters)",
        "   3  Chapter 2  (28 characters)",
    ]


def test_a_script_is_read_in_the_manners_of_its_speakers(tmp_path: Path) -> None:
    """By the cast, and for the others by the voice of their name."""
    path = tmp_path / "s.txt"
    path.write_text("Ann: [[pause 1s]]Hi.\nEthan: Ho.")
    reader = DocumentReader(
        None,
        lambda _note: None,
        DocumentOptions(format=InputFormat.SCRIPT, markup=True, cast="Ann=Cherry", voices=("Ethan",)),
    )
    found = [(passage.manner.voice, passage.pause_s, passage.text) for passage in reader.passages(path)]
    assert found == [("Cherry", 1.0, "Hi."), ("Ethan", None, "Ho.")]
