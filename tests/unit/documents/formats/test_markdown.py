"""Markdown says what a reader would say, and leaves arithmetic, names and other scripts alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.documents.formats.markdown import parse_markdown, read_front_matter
from qwentts_cli.documents.model import PassageKind


def said(text: str) -> list[str]:
    return [passage.text for passage in parse_markdown(text).passages]


@pytest.mark.parametrize(
    ("source", "spoken"),
    [
        ("# A *title*", ["A title."]),
        ("# Head {#id .class}\n\n[Small]{.caps} [words](x){.x k=v}\n{: .y}", ["Head.", "Small words"]),
        (
            "H~2~O at 10^6^ or x^n^ [@cite, p. 3], text^[A note.] [see -@b] here.",
            ["H2O at 10⁶ or xⁿ, text here."],
        ),
        ("See [[Some Page|the page]]. ![[picture.png]]", ["See the page."]),
        ("[[pause 1s]] [[say a|b]]Hm.[[/say]]", ["[[pause 1s]] [[say a|b]]Hm.[[/say]]"]),
        ("## Ready?", ["Ready?"]),
        ("# 第一章", ["第一章。"]),
        ("- one\n- two;\n- three!", ["one.", "two;", "three!"]),
        ("3. three\n4. four", ["3. three.", "4. four."]),
        ("1986. What a year.", ["1986. What a year."]),
        ("- [x] done\n- [ ] open", ["done.", "open."]),
        ("See [the docs](https://example.org/a_b).", ["See the docs."]),
        ("See <https://www.example.org/a?b=c>.", ["See example.org."]),
        ("![A dog](dog.png) Hello.", ["Hello."]),
        ("Run `git status`.", ["Run git status."]),
        ("```\ncode\n```\nText.", ["Text."]),
        ("Text.\n\n    code()\n", ["Text."]),
        ("A fact.[^1] More.\n\n[^1]: The source.\n[^2]: word\n", ["A fact. More."]),
        ("塔很高。[^1] 是。\n\n[^1]: 来源。\n[^注]: 来源\n", ["塔很高。 是。"]),
        ("Then $E = mc^2$ and $$\n\\int x\n$$ hold for $n$.", ["Then and hold for n."]),
        ("It is ==marked==, 也==标记==了。", ["It is marked, 也标记了。"]),
        ("{{< figure src=a >}}Text {% include x %}goes on.", ["Text goes on."]),
        ("Fish &amp; chips &lt;3", ["Fish & chips <3"]),
        ("Text <!-- hidden --> goes on.", ["Text goes on."]),
        ("| Name | Age |\n|---|---|\n| Ann | 7 |", ["Name, Age.", "Ann, 7."]),
        ("~~No~~ Yes. 🎉 :tada:", ["Yes."]),
        ("> [!NOTE]\n> Careful.", ["Careful."]),
        ("A line\nand the next.\\\nA new one.", ["A line and the next.\nA new one."]),
        ("10<sup>6</sup> and 1<sup>st</sup>.", ["10⁶ and 1st."]),
    ],
)
def test_says_what_a_reader_would_say(source: str, spoken: list[str]) -> None:
    """Marks are not read; headings and items end with a pause; what is only seen is left out."""
    assert said(source) == spoken


@pytest.mark.parametrize(
    "text",
    [
        "Call my_snake_case_name(first_arg) now.",
        "Write to {name} or {#if x}, [ann@example.org], a^2 + b^2, from ~5 to ~7 or 10~20~30.",
        "So 2*3*4 = 24 and 5 * 6 * 7 = 210.",
        "Then x**2 + y**2 = z**2, and 2**8 is 256.",
        "At 10:30:45 it was a:b:c, about 10~20 of them.",
        "价格是3*4元，文件名是a_b_c。",
        "「はい」と彼女は言った。３＊４です。",
        "Mr. Smith paid $5.00 and #1 won 50%.",
        "5 < 6 and 7 > 3.",
        "计算a**b，文件是my__file。",
        "It was $5_000 or $6_000, with $HOME=/x and $PATH.",
        "So x==y and z==w, or a == b == c.",
    ],
)
def test_mangles_nothing(text: str) -> None:
    """What looks like a mark but is none stays as it is."""
    assert said(text) == [text]


def test_joins_wrapped_lines_as_each_script_does() -> None:
    """A line break is a space in English and Korean, and nothing in Chinese and Japanese."""
    assert said("One\ntwo.") == ["One two."]
    assert said("하나\n둘.") == ["하나 둘."]
    assert said("春天来了，\n花开了。") == ["春天来了，花开了。"]


def test_strong_words_beside_chinese_lose_their_asterisks() -> None:
    """CommonMark sees no emphasis in `**强调。**文字`; a reader does."""
    assert said("这是**强调。**文字，第**3**章。") == ["这是强调。文字，第3章。"]


def test_reads_indented_chinese_prose() -> None:
    """Four spaces are code in Markdown, and the way Chinese paragraphs begin."""
    assert said("标题\n\n    春天来了，花开了。") == ["标题", "春天来了，花开了。"]


def test_front_matter_is_not_read_but_known() -> None:
    """Title, author and language come from it; a rule that only looks like it is none."""
    content = parse_markdown('---\ntitle: "A: B"\nauthor: Ann\nlang: de\ntags: [x]\n---\nText.')
    assert (content.title, content.author, content.language) == ("A: B", "Ann", "de")
    assert [(p.text, p.line) for p in content.passages] == [("Text.", 7)]
    assert read_front_matter("---\nText\n").lines == 0
    assert said("+++\ntitle = 'X'\n+++\nText.") == ["Text."]


def test_knows_lines_kinds_and_what_was_left_out() -> None:
    """Each passage has its place, and nothing vanishes without being counted."""
    content = parse_markdown("# T\n\ntext\nmore\n\n- a\n\n```\nx\n```\n\n![i](j)\n")
    assert [(p.line, p.kind) for p in content.passages] == [
        (1, PassageKind.HEADING),
        (3, PassageKind.PARAGRAPH),
        (6, PassageKind.ITEM),
    ]
    assert content.left_out == {"code block": 1, "image": 1}


def test_leaves_out_a_list_of_contents() -> None:
    """A list that only leads to other places of the page is navigation."""
    links = "\n".join(f"- [Part {n}](#part-{n})" for n in range(3))
    assert said(f"# T\n\n## Contents\n\n{links}\n\n## Part 0\n\nText.") == ["T.", "Part 0.", "Text."]


@given(st.text(alphabet=st.characters(categories=["L", "N", "Zs", "P"]), max_size=200))
def test_any_text_is_read(text: str) -> None:
    """No text breaks it, and it says no blank line and nothing invisible."""
    for passage in said(text):
        assert passage == passage.strip()
        assert "\n\n" not in passage
