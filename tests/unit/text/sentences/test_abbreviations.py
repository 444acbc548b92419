"""What is remembered of a word before a full stop holds whatever stands before that word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.text.sentences import abbreviations
from qwentts_cli.text.sentences.language import GUESSED

WORDS = st.sampled_from(
    [
        "the",
        "Mr",
        "approx",
        "usw",
        "Abb",
        "No",
        "Sr",
        "etc",
        "Prof",
        "him",
        "Corp",
        "e",
        "p",
        "12",
        "3,4",
        "&",
        "а",
    ]
)


@given(st.lists(WORDS | st.text("abcXYZäé ,&-", max_size=6), max_size=8), WORDS, st.sampled_from("A5bÄ"))
def test_the_words_before_make_no_difference(before: list[str], word: str, following: str) -> None:
    """The short way gives what the library says of all there is."""
    window = f"{' '.join([*before, word])}. {following}"
    for language in (*GUESSED, "ru"):
        assert abbreviations._is_end(language, window) == abbreviations._judge(language, window)  # noqa: SLF001


@pytest.mark.parametrize("text", ["Das gilt z.B. hier. Und", "He said 'approx. A", "See No. 5"])
def test_what_is_not_one_plain_word_is_asked_whole(text: str) -> None:
    """Full stops and quotation marks before it count."""
    assert abbreviations._is_end("en", text) == abbreviations._judge("en", text)  # noqa: SLF001
