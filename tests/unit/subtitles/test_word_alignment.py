"""Where the service's words are in the author's text, and when captions change."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.audio.wav import Word
from qwentts_cli.subtitles.word_alignment import align_words, end_captions


def timed(*texts: str) -> list[Word]:
    """Words of 100 ms, 50 ms apart."""
    return [Word(text, 150 * number, 150 * number + 100) for number, text in enumerate(texts)]


def found(text: str, *texts: str) -> list[tuple[str, int, int]]:
    return [
        (text[word.start : word.end], word.start_ms, word.end_ms) for word in align_words(text, timed(*texts))
    ]


@pytest.mark.parametrize(
    ("text", "spoken", "expected"),
    [
        ("Hello, World!", ["hello", "world"], ["Hello", "World"]),
        ("今天，天气好", ["今天", "天气", "好"], ["今天", "天气", "好"]),
        ("Cafe\u0301 au lait", ["café", "au", "lait"], ["Cafe\u0301", "au", "lait"]),
        ("the cat, the dog", ["the", "dog"], ["the", "dog"]),
        ("It is 5 o'clock", ["it", "is", "five", "o'clock"], ["It", "is", "5", "o'clock"]),
    ],
)
def test_words_are_the_authors(text: str, spoken: list[str], expected: list[str]) -> None:
    """In the author's letters, whatever the service makes of them."""
    assert [word for word, *_ in found(text, *spoken)] == expected


def test_what_is_said_otherwise_than_written_takes_the_time_between() -> None:
    """Two words of the service for one of the author."""
    assert found("Ask Qwen now", "Ask", "千", "问", "now") == [
        ("Ask", 0, 100),
        ("Qwen", 150, 400),
        ("now", 450, 550),
    ]


def test_a_refrain_is_not_taken_for_another() -> None:
    """What is said otherwise in one of many equal verses leaves the others where they are."""
    verse = "The sun is up and Qwen sings. "
    words = (verse * 8).split()
    words[2 * 7 + 5] = "千问"
    assert [start_ms for _, start_ms, _ in found(verse * 8, *words)] == [150 * n for n in range(8 * 7)]


def test_nothing_in_common_is_nothing_to_go_by() -> None:
    """No word but one for all."""
    assert found("...", "a") == []
    assert found("Qwen", "千", "问") == [("Qwen", 0, 250)]


@given(st.text(max_size=40), st.lists(st.text(max_size=6), max_size=8))
def test_words_are_in_order_and_inside(text: str, spoken: list[str]) -> None:
    """Whatever comes, the places do not overlap and the times do not go back."""
    placed = align_words(text, timed(*spoken))
    assert all(0 <= word.start < word.end <= len(text) for word in placed)
    assert all(one.start <= other.start for one, other in pairwise(placed))
    assert all(one.start_ms <= other.start_ms for one, other in pairwise(placed))


def ends(text: str, starts: list[int], words: list[Word], sound_ms: int = 2000) -> list[int]:
    placed = align_words(text, words)
    return end_captions(
        starts, placed, text_end=len(text), sound_ms=sound_ms, weigh=lambda start, end: end - start
    )


def test_a_caption_comes_just_before_its_first_word() -> None:
    """80 ms before, or in the middle of a shorter pause; the last goes on to the end of the sound."""
    words = [Word("One", 0, 300), Word("Two", 600, 900), Word("Three", 1000, 1400)]
    assert ends("One. Two. Three.", [0, 5, 10], words) == [520, 950, 2000]


def test_a_caption_without_a_word_of_its_own_is_reckoned() -> None:
    """It has its share of the time between the words around it."""
    words = [Word("One", 0, 400), Word("Four", 1600, 1900)]
    assert ends("One 222 333 Four", [0, 4, 8, 12], words) == [533, 1066, 1520, 2000]
