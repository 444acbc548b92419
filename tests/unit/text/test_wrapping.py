from __future__ import annotations

import pytest

from qwentts_cli.text.segment import segment_text
from qwentts_cli.text.sentences.split import SentenceScanner, split_sentences
from qwentts_cli.text.soundless import drop_soundless
from qwentts_cli.text.wrapping import LineBreaks

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
        (
            "あなたが使いこなせるようになるのに十分なコマンドについて説明する\nようになっています。",
            "あなたが使いこなせるようになるのに十分なコマンドについて説明するようになっています。",
        ),
        ("ほたる\nこい", "ほたる\nこい"),
        (f"{'好' * 34}。\n{'好' * 34}！”\n好的。", f"{'好' * 34}。\n{'好' * 34}！”\n好的。"),
        (f"\u3000{'好' * 34}——\n\u3000好的。", f"{'好' * 34}——\n好的。"),
        (
            f"{'모두 함께 뛰기 시작했다 그리고 ' * 3}\n멈추었다.",
            f"{'모두 함께 뛰기 시작했다 그리고 ' * 3}멈추었다.",
        ),
        (f"{LONG},\nAnd so it was.", f"{LONG},\nAnd so it was."),
        (f"{LONG}\n- an item", f"{LONG}\n- an item"),
        ("A title\nThe text.", "A title\nThe text."),
        ("Roses are red,\nviolets are blue.", "Roses are red,\nviolets are blue."),
    ],
)
def test_wrapped_lines_are_sent_as_one(text: str, sent: str) -> None:
    """Where a program broke the line no voice pauses; where the author did, it may."""
    assert [drop_soundless(segment.text) for segment in segment_text([text], max_units=600)] == [sent]


@pytest.mark.parametrize(
    ("how", "sentences", "sent"),
    [
        (LineBreaks.JOIN, ["A title\nthe\nText.\n\n", "好的\n好。"], "A title the Text.\n好的好。"),
        (
            LineBreaks.KEEP,
            ["A title\n", "the\n", "Text.\n\n", "好的\n", "好。"],
            "A title\nthe\nText.\n好的\n好。",
        ),
    ],
)
def test_line_breaks_are_what_they_are_said_to_be(how: LineBreaks, sentences: list[str], sent: str) -> None:
    """For sentences, and so for cues, and in what is sent; blank lines always end a paragraph."""
    text = "A title\nthe\nText.\n\n好的\n好。"
    assert split_sentences(text, line_breaks=how) == sentences
    assert drop_soundless(text, how) == sent


@pytest.mark.parametrize("how", LineBreaks)
@pytest.mark.parametrize("eager", [True, False])
def test_pieces_make_no_difference(how: LineBreaks, eager: bool) -> None:  # noqa: FBT001 - a parameter of a test
    """A text that arrives in single characters is cut as one that is there."""
    text = f"{LONG}\nand a line.\nA title\n\n好的\n好。\nThe end"

    def cut(pieces: list[str]) -> list[tuple[str, object]]:
        scanner = SentenceScanner(eager=eager, line_breaks=how)
        found = [fragment for piece in pieces for fragment in scanner.feed(piece)]
        return [(fragment.text, fragment.boundary) for fragment in (*found, *scanner.finish())]

    assert cut(list(text)) == cut([text])
