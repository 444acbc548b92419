"""Marks are obeyed and not read; a wrong one is told with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.documents.chapters import divide_text
from qwentts_cli.documents.markup import read_markup
from qwentts_cli.documents.model import Chapter, Document, Manner, Passage, Substitution
from qwentts_cli.errors import UsageError


def marked(text: str) -> list[Chapter]:
    document = Document(chapters=lambda: divide_text([text]))
    return list(read_markup(document, has_columns=True).chapters())


def passages(text: str) -> list[Passage]:
    return [passage for chapter in marked(text) for passage in chapter.passages()]


def test_voice_language_and_speed() -> None:
    """A voice ends where it says; a language and a speed hold on until then, or to the end of the text."""
    found = [
        (p.text, p.manner, p.goes_on)
        for p in passages(
            "One [[voice Ethan]]two[[/voice]] three.\n\n"
            "[[lang en]]Four [[speed 0.8]]five.\n\nSix[[/lang]] seven."
        )
    ]
    assert found == [
        ("One ", Manner(), False),
        ("two", Manner(voice="Ethan"), True),
        (" three.", Manner(), True),
        ("Four ", Manner(language="en"), False),
        ("five.", Manner(language="en", speed=0.8), True),
        ("Six", Manner(language="en", speed=0.8), False),
        (" seven.", Manner(speed=0.8), True),
    ]


def test_pauses() -> None:
    """Silence stands before what comes next, or at the end; two pauses add up."""
    found = [(p.text, p.pause_s) for p in passages("[[pause 1s]][[pause 500ms]]One.[[pause 0.25s]]")]
    assert found == [("One.", 1.5), ("", 0.25)]


def test_say_and_brackets() -> None:
    """What is said is kept beside what is shown."""
    (passage,) = passages("I like [[say 千问]]Qwen[[/say]] and \\[[these]].")
    assert passage.text == "I like Qwen and [[these]]."
    assert passage.substitutions == (Substitution(start=7, end=11, spoken="千问"),)


def test_chapters_and_marks_over_them() -> None:
    """A mark may begin a chapter, and what is open goes on over it."""
    found = marked("One.[[lang en]] [[chapter The Second]] Two.\n\nChapter 3\n\nThree.")
    assert [c.title for c in found] == ["", "The Second", "Chapter 3"]
    assert [p.manner.language for c in found for p in c.passages()] == ["", "en", "en", "en"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a [[pose 3s]]", "there is no mark 'pose', line 1, column 3"),
        ("x\ny [[pause 3]]", "[[pause 3]] is no time, line 2, column 3"),
        ("[[pause 601s]]", "[[pause 601s]] is no time, line 1, column 1"),
        ("a\n\n[[voice X]]b", "[[voice]] has no [[/voice]], line 3, column 1"),
        ("[[/say]]", "[[/say]] ends nothing, line 1, column 1"),
        ("[[ foo", "[[ has no ]], line 1, column 1"),
        ("[[voice]]a[[/voice]]", "[[voice]] says nothing of what, line 1, column 1"),
        ("[[say x]]a\n\nb[[/say]]", "[[say]] goes over a paragraph or another mark, line 3, column 2"),
        (
            "[[say x]]a[[pause 1s]]b[[/say]]",
            "[[say]] goes over a paragraph or another mark, line 1, column 24",
        ),
        ("[[speed 9]]x", "[[speed 9]] is no speed from 0.5 to 2, line 1, column 1"),
    ],
)
def test_tells_the_place_of_a_mistake(text: str, message: str) -> None:
    """Line and column lead to it."""
    with pytest.raises(UsageError) as caught:
        marked(text)
    assert caught.value.message == message


@given(st.lists(st.sampled_from(["a", " ", "\n\n", "b.", "[x]", "]", "\\"])))
def test_without_marks_nothing_changes(parts: list[str]) -> None:
    """A text without marks is the same with and without markup."""
    text = "".join(parts)
    without = [p.text for c in divide_text([text]) for p in c.passages() if "a" in p.text or "b" in p.text]
    assert [p.text for p in passages(text) if "a" in p.text or "b" in p.text] == without
