"""Chapters of a text are found where a reader would find them, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.documents.chapters import (
    compile_pattern,
    divide_document,
    divide_passages,
    divide_text,
    parse_selection,
    select_chapters,
)
from qwentts_cli.documents.formats.markdown import parse_markdown
from qwentts_cli.documents.model import Chapter, Document
from qwentts_cli.errors import UsageError


def titles(text: str, pattern: str = "") -> list[str]:
    return [c.title for c in divide_text([text], compile_pattern(pattern) if pattern else None)]


@pytest.mark.parametrize(
    "title",
    [
        "第一章",
        "第十二回　大闹天宫",
        "第3章：春天",
        "第二章去北京的路上",
        "楔子",
        "제 3 장",
        "Chapter 7",
        "CHAPTER XII.",
        "Chapter One: The Start",
        "Kapitel 3",
        "1. Kapitel",
        "Глава 2. Лес",
        "Глава первая",
        "ГЛАВА ТРЕТЬЯ: Лес",
        "Chapitre premier",
        "Épilogue",
        "CAPÍTULO SEGUNDO",
        "Capitolo terzo",
        "Capítulo Primeiro — O início",
        "Zweites Kapitel",
        "Chapter Thirty-Two",
        "Chapter the First",
        "番外一：她的信",
        "大结局",
        "Prologue",
        "エピローグ",
    ],
)
def test_knows_titles(title: str) -> None:
    """Titles of many languages begin a chapter."""
    assert titles(f"x\n\n{title}\n\ny") == ["", " ".join(title.split())]


@pytest.mark.parametrize(
    "line",
    [
        "第二天早上，他起来了。",
        "第一次见面",
        "Chapter 7 of the book was dull.",
        "Part of the story",
        "Introduction to the matter",
        "Kapitel und Vers",
        "Parte prima degli altri",
        "Erste Teile kamen an",
        "番外篇很好看。",
        "Buch zweiter Hand",
    ],
)
def test_leaves_sentences_alone(line: str) -> None:
    """A sentence that begins like a title is none."""
    assert titles(f"x\n\n{line}\n\ny") == [""]


def test_a_list_of_contents_begins_no_chapters() -> None:
    """Titles with nothing below them are a list."""
    assert titles("Chapter 1\nChapter 2\n\nChapter 1\n\nText.\n\nChapter 2\n\nMore.") == [
        "Chapter 1",
        "Chapter 2",
    ]


def test_the_user_may_say_what_a_title_is() -> None:
    """A group of the pattern is the title; a pattern that is none is refused."""
    assert titles("== A ==\nx\n== B ==\ny", "^== (.*) ==$") == ["A", "B"]
    with pytest.raises(UsageError, match="not a regular expression"):
        compile_pattern("(")


@given(st.lists(st.sampled_from(["第一章\n", "text\r\n", "\n", "Chapter 2", "\r", " more "]), max_size=12))
def test_nothing_is_lost(pieces: list[str]) -> None:
    """Joined, the chapters are the text but for white space, in whatever pieces it comes."""
    whole = "".join(text for chapter in divide_text(pieces) for text in chapter.text())
    assert "".join(whole.split()) == "".join("".join(pieces).split())
    in_one = [(c.title, list(c.text())) for c in divide_text(["".join(pieces)])]
    assert in_one == [(c.title, list(c.text())) for c in divide_text(pieces)]


def test_pages_are_divided_at_their_headings() -> None:
    """The title of the whole is no chapter; the headings below it are."""
    passages = parse_markdown("# Book\n\nIntro.\n\n## A\n\na\n\n### sub\n\nb\n\n## B\n\nc").passages
    assert [c.title for c in divide_passages(passages, "Book")] == ["Book", "A", "B"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"^Day (\w+)$", ["Log", "One", "Two"]),
        (r"^Day \w+$", ["Log", "Day One", "Day Two"]),
        (r"(?i)^day", ["Log", "Day One", "Day Two"]),
        (r"^Day|(Night)", ["Log", "Day One", "Night", "Day Two"]),
        (r"^\*\*", ["Log"]),
    ],
)
def test_a_document_is_divided_where_the_user_says(pattern: str, expected: list[str]) -> None:
    """A group of the pattern is the title; the stop that a heading is spoken with is not in it."""
    passages = parse_markdown("Log\n\n## Day One\n\na\n\n## Night\n\nn\n\n## Day Two\n\nb").passages
    whole = Chapter(title="Log", passages=passages.__iter__)
    document = divide_document(
        Document(chapters=lambda: iter([whole]), title="Log"), compile_pattern(pattern)
    )
    assert [chapter.title for chapter in document.chapters()] == expected
    assert [p.text for c in document.chapters() for p in c.passages()] == [p.text for p in passages]


def test_chapters_beyond_the_last_are_told() -> None:
    """A range that leads beyond the end gives what there is, and says what is not."""
    text = "".join(f"Chapter {n}\n\nText.\n\n" for n in range(1, 6))
    notes: list[str] = []
    assert [n for n, _ in select_chapters(divide_text([text]), "5-7,4-6,2-", notes.append)] == [2, 3, 4, 5]
    assert notes == [
        "chapters 6-7 are not there: the last one is 5",
        "chapter 6 is not there: the last one is 5",
    ]


def test_selects_chapters() -> None:
    """Numbers and ranges, open at either end; a number beyond the last is told."""
    text = "".join(f"Chapter {n}\n\nText.\n\n" for n in range(1, 6))
    chosen = [n for n, _ in select_chapters(divide_text([text]), "-2, 4-")]
    assert chosen == [1, 2, 4, 5]
    with pytest.raises(UsageError, match="no chapter 9: the last one is 5"):
        list(select_chapters(divide_text([text]), "1,9"))


@pytest.mark.parametrize("selection", ["", "x", "0", "3-1", "1,,2", "-"])
def test_refuses_other_selections(selection: str) -> None:
    """What selects nothing is a mistake."""
    with pytest.raises(UsageError, match="no chapters"):
        parse_selection(selection)
