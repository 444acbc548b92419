from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.text.graphemes import joined
from tests.unit.text.clusters import clusters

FAMILY = "👨‍👩‍👧"
PIECES = [
    *"ab가각각🇩🇪👍🏽❤️☀\r\n\t",
    FAMILY,
    "\u200d",
    "\u0301",
    "\u3099",
    "क्षि",
    "ก็",
    "ำ",
    "ﾞ",
    "\u0600",
    "🏴\U000e0067\U000e007f",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_no_cluster_of_the_unicode_annex_is_cut(text: str) -> None:
    """Every place that may be cut is a boundary for an independent implementation of the annex."""
    allowed = [place for place in range(1, len(text)) if not joined(text, place)]
    assert set(allowed) <= clusters(text).keys()


@given(st.text(st.characters(categories=["L", "N", "P", "S", "M", "Zs", "Cc", "Cf"]), max_size=30))
def test_no_cluster_of_any_text_is_cut(text: str) -> None:
    allowed = [place for place in range(1, len(text)) if not joined(text, place)]
    assert set(allowed) <= clusters(text).keys()


def test_every_assigned_mark_is_kept_with_its_base() -> None:
    """No mark that this Python knows may begin a segment."""
    marks = [
        chr(code) for code in range(0x300, 0xE01F0) if unicodedata.category(chr(code)) in {"Mn", "Mc", "Me"}
    ]
    assert [mark for mark in marks if not joined(f"a{mark}", 1)] == []


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("abc", [1, 2]),
        ("你好吗", [1, 2]),
        ("a\r\nb", [1, 3]),
        ("\n\r", [1]),
        ("🇩🇪🇨🇳🇫", [2, 4]),
        (FAMILY + FAMILY, [len(FAMILY)]),
        ("👍🏽👍", [2]),
        ("e\u0301e", [2]),
        ("각가", [3]),
        ("각ᆨᅡ", [2]),
        ("น้ำ", []),
    ],
)
def test_clusters_are_cut_apart(text: str, places: list[int]) -> None:
    """Ordinary characters, syllables, flags and families are each one and can be separated."""
    assert (
        [place for place in range(1, len(text)) if not joined(text, place)] == places == [*clusters(text)][1:]
    )
