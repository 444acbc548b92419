from __future__ import annotations

import re
from typing import TypedDict

from hypothesis import given, settings
from hypothesis import strategies as st

from qwentts_cli.text.boundaries import Boundary
from qwentts_cli.text.segment import Segment, Segmenter, halve, segment_text
from qwentts_cli.text.units import count_units
from tests.unit.text.clusters import clusters

MAX_EXAMPLES = 120

# What stands in texts, and what goes wrong in them.
PIECES = [
    *"。！？，、；：“”「」（）«»„\"'.!?,;:—…()abZ1 好们ก가カーと",
    *("\n", "\r\n", "\r", "\n\n", "\u3000", "\u00a0", "\u200b", "\u2028", "\x85", "* * *"),
    *("Dr. ", "p.m. ", "z.B. ", "Hello. ", "world ", "3.14", "1,000", "10:30", "https://a.example/b?c=d,e.f"),
    *("🇩🇪", "👨‍👩‍👧", "👍🏽", "e\u0301", "क्षि", "각", "𠀀", "\u0301", "今天天气很好", "สวัสดี"),
]


class Rules(TypedDict, total=False):
    max_units: int
    language: str
    first_max_units: int | None
    paragraphs: bool
    eager: bool


pieces = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
texts = (
    pieces | st.text(max_size=80) | st.builds(lambda text, count: text * count, pieces, st.integers(1, 12))
)
rules = st.fixed_dictionaries(
    {
        "max_units": st.sampled_from([2, 3, 7, 20, 60, 200, 600]),
        "language": st.sampled_from(["", "zh", "de", "xx"]),
        "first_max_units": st.none() | st.sampled_from([2, 10, 50, 1000]),
        "paragraphs": st.booleans(),
        "eager": st.booleans(),
    }
)


@settings(max_examples=MAX_EXAMPLES)
@given(texts, rules)
def test_segments_joined_are_the_text_and_each_fits(text: str, rule: Rules) -> None:
    """Nothing is lost, nothing is added, and no request is too long."""
    segments = list(segment_text([text], **rule))
    assert "".join(segment.text for segment in segments) == text
    assert all(0 < count_units(segment.text) <= rule["max_units"] for segment in segments)
    assert all(text.startswith(segment.text, segment.start) for segment in segments)


@settings(max_examples=MAX_EXAMPLES)
@given(texts, rules, st.lists(st.integers(1, 40), min_size=1))
def test_a_stream_gives_the_segments_of_the_whole(text: str, rule: Rules, sizes: list[int]) -> None:
    """It makes no difference in what pieces a text arrives, wherever they are cut."""
    segmenter = Segmenter(**rule)
    streamed: list[Segment] = []
    start = 0
    while start < len(text):
        for size in sizes:
            streamed += segmenter.feed(text[start : start + size])
            start += size
    assert [*streamed, *segmenter.finish()] == list(segment_text([text], **rule))


@settings(max_examples=MAX_EXAMPLES)
@given(texts, st.sampled_from([40, 100, 600]))
def test_only_a_cluster_over_the_limit_is_cut(text: str, max_units: int) -> None:
    """As an independent implementation of the Unicode annex sees clusters."""
    wholes = clusters(text)
    if all(count_units(cluster) < 20 for cluster in wholes.values()):
        assert {segment.start for segment in segment_text([text], max_units=max_units)} <= wholes.keys()


@settings(max_examples=MAX_EXAMPLES)
@given(texts, rules)
def test_lines_and_columns_are_those_of_an_editor(text: str, rule: Rules) -> None:
    """Wherever a segment begins, its first visible character is found again."""
    for segment in segment_text([text], **rule):
        if visible := segment.text.lstrip():
            before = text[: segment.start + len(segment.text) - len(visible)]
            lines = re.split(r"\r\n|\r|\n", before)
            assert (segment.line, segment.column) == (len(lines), len(lines[-1]) + 1)


words = st.lists(
    st.sampled_from(
        ["word", "3.14", "1,000", "10:30", "https://a.example/b?c=d,e", "me@mail.example", "don’t"]
    ),
    min_size=1,
    max_size=80,
)


@settings(max_examples=MAX_EXAMPLES)
@given(words, st.sampled_from([30, 60, 100]), st.sampled_from([" ", ", ", "，", "和", "\n"]))
def test_words_numbers_and_addresses_are_whole(tokens: list[str], max_units: int, between: str) -> None:
    """There is always a better place, so the inside of one is never cut."""
    segments = segment_text([between.join(tokens)], max_units=max_units)
    found = [word for segment in segments for word in re.split(r"[ ，和\n]|,(?= )", segment.text) if word]
    assert [word.rstrip(",") for word in found] == tokens


@settings(max_examples=MAX_EXAMPLES)
@given(
    st.lists(
        st.sampled_from(["好的。", "今天天气很好，我们走吧！", "Hello, world. ", "“真的？”", "他来了；"])
    )
)
def test_ordinary_prose_is_cut_at_its_sentences(sentences: list[str]) -> None:
    """While sentences fit, no other place is used, and every part is worth a request."""
    segments = list(segment_text(["".join(sentences)], max_units=120))
    assert all(segment.boundary >= Boundary.SENTENCE for segment in segments)
    assert all(segment.speakable for segment in segments)


@settings(max_examples=MAX_EXAMPLES)
@given(texts.filter(lambda text: len(text) > 1))
def test_halves_are_smaller_and_joined_the_whole(text: str) -> None:
    """Halving ends: each half is a part of the segment, and nothing is lost."""
    for segment in segment_text([text], max_units=600):
        if len(segment.text) > 1:
            first, second = halve(segment)
            assert first.text
            assert second.text
            assert first.text + second.text == segment.text
            assert second.start == segment.start + len(first.text)
