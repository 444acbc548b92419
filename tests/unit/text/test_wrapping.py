from __future__ import annotations

import pytest

from qwentts_cli.text.segment import segment_text

LONG = "The harbour was quiet that evening when the very first boat came in"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (f"{LONG}\nand nobody had lit it.", f"{LONG} and nobody had lit it."),
        (f"{LONG}\nBerlin was far.", f"{LONG} Berlin was far."),
        (f"{LONG} well-\nknown.", f"{LONG} well-known."),
        (f"{LONG} Jah\u00ad\nren.", f"{LONG} Jahren."),
        ("好" * 34 + "\n好的。", "好" * 34 + "好的。"),
        ("好" * 34 + "，\n好的。", "好" * 34 + "，好的。"),
        (f"{LONG},\nAnd so it was.", f"{LONG},\nAnd so it was."),
        (f"{LONG}\n- an item", f"{LONG}\n- an item"),
        ("A title\nThe text.", "A title\nThe text."),
        ("Roses are red,\nviolets are blue.", "Roses are red,\nviolets are blue."),
    ],
)
def test_wrapped_lines_are_sent_as_one(text: str, sent: str) -> None:
    """Where a program broke the line no voice pauses; where the author did, it may."""
    assert [segment.sent for segment in segment_text([text], max_units=600)] == [sent]
