"""A sentence as captions: all of it, in short lines that break where a reader expects it."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwentts_cli.subtitles.lines import MAX_COLUMNS, MAX_LINES, columns, pause_places, split_captions
from tests.unit.text.clusters import clusters

PIECES = [
    *"。！？，、；：“”「」（）«»„\"'.!?,;:—…()abZ1 好们ก가カーっ",
    *("\n", "\r\n", "\u3000", "\u00a0", "\u200b", "\u2028", "\x85", "\t"),
    *(
        "world ",
        "3.14",
        "1,000 ",
        "https://a.example/b?c=d,e.f/",
        "intergovernmental",
        "——",
        "……",
        "...",
        " — ",
    ),
    *("🇩🇪", "👨‍👩‍👧", "👍🏽", "e\u0301", "क्षि", "각", "𠀀", "今天天气很好", "สวัสดี", "안녕하세요 "),
]
texts = st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | st.text(max_size=120)


def lines_of(sentence: str) -> list[str]:
    return [line for caption in split_captions(sentence) for line in caption.lines]


@settings(max_examples=150)
@given(texts)
def test_every_word_is_shown_as_it_was_written(text: str) -> None:
    """Lines joined are the text, but for white space: there is one space or none where the text had any."""
    lines = lines_of(text)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert line
        assert line == " ".join(line.split())
        assert all(word in text for word in re.findall("[A-Za-z]+", line))


@settings(max_examples=150)
@given(texts)
def test_a_caption_is_two_lines_and_a_line_42_columns(text: str) -> None:
    """A line is longer only if it is a single cluster; a cluster is never cut."""
    for caption in split_captions(text):
        assert 1 <= len(caption.lines) <= MAX_LINES
        for line in caption.lines:
            assert columns(line) <= MAX_COLUMNS or len(clusters(line)) == 1
        rest = caption.text
        for line in caption.lines:
            at = rest.index(line)
            assert rest[:at].strip() == ""
            rest = rest[at + len(line) :]
        assert not rest


@settings(max_examples=100)
@given(texts)
def test_a_line_ends_between_clusters(text: str) -> None:
    """What a reader sees as one character stays in one line."""
    words = " ".join(text.split())
    ends = clusters(words).keys() | {0, len(words)}
    place = 0
    for line in lines_of(text):
        place += words.startswith(" ", place)
        assert place in ends
        place += len(line)


@pytest.mark.parametrize(
    "cluster", ["ก็", "👨‍👩‍👧", "e\u0301", "가\u11a8", "🇩🇪", "か\u3099", "好\ufe00", "क्षि", "字"]
)
def test_lines_are_whole_clusters(cluster: str) -> None:
    """Where every character is a cluster of several, lines end between them."""
    lines = lines_of(cluster * 80)
    assert len(lines) > 1
    assert {line.replace(cluster, "") for line in lines} == {""}


parts = ["今", "天气", "「好」", "（好，", "“好”", "好。", "好——", "好……", "カー", "ちょっと", "々"]


@settings(max_examples=150)
@given(st.lists(st.sampled_from(parts), min_size=25, max_size=60).map("".join))
def test_marks_stay_with_what_they_close_or_open(text: str) -> None:
    """No line begins with a mark that closes or ends with one that opens."""
    lines = lines_of(re.sub("々+", "々", text))
    assert all(line[0] not in "，。」）”々ーょっ…—" for line in lines[1:])
    assert all(line[-1] not in "「（“" for line in lines)


@settings(max_examples=100)
@given(st.lists(st.sampled_from(["mot", "« mot »", "mot !", "( mot )", "mot :"]), max_size=30).map(" ".join))
def test_marks_set_off_by_spaces_stay_too(text: str) -> None:
    """In French there is a space before or behind them."""
    lines = lines_of(text)
    assert " ".join(lines) == text
    assert all(line[0] not in "»!:)" and line[-1] not in "«(" for line in lines)


@pytest.mark.parametrize(
    ("sentence", "captions"),
    [
        ("Hello, world.", [("Hello, world.",)]),
        (" Hello,\n  world. ", [("Hello, world.",)]),
        (
            "It was a bright cold day in April, and the clocks were striking thirteen.",
            [("It was a bright cold day in April,", "and the clocks were striking thirteen.")],
        ),
        (
            "苔痕上阶绿，草色入帘青，谈笑有鸿儒，往来无白丁。",
            [("苔痕上阶绿，草色入帘青，", "谈笑有鸿儒，往来无白丁。")],
        ),
        (
            "「こんにちは」と彼は言って、ゆっくりとドアを閉めた。",
            [("「こんにちは」と彼は言って、", "ゆっくりとドアを閉めた。")],
        ),
        (
            "山不在高有仙则名水不在深有龙则灵斯是陋室惟吾德馨，苔痕上阶绿，草色入帘青，谈笑有鸿儒，往来无白丁。",
            [
                ("山不在高有仙则名水不在深", "有龙则灵斯是陋室惟吾德馨，"),
                ("苔痕上阶绿，草色入帘青，", "谈笑有鸿儒，往来无白丁。"),
            ],
        ),
        (
            "今天天气很好我们一起去公园散步吧顺便看看那边新开的书店里有没有我一直想买的那本关于人工智能的书籍",
            [
                ("今天天气很好我们一起去公", "园散步吧顺便看看那边新开"),
                ("的书店里有没有我一直想买", "的那本关于人工智能的书籍"),
            ],
        ),
        (f"{'x' * 42} {'y' * 42}", [("x" * 42, "y" * 42)]),
        (f"{'가' * 18} {'나' * 6}", [("가" * 18, "나" * 6)]),
    ],
)
def test_lines_break_where_a_reader_pauses(sentence: str, captions: list[tuple[str, ...]]) -> None:
    """Few captions, best cut behind clauses; the two lines of one are even."""
    assert [caption.lines for caption in split_captions(sentence)] == captions


def test_a_word_stays_whole_while_it_fits_a_line() -> None:
    """Korean breaks at its spaces, full-width as it is."""
    korean = "안녕하세요 저는 오늘 아침에 일찍 일어나서 학교에 갔습니다 그리고 친구를 만났습니다"
    assert " ".join(lines_of(korean)) == korean


def test_a_word_longer_than_a_line_is_cut() -> None:
    """An address without end is shown whole."""
    address = "https://example.com/" + "0123456789" * 10
    assert "".join(lines_of(address)) == address
    assert max(map(columns, lines_of(address))) <= MAX_COLUMNS


def test_columns_are_those_of_a_terminal() -> None:
    """Full-width counts 2, what combines or is unseen 0."""
    shown = {"a": 1, "好": 2, "，": 2, "カ": 2, "ｶ": 1, "가": 2, "e\u0301": 1, "\u200b": 0, "": 0}
    assert {text: columns(text) for text in shown} == shown
    assert columns(unicodedata.normalize("NFD", "각")) == 2


def test_a_voice_may_pause_behind_clauses_and_abbreviations() -> None:
    """Places are behind the mark, what closes with it, and its space; not inside numbers."""
    assert pause_places('Dr. Who, "so what?" he said: 3.5 or 1,000.') == {4, 9, 20, 29}
    assert pause_places("好，“是吗？”他说：1,000。") == {2, 7, 10, 16}


def test_nothing_has_no_captions() -> None:
    """White space is nothing to show."""
    assert split_captions(" \n\u3000") == []


def test_a_wrapped_line_of_han_is_joined_without_a_space() -> None:
    """What an editor broke to fit its window is one sentence again; between words a space is left."""
    found = split_captions("春天来了，\n花都开了。")
    assert [line for caption in found for line in caption.lines] == ["春天来了，花都开了。"]
    assert split_captions("eins\nzwei")[0].lines == split_captions("eins zwei")[0].lines
