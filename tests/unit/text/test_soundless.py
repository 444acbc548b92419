from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.text.segment import segment_text
from qwentts_cli.text.soundless import drop_soundless

PIECES = [
    *"a好1.。 \t\n\r\v\f\x85\u3000\u00a0\u00ad\u200b\u200c\u200d\ufeff✦*☆",
    "👨\u200d👩",
    "می\u200cخ",
    "\r\n",
]
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(texts)
def test_nothing_that_sounds_is_lost_and_nothing_is_left_to_leave_out(text: str) -> None:
    """Letters and digits are all there, no white space is billed twice, and a second time changes nothing."""
    sent = drop_soundless(text)
    assert [char for char in sent if char.isalnum()] == [char for char in text if char.isalnum()]
    assert sent == sent.strip()
    assert all(not (a.isspace() and b.isspace()) for a, b in pairwise(sent))
    assert drop_soundless(sent) == sent


@given(texts)
def test_a_text_without_speech_is_not_sent_and_any_other_is(text: str) -> None:
    """What is judged to be worth a request is not empty when it is sent."""
    assert all(
        drop_soundless(segment.text) for segment in segment_text([text], max_units=60) if segment.speakable
    )


@pytest.mark.parametrize(
    "text", ["Hello, world.", "« Oui\u00a0! »", "第一章　开始。“好。”", "👍🏽❤️🏴\U000e0067\U000e007f"]
)
def test_an_ordinary_text_is_sent_as_it_is(text: str) -> None:
    """So that what is in the cache is found there."""
    assert drop_soundless(text) == text
