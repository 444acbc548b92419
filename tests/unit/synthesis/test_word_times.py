"""The words of a stream on the time of its sound, however the service counts."""

from __future__ import annotations

import pytest

from qwentts_cli.audio.wav import Word
from qwentts_cli.dashscope.wire import Answer
from qwentts_cli.synthesis.word_times import WordTimes, find_words, read_words

ONE = (Word("One", 0, 300), Word("two", 300, 700))
OF_SOUND = (Word("three", 1000, 1400),)
OF_SENTENCE = (Word("three", 0, 400),)


def heard(*sentences: tuple[int, int, tuple[Word, ...]], length_ms: int = 1500) -> tuple[Word, ...]:
    times = WordTimes("One two three")
    for sentence, begin_ms, words in sentences:
        times.hear(Answer(sentence=sentence), begin_ms)
        times.hear(Answer(sentence=sentence, words=words), begin_ms)
    times.hear(Answer(is_last=True), length_ms)
    return times.finish(length_ms)


@pytest.mark.parametrize("second", [OF_SOUND, OF_SENTENCE])
def test_times_of_the_sound_and_of_the_sentence(second: tuple[Word, ...]) -> None:
    """Both readings of the vendor's page lead to the same words."""
    assert heard((0, 0, ONE), (1, 1000, second)) == (*ONE, Word("three", 1000, 1400))


def test_what_is_told_again_counts_once() -> None:
    """A sentence's words may come piece by piece, the last list being whole."""
    assert heard((0, 0, ONE[:1]), (0, 0, ONE)) == ONE


def test_words_are_kept_without_saying_them() -> None:
    """For a cache that has no texts: each comes back in the letters of the text."""
    text = "no, no, One"
    words = (Word("no", 100, 200), Word("One", 300, 400))
    places = list(find_words(text, words))
    assert places == [(0, 2, 100, 200), (8, 11, 300, 400)]
    assert tuple(read_words(text, places)) == words


def test_a_sentence_that_comes_early_is_said_after_the_one_before() -> None:
    """The sound runs ahead of what is told of it."""
    assert heard((0, 0, ONE), (1, 500, OF_SENTENCE)) == (*ONE, Word("three", 700, 1100))


def test_words_may_be_a_little_off() -> None:
    """By a tenth of a second: before the end of the previous word, or behind that of the sound."""
    three = (Word("three", 600, 1600),)
    assert heard((0, 0, ONE), (1, 1000, three)) == (*ONE, *three)


@pytest.mark.parametrize(
    "words",
    [
        (Word("two", 1400, 1601),),
        (Word("two", 500, 600), Word("one", 100, 200)),
    ],
)
def test_times_that_make_no_sense_are_left_out(words: tuple[Word, ...]) -> None:
    """Those beyond the sound and out of order; the silences in the sound tell more."""
    assert heard((0, 0, words)) == ()


def test_a_word_that_begins_sooner_counts_from_its_sentence() -> None:
    three = (Word("three", 599, 900),)
    assert heard((0, 0, ONE), (1, 700, three), length_ms=1600) == (*ONE, Word("three", 1299, 1600))
