from __future__ import annotations

import re

import pytest

from qwentts_cli.text.boundaries import Boundary
from qwentts_cli.text.punctuation import HAN
from qwentts_cli.text.segment import Segment, Segmenter, halve, segment_text
from qwentts_cli.text.sound_length import reckon_length
from qwentts_cli.text.units import count_units

FAMILY = "👨‍👩‍👧‍👦"


def texts(text: str, max_units: int = 600, *, paragraphs: bool = False, eager: bool = False) -> list[str]:
    segments = segment_text([text], max_units=max_units, paragraphs=paragraphs, eager=eager)
    return [segment.text for segment in segments]


def units(text: str, max_units: int = 600) -> list[int]:
    return [count_units(part) for part in texts(text, max_units)]


@pytest.mark.parametrize("char", ["a", "字", "𠀀", "ก", "가", "あ"])
@pytest.mark.parametrize(("over", "count"), [(-1, 1), (0, 1), (1, 2)])
def test_the_limit_is_used_to_the_last_unit(char: str, over: int, count: int) -> None:
    """What is exactly as long as the limit is one segment, one character more makes two."""
    text = char * (600 // count_units(char) + over)
    assert len(texts(text)) == count


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (
            "One. Two three.\n\nFour five six. Seven eight.",
            ["One. Two three.\n\n", "Four five six. Seven eight."],
        ),
        ("One two three. Four five six. Seven eight.", ["One two three. ", "Four five six. Seven eight."]),
        ("One two, three four five six, seven", ["One two, ", "three four five six, seven"]),
        ("one two three four five six seven", ["one two three ", "four five six seven"]),
        ("我们一起去公园散步，天气真好啊。他来了。", ["我们一起去公园散步，天气真好啊。", "他来了。"]),
        ("我们一起去公园散步吧，天气真是好极了", ["我们一起去公园散步吧，", "天气真是好极了"]),
        ("我们一起去公园散步吧天气真是好极了", ["我们一起去公园散", "步吧天气真是好极了"]),
    ],
)
def test_the_best_kind_of_place_wins(text: str, places: list[str]) -> None:
    """A paragraph before a sentence, that before a clause, that before a space, that before a letter."""
    assert texts(text, 32) == places


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("一共是1,234,567.89元还有别的钱一共是1,234,567.89元还有别的钱", "1,234,567.89"),
        ("会议在10:30开始请大家准时到会议在10:30开始请大家准时到", "10:30"),
        ("比例是１：３不是别的哦比例是１：３不是别的哦", "１：３"),
        ("请看https://a.example/b?c=d,e;f吧请看https://a.example/b?c=d,e;f吧", "https://a.example/b?c=d,e;f"),
        ("写信给me.you@mail.example好了写信给me.you@mail.example好了", "me.you@mail.example"),
        ("我们在用Qwen3-TTS合成语音我们在用Qwen3-TTS合成语音", "Qwen3-TTS"),
        ("she met Mr. Brown and Dr. Green on Mt. Pleasant with Mr. Brown or Mr. Brown", "Mr. Brown"),
        ("zum Beispiel d. h. also z. B. hier bei Hr. Meier und Fr. Meier bei Hr. Meier", "Hr. Meier"),
        ("the sum was 10 000 and then 10 000 and again 10 000 and at last 10 000", "10 000"),
        ("他说「你好」又说「你好」还说「你好」再说「你好」", "「你好」"),
        ("カーテンをカーテンにカーテンはカーテンのカーテンと", "カー"),
        ("ไปเที่ยวทะเลกันเถอะไปเที่ยวทะเลกันเถอะไปเที่ยวทะเล", "เที่"),
        (FAMILY * 6, FAMILY),
        ("🇩🇪" * 20, "🇩🇪"),
        ("cafe\u0301" * 9, "e\u0301"),
        ("각" * 30, "각"),
    ],
)
def test_what_belongs_together_is_not_cut(text: str, kept: str) -> None:
    """Numbers, addresses, words, names with titles, brackets and clusters survive wherever there is room."""
    for limit in range(30, 45):
        assert sum(part.count(kept) for part in texts(text, limit)) == text.count(kept), limit


def test_a_cluster_over_the_limit_is_cut_and_the_limit_holds() -> None:
    assert max(units("a" + "\u0301" * 1000, 100)) <= 100


def test_the_parts_of_a_long_paragraph_are_even() -> None:
    """No tail of a few characters is left over, whatever is cut at."""
    assert units("好" * 301) == [300, 302]
    for text in ("好" * 900, "word " * 500, "他来了，" * 200, "他来了。" * 200, "He came. " * 200):
        sizes = units(text)
        assert max(sizes) - min(sizes) <= 100, text[:9]


def test_a_short_last_sentence_is_no_segment_of_its_own() -> None:
    """A sentence that nearly fills a segment shares with the three characters behind it."""
    sizes = units("我们" * 74 + "，" + "他们" * 75 + "。好的。")
    assert min(sizes) > 250


def test_short_paragraphs_share_a_segment_and_are_not_torn() -> None:
    """Whole paragraphs are joined while they fit."""
    paragraph = "他来了。" * 30 + "\n\n"
    assert texts(paragraph * 5) == [paragraph * 2, paragraph * 2, paragraph]


def test_with_paragraphs_every_paragraph_is_apart() -> None:
    """No segment spans two, though they would fit; a single line break is none."""
    assert texts("One.\n\nTwo.\nThree.\n \nFour.", paragraphs=True) == [
        "One.\n\n",
        "Two.\nThree.\n \n",
        "Four.",
    ]


def test_scene_breaks_and_white_space_are_never_alone() -> None:
    """What cannot be spoken goes with a neighbour, at the start, in between and at the end."""
    text = "\n\n* * *\n\nOne.\n\n* * *\n\nTwo.\n\n* * *\n\n"
    assert texts(text, paragraphs=True) == ["\n\n* * *\n\nOne.\n\n", "* * *\n\nTwo.\n\n* * *\n\n"]


def test_white_space_that_does_not_fit_begins_the_next_segment() -> None:
    """A paragraph of exactly the limit stays whole, and what follows it is sent with the next."""
    assert texts("a" * 100 + "\n\n" + "b" * 99, 100) == ["a" * 100, "\n\n" + "b" * 48, "b" * 51]


@pytest.mark.parametrize("end", ["\n", "  ", "\r\n\r\n", " …", "\n* * *"])
def test_white_space_at_the_end_of_a_text_goes_with_its_last_words(end: str) -> None:
    """Even if they fill the limit, so that they have to be divided."""
    segments = list(segment_text(["word " * 19 + "last." + end], max_units=100))
    assert len(segments) == 2
    assert all(segment.speakable for segment in segments)


def test_a_word_is_not_torn_to_give_white_space_company() -> None:
    assert texts("helloworld" + " " * 700, 100)[0].startswith("helloworld ")


def test_endless_white_space_is_marked_as_not_speakable() -> None:
    """Nothing a voice can say is ever in a segment that is not sent."""
    segments = list(segment_text(["One." + "\n" * 1000 + "Two."], max_units=100))
    assert "".join(segment.text for segment in segments if segment.speakable).split() == ["One.", "Two."]
    assert sum(not segment.speakable for segment in segments) > 5


@pytest.mark.parametrize("text", ["", "   ", "…", "\n\n", "***", "»«"])
def test_a_text_without_speech_has_no_speakable_segment(text: str) -> None:
    segments = list(segment_text([text], max_units=600))
    assert "".join(segment.text for segment in segments) == text
    assert not any(segment.speakable for segment in segments)


@pytest.mark.parametrize("text", ["a", "3", "字", "😀", "€", "∞", "é", "한", "¿a?"])
def test_letters_digits_symbols_and_emoji_are_speakable(text: str) -> None:
    assert next(segment_text([text], max_units=600)).speakable


def test_the_first_segment_is_short_and_the_next_ones_grow() -> None:
    """Sound starts early; then the limit doubles until it is the full one."""
    text = "今天天气很好，我们一起去公园散步。" * 100
    sizes = [count_units(segment.text) for segment in segment_text([text], max_units=600, first_max_units=80)]
    assert sizes[0] <= 80 < sizes[1] <= 160 < sizes[2] <= 320 < sizes[3] <= 600


def test_a_long_first_sentence_is_cut_at_a_clause() -> None:
    text = (
        "清晨的雾还没有散，老张就挑着担子出了门，石板路上湿漉漉的，踩上去有些滑，他走得很慢，像在数着什么。"
        * 3
    )
    first = next(segment_text([text], max_units=600, first_max_units=60))
    assert first.text.endswith("，")
    assert first.boundary is Boundary.CLAUSE


def test_places_are_told_by_line_and_column() -> None:
    """CRLF, CR and LF end lines; form feeds and U+2028 do not; white space before a text does not count."""
    text = "One\u2028one.\x0c\r\n\r\n  Two.\r\rThree.\n\n好。Four."
    segments = list(segment_text([text], max_units=12, paragraphs=True))
    places = [(segment.text.strip(), segment.line, segment.column) for segment in segments]
    assert places == [("One\u2028one.", 1, 1), ("Two.", 3, 3), ("Three.", 5, 1), ("好。Four.", 7, 1)]
    assert all(text.startswith(segment.text, segment.start) for segment in segments)


def test_a_segment_knows_whether_it_starts_a_paragraph() -> None:
    segments = list(segment_text(["Aha.\n\nBoth went. Cats ran.\nDogs sat.\n \nEnough."], max_units=12))
    assert [segment.starts_paragraph for segment in segments] == [True, True, False, False, True]


def test_line_breaks_inside_a_segment_begin_no_paragraph() -> None:
    segments = list(segment_text(["Aha it.\nOho it.\nUhu it. So it was. And so it is."], max_units=30))
    assert [segment.starts_paragraph for segment in segments] == [True, False, False]


def given_out(text: str, *, first_max_units: int | None = None) -> list[tuple[int, str]]:
    """Feed an eager segmenter character by character; return how many it had taken when each segment came."""
    segmenter = Segmenter(max_units=600, eager=True, first_max_units=first_max_units)
    fed = [(place, segment) for place, char in enumerate(text, 1) for segment in segmenter.feed(char)]
    return [(place, segment.text) for place, segment in fed]


def test_a_sentence_is_given_out_with_the_character_behind_it() -> None:
    """A listener to a slow pipe waits only for the quotation mark that could still close the sentence."""
    sentences = ["今天天气真的非常好啊我们走吧。", "“外面好像又开始下雨了哦。”", "The weather is very fine. "]
    ends = [15, 29, 55]
    assert given_out("".join(sentences) + "X") == [
        (end + 1, text) for end, text in zip(ends, sentences, strict=True)
    ]


@pytest.mark.parametrize("text", ["Hi\n", "你好。\n", "A title\n", "x" * 70 + ".\n"])
def test_a_line_break_completes_a_sentence_at_once(text: str) -> None:
    """Whoever types a line hears it without typing another."""
    assert given_out(text) == [(len(text), text)]


def test_short_sentences_of_a_line_are_given_out_together() -> None:
    assert texts("Yes. No. Well, perhaps it is. Go.\nHm.", eager=True) == [
        "Yes. No. Well, perhaps it is. ",
        "Go.\n",
        "Hm.",
    ]


def test_an_eager_sentence_over_the_limit_is_divided() -> None:
    """A writer who never ends a sentence is heard all the same."""
    heard = given_out("word " * 600)
    assert len(heard) >= 2
    assert all(count_units(text) > 300 for _, text in heard)


def test_a_short_sentence_before_an_endless_one_is_not_held_back() -> None:
    assert texts("Yes. " + "Word " * 200, eager=True)[0] == "Yes. "


def test_an_abbreviation_completes_nothing() -> None:
    """What looks like an end in the stream and is none is waited out."""
    assert [text for _, text in given_out("He met the famous old Dr. Who at 5.30 p.m. in Rome. X")] == [
        "He met the famous old Dr. Who at 5.30 p.m. in Rome. "
    ]


def segment(text: str) -> Segment:
    return Segment(text, start=10, line=3, column=5, starts_paragraph=True, boundary=Boundary.PARAGRAPH)


@pytest.mark.parametrize(
    ("text", "left", "line", "column"),
    [
        ("One two. Three four.", "One two. ", 3, 14),
        ("  One two.\nThree four.", "  One two.\n", 4, 1),
        ("我们走吧，他们来了", "我们走吧，", 3, 10),
        ("ab", "a", 3, 6),
        (FAMILY + FAMILY, FAMILY, 3, 5 + len(FAMILY)),
        ("   a", "   ", 3, 5),
        (" " * 10 + "a", " " * 5, 3, 5),
    ],
)
def test_a_segment_is_halved_at_the_best_place_near_its_middle(
    text: str, left: str, line: int, column: int
) -> None:
    """Both halves know where they are in the whole text."""
    first, second = halve(segment(text))
    assert (first.text, first.start, first.line, first.column) == (left, 10, 3, 5)
    assert (second.text, second.start) == (text[len(left) :], 10 + len(left))
    assert (second.line, second.column) == (line, column)
    assert second.boundary is Boundary.PARAGRAPH


def test_a_single_character_cannot_be_halved() -> None:
    with pytest.raises(ValueError, match="single character"):
        halve(segment("字"))


@pytest.mark.parametrize("limits", [(1, None), (600, 1), (0, None)])
def test_a_limit_without_room_for_every_character_is_refused(limits: tuple[int, int | None]) -> None:
    with pytest.raises(ValueError, match="no room"):
        Segmenter(max_units=limits[0], first_max_units=limits[1])


@pytest.mark.parametrize("han", ["\u4e00", "\u3400", "\uf900", "\U00020000", "\U00030000", "\U000323af"])
def test_han_of_every_plane_counts_twice(han: str) -> None:
    """Also the rare ones, in the limit, the estimate of a length, and the scripts without spaces."""
    assert count_units(han) == 2
    assert reckon_length(han).usual_s == reckon_length("\u4e00").usual_s
    assert re.fullmatch(f"[{HAN}]", han)
