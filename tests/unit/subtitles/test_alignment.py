"""Text and silences are matched as a whole, by length and by what kind of pause each is."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwentts_cli.subtitles.alignment import Alignment, Mark
from qwentts_cli.subtitles.silences import Silence

RATE = 1000  # so that frames are milliseconds


def silences(*spans: tuple[int, int]) -> list[Silence]:
    return [Silence(start, end) for start, end in spans]


def sentences(*weights: int) -> list[Mark]:
    return [Mark(weight, ends_sentence=True) for weight in weights]


def clauses(*weights: int) -> list[Mark]:
    return [Mark(weight, ends_sentence=False) for weight in weights]


def aligned(
    marks: list[Mark], found: list[Silence], *, weight: int = 100, frames: int = 10_000
) -> list[Fraction]:
    """Give the times of the ends of sentences."""
    alignment = Alignment(
        sorted(marks, key=lambda mark: mark.weight), weight, found, frames=frames, sample_rate=RATE
    )
    return [alignment.frame_at(mark.weight) for mark in marks if mark.ends_sentence]


def test_without_silences_time_is_proportional() -> None:
    """There is nothing better to go by than length."""
    alignment = Alignment(sentences(30, 50), 100, [], frames=999, sample_rate=RATE)
    assert [alignment.frame_at(weight) for weight in (0, 30, 50, 99, 100)] == [
        Fraction(999 * weight, 100) for weight in (0, 30, 50, 99, 100)
    ]


def test_silence_at_the_ends_is_not_spoken_text() -> None:
    """The first sentence begins with the sound and the last one ends with it, but length counts the voice."""
    assert aligned(sentences(50), silences((0, 4000), (9000, 10_000))) == [6500]


def test_a_boundary_is_just_before_the_next_sentence() -> None:
    """80 ms before the silence ends, and in a short one at its middle."""
    assert aligned(sentences(50), silences((4500, 5000))) == [4920]
    assert aligned(sentences(50), silences((4500, 4600))) == [4550]


def test_the_longer_silence_near_is_the_end_of_the_sentence() -> None:
    """A pause inside a sentence may be nearer to where its end is expected."""
    assert aligned(sentences(50), silences((4200, 4600), (5000, 5100))) == [4520]


def test_a_clause_explains_its_silence() -> None:
    """Of two like silences the first is the comma's; without a comma the nearer one is the sentence's."""
    found = silences((4000, 4300), (5600, 5900))
    assert aligned(sentences(48) + clauses(38), found) == [5820]
    assert aligned(sentences(42), found) == [4220]


def test_a_voice_need_not_pause_at_a_comma() -> None:
    """The only silence is the sentence's, however many commas are near."""
    found = silences((4700, 5000))
    assert aligned(sentences(50) + clauses(10, 20, 30, 40, 60, 70), found) == [4920]
    assert aligned(sentences(50) + clauses(30), silences((3300, 3600))) == [3520]


def test_a_pause_as_short_as_a_commas_is_not_a_sentences() -> None:
    """Nor is a comma's as long as a sentence's, where another reading is nearly as likely."""
    assert aligned(sentences(50) + clauses(60), silences((4900, 5020), (5700, 6000))) == [5920]


def test_length_counts_too() -> None:
    """A somewhat longer silence far off is none of this sentence; the only one far off is."""
    assert aligned(sentences(50), silences((4700, 4950), (8000, 8300))) == [4870]
    assert aligned(sentences(10), silences((3900, 4200))) == [4120]


def test_the_whole_decides_not_the_nearest() -> None:
    """The second sentence is spoken slowly, so that each end but the first is nearer to a wrong silence."""
    found = silences((2000, 2300), (5300, 5600), (7300, 7600))
    assert aligned(sentences(25, 50, 75), found, frames=9700) == [2220, 5520, 7520]


def test_a_sentence_without_a_pause_behind_it_is_placed_by_length() -> None:
    """Its neighbours keep their silences, and it shares the time between them."""
    assert aligned(sentences(25, 50, 75), silences((2200, 2500), (7500, 7800))) == [2420, 5000, 7720]


def test_rate_may_change_on_the_way() -> None:
    """What is said slowly first and fast then, as where the language changes, does not throw it off."""
    ends = [1000 * number + 300 * (number - 1) for number in range(1, 8)]
    ends += [ends[-1] + 600 * number + 300 * (number - 1) + 300 for number in range(1, 9)]
    found = silences(*((end, end + 300) for end in ends))
    weights = range(10, 160, 10)
    got = aligned(sentences(*weights), found, weight=160, frames=ends[-1] + 900)
    assert got == [end + 220 for end in ends]


@pytest.mark.parametrize("count", [0, 1, 5, 60])
def test_more_or_fewer_silences_than_sentences(count: int) -> None:
    """Any number of them gives every sentence its time."""
    found = silences(*((100 * number + 50, 100 * number + 130) for number in range(count)))
    got = aligned(sentences(*range(10, 100, 10)), found)
    times = [Fraction(0), *got, Fraction(10_000)]
    assert all(before < after for before, after in pairwise(times))


@settings(max_examples=80)
@given(
    st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(1, 500), st.integers(80, 900)), max_size=30),
    st.integers(0, 500),
)
def test_times_grow_with_the_text(
    steps: list[tuple[int, bool]], sounds: list[tuple[int, int]], tail: int
) -> None:
    """Whatever the text and the sound, from the first frame to the last, each part has some time."""
    marks, weight = [], 0
    for step, ends_sentence in steps:
        weight += step
        marks.append(Mark(weight, ends_sentence=ends_sentence))
    found, frames = [], 0
    for voiced, silent in sounds:
        found.append(Silence(frames + voiced, frames + voiced + silent))
        frames = found[-1].end
    frames += tail or not sounds
    alignment = Alignment(marks[:-1], weight, found, frames=frames, sample_rate=RATE)
    times = [alignment.frame_at(place) for place in range(weight + 1)]
    assert all(before < after for before, after in pairwise(times))
    assert [times[0], times[-1]] == [0, frames]
