"""What a passage is doubted for, and what it is not."""

from __future__ import annotations

import pytest

from qwentts_cli.lint.remark import Rule
from qwentts_cli.lint.rules import check_text

DOUBTFUL = [
    ("长了三个月", Rule.READINGS, "长"),
    ("他住在六安市", Rule.READINGS, "六安"),
    ("We left in 1984.", Rule.NUMBERS, "1984"),
    ("Das sind Kosten i. H. v. zehn Euro.", Rule.ABBREVIATIONS, "i. H. v."),
    ("Ask the mgmt. first.", Rule.ABBREVIATIONS, "mgmt."),
    ("At 5 km/h it goes.", Rule.UNITS, "5 km/h"),
    ("It was 20°C outside.", Rule.UNITS, "20°C"),
    ("Go to https://example.org/a?b=c.", Rule.ADDRESSES, "https://example.org/a?b=c"),
    ("Write to ann@example.org, please.", Rule.ADDRESSES, "ann@example.org"),
    ("The line was wrapped at some odd\nplace by an editor.", Rule.LINES, "odd"),
    ("这是一个被编辑器在奇怪的地方断开的\n句子。", Rule.LINES, "这是一个被编辑器在奇怪的地方断开的"),
    ("A word and " * 60 + "an end.", Rule.SENTENCES, "A"),
    ("你 好 世 界", Rule.SILENCE, "你 好 世 界"),
    ("Chapter ........ One", Rule.SILENCE, "........"),
    ("It is **bold** here.", Rule.MARKS, "**bold**"),
    ("Fish&nbsp;and chips", Rule.MARKS, "&nbsp;"),
]
CLEAR = [
    "银行行长还有重要的音乐会，因为孩子长大了。",
    "これは長い行です。",
    "Vitamin C is good. J. Smith said so.",
    "I came at night, in the rain.",
    "Roses are red,\nviolets are blue.",
    "春眠不觉晓\n处处闻啼鸟",
    "春眠不觉晓，处处闻啼鸟，夜来风雨声\n\u3000\u3000他来了。",
    "A long line that an editor filled up to its usual width of seventy-two\ncolumns goes on here.",
    "* * *",
    "Mr. and Mrs. Hill met Dr. Dr. Lee, Jr., in St. Ives at 5 p.m., vs. the U.S. team of J. R. R. Hay, Ph.D.",
    "Das ist z. B. bzw. d. h. u. a. Dr. Kurz, Nr. 5, Hauptstr. 3, vgl. Hr. Lang usw.",
    "M. Hugo et Mme. Sand, p. ex., MM. Dupont et Mlle. Caron, Mgr. Lebon.",
    "El Sr. Gil y la Sra. Paz, p. ej., Uds. y Dra. Ruiz, pág. 3, EE. UU.",
    "Well... no, “wait…”",
    "2 * 3 * 4 is twenty-four in a_b_c",
]


def find(text: str, language: str = "") -> list[tuple[Rule, str]]:
    remarks = check_text(text, language=language, most_units=600, is_verbatim=True)
    return [(remark.rule, remark.text) for remark in remarks]


@pytest.mark.parametrize(("text", "rule", "doubted"), DOUBTFUL)
def test_each_rule_finds_its_kind(text: str, rule: Rule, doubted: str) -> None:
    """At the place where it stands."""
    (remark,) = (
        remark
        for remark in check_text(text, language="", most_units=600, is_verbatim=True)
        if remark.rule is rule
    )
    assert text[remark.start : remark.start + len(doubted)] == remark.text == doubted


@pytest.mark.parametrize("text", CLEAR)
def test_ordinary_text_is_not_doubted(text: str) -> None:
    """A checker that cries wolf is switched off; numbers aside, which only want a language."""
    assert [rule for rule, _ in find(text) if rule is not Rule.NUMBERS] == []


def test_a_language_settles_numbers_and_characters() -> None:
    """Japanese has its own readings, and a language that was named says how numbers are said."""
    assert find("1984", "en") == []
    assert find("長了三个行", "ja") == []
