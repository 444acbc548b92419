"""Of subtitles, what is said is read, each cue with its time, its place and its speaker."""

from __future__ import annotations

import pytest

from qwentts_cli.documents.formats.subtitles import parse_subtitles
from qwentts_cli.errors import UsageError

SRT = """1
00:00:01,000 --> 00:00:02,500
<i>Hello</i> {\\an8}you
and me.

2
00:00:03.000 --> 00:00:04.000
[door slams]
♪ la la ♪

3
00:00:05,000 --> 00:00:06,000
JOHN: Run!
(sighs)

00:00:07,000 --> 00:00:08,000
- Where?
- There!
"""
VTT = """WEBVTT

NOTE made by hand

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.000 align:start
<v.loud Alice>Fish &amp; <b>chips</b></v>

01:00:02.000 --> 01:00:03.000
我们<00:03.000>走
吧。
"""


def test_reads_srt() -> None:
    """Sounds and songs are left out; lines are joined but for those of two speakers."""
    document = parse_subtitles(SRT, "srt", "x.srt")
    assert [(p.line, p.start_s, p.end_s, p.speaker, p.text) for p in document.passages()] == [
        (2, 1.0, 2.5, "", "Hello you and me."),
        (12, 5.0, 6.0, "John", "Run!"),
        (16, 7.0, 8.0, "", "Where?\nThere!"),
    ]
    assert document.left_out == {"sound description": 3}


def test_reads_vtt() -> None:
    """Notes, styles and names of cues are not read; entities are decoded; the speaker is known."""
    document = parse_subtitles(VTT, "vtt", "x.vtt")
    assert [(p.line, p.start_s, p.speaker, p.text) for p in document.passages()] == [
        (9, 1.0, "Alice", "Fish & chips"),
        (12, 3602.0, "", "我们走吧。"),
    ]


def test_as_a_text_cues_are_lines() -> None:
    """A sentence may go over several cues, so no paragraph ends between them."""
    assert "".join(parse_subtitles(VTT, "vtt", "x").text()) == "Fish & chips\n我们走吧。"


@pytest.mark.parametrize("text", ["", "hello", "1\nx --> y\nz"])
def test_says_that_there_are_none(text: str) -> None:
    """A text that is no subtitles is not silently an empty film."""
    with pytest.raises(UsageError, match=r"f\.srt has no subtitles"):
        parse_subtitles(text, "srt", "f.srt")


def test_reads_no_notes_between_cues_and_no_signs_of_a_new_speaker() -> None:
    """Nor the names of later cues; lines of two speakers stay apart."""
    cues = (
        "1.000 --> 00:02.000\nOne.",
        "3.000 --> 00:04.000\n>> ANN: Two.",
        "5.000 --> 00:06.000\n>> A.\n>> B.",
    )
    one, two, three = (f"00:0{cue}\n\n" for cue in cues)
    vtt = f"WEBVTT\n\nfirst\n{one}NOTE check\nthis\n\nsecond\n{two}{three}".replace("\n", "\r\n")
    passages = list(parse_subtitles(vtt, "vtt", "x.vtt").passages())
    assert [(p.speaker, p.text) for p in passages] == [("", "One."), ("Ann", "Two."), ("", "A.\nB.")]
    assert [p.line for p in passages] == [4, 11, 14]


def test_times_within_a_cue_are_not_its_own() -> None:
    """Words that light up one after the other have times too, and two of them on one line."""
    vtt = "WEBVTT\n\n00:04.000 --> 00:06.000\nwe<00:04.500><c> are</c><00:05.000><c> live</c>\n"
    (passage,) = parse_subtitles(vtt, "vtt", "x.vtt").passages()
    assert (passage.text, passage.start_s, passage.end_s) == ("we are live", 4.0, 6.0)


@pytest.mark.parametrize("kind", ["vtt", "srt"])
def test_captions_that_roll_are_said_once(kind: str) -> None:
    """A machine shows each line again above the next, and for a moment alone; people may repeat words."""
    cues = [
        ("0.160", "2.389", " \nhello<00:00:00.480><c> and</c><00:00:00.719><c> welcome</c>"),
        ("2.389", "2.399", "hello and welcome\n "),
        ("2.399", "4.150", "hello and welcome\nto<00:00:02.560><c> the</c><00:00:02.800><c> show</c>"),
        ("4.150", "4.160", "to the show\n "),
    ]
    text = "".join(
        f"{n}\n00:00:0{begin} --> 00:00:0{end}\n{said}\n\n" for n, (begin, end, said) in enumerate(cues, 1)
    )
    head = "WEBVTT\n\n" if kind == "vtt" else ""
    passages = list(parse_subtitles(head + text, kind, "x").passages())
    assert [(p.text, p.start_s) for p in passages] == [("hello and welcome", 0.16), ("to the show", 2.399)]
    again = "1\n00:00:01,000 --> 00:00:02,000\nNo.\n\n2\n00:00:02,000 --> 00:00:03,000\nNo.\n"
    assert [p.text for p in parse_subtitles(again, "srt", "x").passages()] == ["No.", "No."]


def test_srt_has_signs_of_html_too() -> None:
    """Programs that make it of a web page's captions leave them in."""
    srt = "1\n00:00:01,000 --> 00:00:02,000\nOne<br>two &amp; <ruby>漢<rt>kan</rt></ruby>&#39;\n\n"
    songs = "".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{t}\n\n" for n, t in ((2, "*laughs*"), (3, "¶ la ¶"))
    )
    document = parse_subtitles(srt + songs, "srt", "x")
    assert [p.text for p in document.passages()] == ["One two & 漢'"]
    assert document.left_out == {"sound description": 2}
