"""Subtitles are files that players read, with the times and words they were given."""

from __future__ import annotations

import io
import json
import re
from fractions import Fraction
from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.errors import UsageError
from qwentts_cli.subtitles.formats import Cue, SubtitleFormat, SubtitleWriter

TIME = re.compile(r"(\d{2,}):([0-5]\d):([0-5]\d)([,.])(\d{3})")
Shown = tuple[int, int, list[str]]

lines = st.lists(
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20) | st.just("a <b> & --> 1"),
    min_size=1,
    max_size=2,
)


@st.composite
def cue_lists(draw: st.DrawFn) -> list[Cue]:
    """Cues as a recording has them: in order, some touching, each of some length."""
    cues, at = [], Fraction(0)
    for gap, length, text in draw(
        st.lists(st.tuples(st.integers(0, 9_000_000), st.integers(1, 10**6), lines))
    ):
        start = at + Fraction(gap, 24_000)
        at = start + Fraction(length, 24_000)
        cues.append(Cue(start, at, tuple(text)))
    return cues


def written(cues: list[Cue], fmt: SubtitleFormat) -> str:
    out = io.BytesIO()
    writer = SubtitleWriter(out, fmt)
    for cue in cues:
        writer.write(cue)
    writer.finish()
    return out.getvalue().decode()


def parsed(text: str, fmt: SubtitleFormat) -> list[Shown]:
    """Read strictly what the formats prescribe."""
    if fmt is SubtitleFormat.JSON:
        segments = json.loads(text)["segments"]
        return [(row["start_ms"], row["end_ms"], row["text"].split("\n")) for row in segments]
    assert text == "" or text.endswith("\n")
    blocks = [block.split("\n") for block in text.removesuffix("\n").split("\n\n") if block]
    if fmt is SubtitleFormat.VTT:
        assert blocks.pop(0) == ["WEBVTT"]
    else:
        assert [block.pop(0) for block in blocks] == [str(number) for number in range(1, len(blocks) + 1)]
    return [_parsed_block(block, fmt) for block in blocks]


def _parsed_block(block: list[str], fmt: SubtitleFormat) -> Shown:
    start, end = (_ms(time, "." if fmt is SubtitleFormat.VTT else ",") for time in block[0].split(" --> "))
    lines = block[1:]
    if fmt is SubtitleFormat.VTT:
        assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", "".join(lines))
        lines = [line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for line in lines]
    return start, end, lines


def _ms(time: str, point: str) -> int:
    found = TIME.fullmatch(time)
    assert found, time
    assert found[4] == point
    return ((int(found[1]) * 60 + int(found[2])) * 60 + int(found[3])) * 1000 + int(found[5])


@given(cue_lists(), st.sampled_from([SubtitleFormat.SRT, SubtitleFormat.VTT, SubtitleFormat.JSON]))
def test_what_is_written_can_be_read(cues: list[Cue], fmt: SubtitleFormat) -> None:
    """Words survive as they are, and times to a millisecond; cues follow each other and none is empty."""
    shown = parsed(written(cues, fmt), fmt)
    assert [text for _, _, text in shown] == [list(cue.lines) for cue in cues]
    before = 0
    for start, end, _ in shown:
        assert before <= start < end
        before = end


@given(st.lists(st.integers(24, 10**6), min_size=1), st.integers(0, 10**9))
def test_times_are_rounded_not_drifting(lengths: list[int], first: int) -> None:
    """Every time is the nearest millisecond, and cues that touch do so in the file."""
    cues, at = [], first
    for length in lengths:
        cues.append(Cue(Fraction(at, 24_000), Fraction(at + length, 24_000), ("x",)))
        at += length
    shown = parsed(written(cues, SubtitleFormat.SRT), SubtitleFormat.SRT)
    for cue, (start, end, _) in zip(cues, shown, strict=True):
        assert abs(start - cue.start_s * 1000) <= 1
        assert abs(end - cue.end_s * 1000) <= 1
    assert [end for _, end, _ in shown[:-1]] == [start for start, _, _ in shown[1:]]


def test_cues_shorter_than_a_millisecond_stay_apart() -> None:
    """No cue has no length, whatever the times; players drop such cues."""
    cues = [Cue(Fraction(n, 24_000), Fraction(n + 1, 24_000), ("x",)) for n in range(3)]
    assert [cue[:2] for cue in parsed(written(cues, SubtitleFormat.VTT), SubtitleFormat.VTT)] == [
        (0, 1),
        (1, 2),
        (2, 3),
    ]


CUES = [
    Cue(Fraction(0), Fraction(3, 2), ("A < B & C > D,", "好")),
    Cue(Fraction(360_000), Fraction(360_061), ("-->",)),
]


def test_srt_is_exactly_this() -> None:
    """Numbers from 1, comma, a blank line between; hours have as many digits as they need."""
    assert written(CUES, SubtitleFormat.SRT) == (
        "1\n00:00:00,000 --> 00:00:01,500\nA < B & C > D,\n好\n\n2\n100:00:00,000 --> 100:01:01,000\n-->\n"
    )


def test_vtt_is_exactly_this() -> None:
    """A header, full stop, and markup characters escaped."""
    assert written(CUES, SubtitleFormat.VTT) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nA &lt; B &amp; C &gt; D,\n好\n"
        "\n100:00:00.000 --> 100:01:01.000\n--&gt;\n"
    )


def test_no_cues_are_still_a_file() -> None:
    """A WebVTT file always has its header."""
    assert written([], SubtitleFormat.VTT) == "WEBVTT\n"
    assert written([], SubtitleFormat.SRT) == ""


def test_the_name_tells_the_format() -> None:
    """By the extension, in capitals or not."""
    assert SubtitleFormat.from_path(PurePath("a/b.srt")) is SubtitleFormat.SRT
    assert SubtitleFormat.from_path(PurePath("B.VTT")) is SubtitleFormat.VTT


@pytest.mark.parametrize("name", ["out", "out.ass", ".srt", "srt", "out.vtt.bak", "out."])
def test_another_name_is_refused(name: str) -> None:
    """The message names the file and what it may be called."""
    with pytest.raises(UsageError, match=re.escape(name)) as refused:
        SubtitleFormat.from_path(PurePath(name))
    assert ".vtt" in refused.value.hint


def test_vtt_names_the_speaker() -> None:
    """As WebVTT has it, with its own signs escaped; SubRip has no place for that."""
    cue = Cue(Fraction(0), Fraction(1), ("Hi.",), speaker="A & B")
    written = {}
    for kind in (SubtitleFormat.SRT, SubtitleFormat.VTT):
        out = io.BytesIO()
        SubtitleWriter(out, kind).write(cue)
        written[kind] = out.getvalue().decode().splitlines()[-1]
    assert written == {SubtitleFormat.SRT: "Hi.", SubtitleFormat.VTT: "<v A &amp; B>Hi."}


def test_lyrics_have_a_line_a_cue() -> None:
    """With hundredths of a second; a long pause and the end take the last line away."""
    cues = [
        Cue(Fraction(1, 8), Fraction(2), ("One,", "two.")),
        Cue(Fraction(2), Fraction(3), ("Three.",)),
        Cue(Fraction(61), Fraction(6000), ("Four.",)),
    ]
    assert written(cues, SubtitleFormat.LRC).splitlines() == [
        "[00:00.12]One, two.",
        "[00:02.00]Three.",
        "[00:03.00]",
        "[01:01.00]Four.",
        "[100:00.00]",
    ]
    assert written([], SubtitleFormat.LRC) == ""


def test_json_is_for_programs() -> None:
    """Milliseconds, the text, and the speaker where there is one; also without any cue."""
    cue = Cue(Fraction(1, 8), Fraction(2), ("Hi.",), speaker="Ann")
    assert json.loads(written([cue], SubtitleFormat.JSON)) == {
        "segments": [{"start_ms": 125, "end_ms": 2000, "text": "Hi.", "speaker": "Ann"}]
    }
    assert json.loads(written([], SubtitleFormat.JSON)) == {"segments": []}
