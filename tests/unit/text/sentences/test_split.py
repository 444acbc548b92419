from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.text.sentences.split import SentenceScanner, split_sentences

# In each text a bar stands where a sentence ends.
CASES = [
    # Chinese: full-width marks, closing quotes and brackets, dialogue, numbers, foreign words.
    ("zh", "今天很冷。|我们走吧！|好吗？|走。"),
    ("zh", "“你好。”|他说。|「好的。」|他笑了。|『走吧！』|（完。）|结束。"),
    ("zh", "他说：“走！”|于是走了。|“真的？！”|“真的。”|"),
    ("zh", '他说:"你好。|我们走。"|他笑了。|"好。"|再见。'),
    ("zh", "我……我不知道。|好……真的？！|是的。"),
    ("zh", "今天3.14元，Qwen3.5发布。|见http://a.com/b?c=d。|完。"),
    ("zh", "我用Python写代码. |很好！|Hello world. |好。|Dr. Smith来了。|走。"),
    ("zh", "第一章\n|很久以前。\n\u3000\u3000|有一个人。|他走了。\n\n|完。"),
    ("zh", "他来了.|我们走吧!|好吗?|走。"),
    ("zh", "“走！”，他说。|“去？”：她问。|第3.章很长。|完。"),
    ("zh", "《红楼梦》。|“我（大概）来。”|走。"),
    # Japanese: what is quoted goes on with its verb.
    ("ja", "「はい。」と彼は言った。|そうですか？|はい！|3．14です。|そう．|次です。"),
    ("ja", "「はい。」|彼は笑った。|『え？』って聞いた。|終わり。"),
    # Korean and Thai.
    ("ko", "안녕하세요. |저는 학생입니다. |3.5도예요! |네."),
    ("th", "สวัสดีครับ ผมชื่อสมชาย\n|ไปไหนมา"),
    # English: abbreviations, initials, numbers, addresses, quotations.
    ("en", "Dr. Smith met Mr. Jones and Mrs. Hill at 5 p.m. Monday. |He left."),
    ("en", "J. R. R. Tolkien lived in the U.S. Army. |See Fig. 3 and vol. 2, no. 5. |Yes."),
    ("en", "He paid $3.14 at 10:30. |See example.com. |Visit http://a.com/x?y=1.2! |Now."),
    ("en", '"Where?" he asked. |"There!" |She left. |(It was late.) |Yes.'),
    ("en", "‘Go.’ |He went. |“Go.” |“Why?” |(“No.”) |Well."),
    ("en", "Wait... what? |Well… |Yes. |Really?! |No way!! |Hm."),
    ("en", 'We met "Capt. Jones" of Acme Corp. Inc., etc. and so on. |Then we left.'),
    ("en", "1. One thing. |2. Another.\n|3. Last."),
    ("", "The cat. |It is mine. |I like it. |You too."),
    # French, German, Spanish, Russian.
    ("fr", "M. Dupont est là. |C'est vrai ? |Oui ! |« Bonjour. » |Il part.\n|« Bon. »"),
    ("fr", "« Bonjour. » dit-il. |«\u00a0Non\u00a0!\u00a0» |Mme Curie, p. ex. Marie."),
    ("de", "Das ist z.B. gut. |Am 3. Mai kam Hr. Dr. Müller. |„Hallo.“ sagte er. |„Gut.“ |Er ging."),
    ("de", "»Gut.« |Sie kam. |Siehe Abb. 3 bzw. Kapitel 4! |Ende."),
    ("es", "¿Qué? |¡Sí! |La Sra. García vino. |Él también."),
    # What belongs to a stop: footnote marks, the end of emphasis, emoji.
    (
        "en",
        "It is tall.[1] |It was built in 1889.[2][3] |It is iron.¹ |It is.[4–6] |Yes![note 1] |So.",
    ),
    ("zh", "这座塔很高。[1]|它建于博览会那年。¹|很多人来。［3］|是。"),
    ("", "**It is tall.** |**It is old.** |_Yes!_ |*He asked:* why? |**One. |Two.** |Three."),
    ("en", "It is old.[citation needed] |It is tall.[nb 2] |So."),
    ("zh", "它很老。[来源请求]|它很高。[注12]|是。"),
    ("zh", "**这座塔很高。** |**它很老。**|走。"),
    ("en", "Great!😀 |It works. 👍🏽 |We won! 🎉🎉 |So."),
    ("zh", "太好了！😀|我们走。👨‍👩‍👧|好。"),
    # What is quoted goes on with its clause, in nested quotation marks too.
    ("de", "„Willst du heute gehen?“, fragte sie. |„Sie rief: ‚Komm!‘“, sagte er. |»Los!«, rief er. |Ende."),
    ("fr", "« Tu veux partir ? », dit-il. |«\u00a0Oui\u00a0!\u00a0», dit-elle. |Bon."),
    ("ko", '그는 "빨리 가자!"라고 말했다. |“어디?”라고 물었다. |그리고 갔다.'),
    ("ko", '"가자!" 하고 외쳤다. |‘왜?’ 라고 물었다. |"가자!" |하지만 갔다. |"왜?" |이제.'),
    ("ja", "「行こう！」の声がした。|『何？』を見た。|終わり。"),
    ("en", "“He asked, ‘Why?’”, she said. |“Go!”; then we left. |«Vieni!», disse. |So."),
    ("", "He was 29. |The 3. |The end."),
    # Names with a stop inside.
    ("zh", "我看了《奔跑吧！兄弟》这部电影，很好。|《你好！》是歌。|完。"),
    ("ja", "「らき！すた」を見た。|Yahoo!ニュースで読んだ。|モーニング娘。の歌。|はい。"),
    ("", "Shares of Yahoo! Inc. rose. |Jeopardy! Champion."),
    # Where nobody has told the language.
    ("", "Er kam am 29. Juli nach Berlin. |Es war der 3. Oktober. |Ja."),
    ("", "Moro na Av. Paulista, na R. Augusta. |A Sra. Lima mora em São Paulo. |Sim."),
    ("", "La tienda de la Avda. América es del Sr. Paz. |Sí."),
    ("ru", "Т.е. М. Горький жил на ул. Ленина. |Привет. |Как дела?"),
]


@pytest.mark.parametrize(("language", "marked"), CASES)
def test_sentences_end_where_a_reader_ends_them(language: str, marked: str) -> None:
    """No sentence loses its closing quote, and no abbreviation, number or address is taken for an end."""
    expected = [sentence for sentence in marked.split("|") if sentence]
    assert split_sentences("".join(expected), language) == expected


@pytest.mark.parametrize(("language", "marked"), CASES)
def test_a_sentence_is_the_same_character_by_character(language: str, marked: str) -> None:
    """However slowly a text arrives, its sentences are the ones of the whole."""
    expected = [sentence for sentence in marked.split("|") if sentence]
    scanner = SentenceScanner(language=language)
    fragments = [fragment for char in "".join(expected) for fragment in scanner.feed(char)]
    assert [fragment.text for fragment in (*fragments, *scanner.finish())] == expected


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("A title\nThe text. More.", ["A title\n", "The text. ", "More."]),
        ("It was " + "so " * 20 + "\nlong. Yes.", ["It was " + "so " * 20 + "\nlong. ", "Yes."]),
        ("It was " + "so " * 20 + "\nLong. Yes.", ["It was " + "so " * 20 + "\nLong. ", "Yes."]),
        ("It was " + "so " * 20 + "so,\nLong. Yes.", ["It was " + "so " * 20 + "so,\n", "Long. ", "Yes."]),
        ("It was " + "so " * 20 + "\n- Long.", ["It was " + "so " * 20 + "\n", "- Long."]),
        ("One    two    " * 6 + "\nThree.", ["One    two    " * 6 + "\n", "Three."]),
        ("好" * 30 + "\n好的。走。", ["好" * 30 + "\n好的。", "走。"]),
        ("It was " + "so " * 20 + "\n\nlong.", ["It was " + "so " * 20 + "\n\n", "long."]),
        ("One\r\nTwo\rThree\nFour", ["One\r\n", "Two\r", "Three\n", "Four"]),
        ("One\u2028two\x0cthree\x85four.", ["One\u2028two\x0cthree\x85four."]),
    ],
)
def test_a_line_ends_a_sentence_unless_an_editor_wrapped_it(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


@pytest.mark.parametrize("end", [". B", ".” B", ". » B", ". »B c", ".\r\nB", ".\u0301 B", "x\n\nB", "。“”B"])
@pytest.mark.parametrize("length", [*range(244, 260), 512, 700])
def test_long_sentences_come_in_the_same_parts(length: int, end: str) -> None:
    """Parts are given out before the end is known, yet never differ from those of the whole."""
    text = "a" * length + end
    whole, slow = SentenceScanner(), SentenceScanner()
    expected = [*whole.feed(text), *whole.finish()]
    assert [*(part for char in text for part in slow.feed(char)), *slow.finish()] == expected
    assert max(len(part.text) for part in expected) <= 256 + 64 + 10


def test_a_long_line_is_remembered() -> None:
    """That an editor wrapped it is still known when its first sentences are long gone."""
    text = "It rained all day. " * 9 + "They\nwent home. " + "It rained. " * 90 + "They\nstayed."
    assert split_sentences(text).count("They\nwent home. ") == 1
    scanner = SentenceScanner()
    fragments = [fragment for char in text for fragment in scanner.feed(char)]
    assert [fragment.text for fragment in (*fragments, *scanner.finish())] == split_sentences(text)


def test_a_sentence_does_not_begin_inside_a_cluster() -> None:
    """An accent behind the space belongs to the space."""
    assert split_sentences("One two. \u0301Three. Four.") == ["One two. \u0301Three. ", "Four."]


@pytest.mark.parametrize("text", ["* * *\n\nText.", "——\n好。", "...\nWell.", "\n\n\nText.", "”。好。"])
def test_what_cannot_be_spoken_is_no_sentence(text: str) -> None:
    """A line of stars or dots goes to the sentence behind it."""
    assert split_sentences(text) == [text]


@pytest.mark.parametrize("space", ["\x85", "\u00a0", "\u3000", "\u2028"])
def test_wide_spaces_before_a_full_stop_are_harmless(space: str) -> None:
    """The library that knows abbreviations crashes on these."""
    assert split_sentences(f"It was plan B{space}. And then! Yes.") == [
        f"It was plan B{space}. And then! ",
        "Yes.",
    ]


@given(
    st.text(st.sampled_from("aZ1 .!?。！”“\"'«»)（\n\r\u00a0Mr好")), st.sampled_from(["", "zh", "de", "xx"])
)
def test_sentences_joined_are_the_text(text: str, language: str) -> None:
    assert "".join(split_sentences(text, language)) == text
