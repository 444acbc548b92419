"""The cues of a recording: whose truth is known, because the sandbox's tones say where each sentence ends."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from array import array
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwentts_cli.audio.wav import Pcm
from qwentts_cli.sandbox.voices.engine import Utterance
from qwentts_cli.sandbox.voices.tones import BLOCK_SAMPLES, SAMPLE_RATE, ToneVoice
from qwentts_cli.subtitles.cues import CueTrack
from qwentts_cli.subtitles.formats import Cue, SubtitleFormat, SubtitleWriter
from qwentts_cli.subtitles.lines import split_captions
from qwentts_cli.text.segment import segment_text
from qwentts_cli.text.sentences.split import split_sentences

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {
    "chinese": """山不在高，有仙则名；水不在深，有龙则灵。斯是陋室，惟吾德馨。苔痕上阶绿，草色入帘青。\
谈笑有鸿儒，往来无白丁。可以调素琴，阅金经。无丝竹之乱耳，无案牍之劳形。南阳诸葛庐，西蜀子云亭。孔子云：何陋之有？""",
    "dialogue": """他问：“你去哪儿？”她笑了。“回家。”他说：“等等我！”于是两个人一起走了。\
天黑了，路灯一盏一盏亮起来，街上没有什么人。好。真的吗？当然是真的，我什么时候骗过你呢！""",
    "english": """It was a bright cold day in April, and the clocks were striking thirteen. Winston Smith, \
his chin nuzzled into his breast, slipped quickly through the doors. Yes. He was late, of course; \
he always was. Dr. Jones, who arrived at 10:30 a.m., paid $3.50. Why? \
Nobody knew, nobody asked, and nobody cared.""",
    "mixed": """Hello, world. This is a rather long English sentence without any pause in it at all. \
今天天气很好，我们去公园吧。OK. 我用 Python 写了一个 command line 工具，叫做 qwentts。\
It is fast. 它很快。2024年12月31日，价格是1,999元。Good night! 晚安。""",
    "both": """The quick brown fox jumps over the lazy dog, and then it sleeps. The dog does not mind \
at all, because it is lazy. Both of them are happy, and the sun shines. 今天天气很好，我们去公园吧。\
你喜欢吃苹果还是香蕉？我都喜欢，不过更喜欢西瓜。夏天来了，西瓜很便宜。晚上我们看电影，好不好？好的，没问题。""",
    "abbreviations": "Yes. No. Maybe, I think so. " * 8,
    "verse": "A heading\n\nThe first line of a verse\nThe second one\nThe third\nAnd the last",
}
LONG = """It was a bright cold day in April, and the clocks were striking thirteen, \
while Winston Smith slipped quickly through the doors."""


def spoken(text: str) -> list[bytes]:
    return list(ToneVoice().speak(Utterance(text, "Cherry")))


def cues_of(text: str, pcm: bytes | None = None, *, language: str = "") -> list[Cue]:
    cues: list[Cue] = []
    track = CueTrack(cues.append, language=language)
    track.begin(text, start_frame=0)
    track.feed(Pcm(b"".join(spoken(text)) if pcm is None else pcm, SAMPLE_RATE))
    track.finish()
    return cues


def true_pauses(text: str) -> list[tuple[int, int]]:
    """The silence behind each sentence but the last, in frames."""
    pauses, frame, sounded = [], 0, 0
    for piece in spoken(text):
        frames = len(piece) // 2
        if any(piece):
            sounded += frames
        else:
            pauses.append((sounded // BLOCK_SAMPLES // 2, frame, frame + frames))
        frame += frames
    truth, before = [], 0
    for sentence in split_sentences(text)[:-1]:
        done = before + len(sentence.encode())
        truth.append(next((start, end) for at, start, end in reversed(pauses) if before < at <= done))
        before = done
    return truth


def placed_right(text: str, cues: list[Cue]) -> list[bool]:
    """Whether each sentence gives way to the next in the silence between them."""
    number, right = 0, []
    for sentence, (start, end) in zip(split_sentences(text), true_pauses(text), strict=False):
        number += len(split_captions(sentence))
        right.append(start < cues[number - 1].end_s * SAMPLE_RATE < end)
    return right


def noisy(pcm: bytes, deviation: float) -> bytes:
    chance = random.Random(7)
    samples = array("h", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    noise = [round(chance.gauss(0, deviation)) for _ in range(1009)]
    samples = array("h", (sample + noise[at % 1009] for at, sample in enumerate(samples)))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


@pytest.mark.parametrize("name", TEXTS)
def test_sentences_change_in_the_silence_between_them(name: str) -> None:
    """Every boundary is inside the true pause, in every kind of text."""
    right = placed_right(TEXTS[name], cues_of(TEXTS[name]))
    assert len(right) >= 4
    assert all(right)


@pytest.mark.parametrize("name", ["chinese", "english", "both"])
def test_noise_does_not_matter(name: str) -> None:
    """Few recordings are silent where they pause: here noise is 30 dB below the voice."""
    pcm = noisy(b"".join(spoken(TEXTS[name])), 350)
    assert all(placed_right(TEXTS[name], cues_of(TEXTS[name], pcm)))


@pytest.mark.parametrize("silent_ms", [50, 400, 3000])
def test_silence_around_the_sound_does_not_matter(silent_ms: int) -> None:
    """It belongs to the first and the last cue."""
    silence = bytes(2 * SAMPLE_RATE * silent_ms // 1000)
    text = TEXTS["chinese"]
    shift = Fraction(silent_ms, 1000)
    plain, padded = cues_of(text), cues_of(text, silence + b"".join(spoken(text)) + silence)
    assert [cue.start_s + shift for cue in plain[1:]] == [cue.start_s for cue in padded[1:]]
    assert padded[0].start_s == 0
    assert padded[-1].end_s == plain[-1].end_s + 2 * shift


@settings(max_examples=15)
@given(
    st.lists(
        st.sampled_from(
            ["好。", "今天天气很好，我们去公园吧。", "你喜欢吃苹果还是香蕉？", "Yes! ", "It is late. "]
        )
        | st.sampled_from(["The dog does not mind, because it is lazy. ", "我用 Python 写了一个工具。"]),
        min_size=2,
        max_size=12,
    ).map("".join)
)
def test_any_order_of_sentences_is_told_apart(text: str) -> None:
    """Long and short ones, Chinese and English, with commas and without."""
    assert all(placed_right(text.strip(), cues_of(text.strip())))


@settings(max_examples=40)
@given(
    st.text("ab1 .,!?。，！？“”\n好天", max_size=200),
    st.integers(1, 4000),
    st.integers(0, 10**9),
    st.sampled_from([SAMPLE_RATE, 11_025]),
)
def test_cues_cover_the_segment_and_hold_its_words(text: str, frames: int, start: int, rate: int) -> None:
    """To the sample, without a gap, each of some length, however little sound there is for the text."""
    cues: list[Cue] = []
    track = CueTrack(cues.append)
    track.begin(text, start_frame=start)
    track.feed(Pcm(bytes(2 * frames), rate))
    track.finish()
    shown = "".join(line for cue in cues for line in cue.lines)
    assert "".join(shown.split()) == "".join(text.split())
    if cues:
        assert cues[0].start_s == Fraction(start, rate)
        assert cues[-1].end_s == Fraction(start + frames, rate)
    assert all(cue.start_s < cue.end_s for cue in cues)
    assert [cue.end_s for cue in cues[:-1]] == [cue.start_s for cue in cues[1:]]


def test_segments_are_exact_to_the_sample() -> None:
    """As a recording is made: piece by piece, with pauses between segments that belong to no cue."""
    text, pause, frame, spans = TEXTS["mixed"], 12_345, 0, []
    cues: list[Cue] = []
    track = CueTrack(cues.append)
    for segment in segment_text([text], max_units=80):
        frame += pause if frame else 0
        track.begin(segment.text, start_frame=frame)
        first, start = len(cues), frame
        for piece in spoken(segment.text):
            track.feed(Pcm(piece, SAMPLE_RATE))
            frame += len(piece) // 2
        spans.append((start, frame))
        assert len(cues) == first
    track.finish()
    starts, ends = ({getattr(cue, name) * SAMPLE_RATE for cue in cues} for name in ("start_s", "end_s"))
    assert len(spans) > 2
    assert {start for start, _ in spans} <= starts - ends
    assert {end for _, end in spans} <= ends - starts
    shown = " ".join(line for cue in cues for line in cue.lines)
    assert "".join(shown.split()) == "".join(text.split())


def test_a_sentence_is_a_cue() -> None:
    """Short ones are not put together; a long one becomes several, in the author's words and order."""
    text = f"Yes.  He was\u00a0 late. {LONG}"
    assert [cue.lines for cue in cues_of(text)] == [
        ("Yes.",),
        ("He was late.",),
        ("It was a bright cold day in April,", "and the clocks were striking thirteen,"),
        ("while Winston Smith slipped", "quickly through the doors."),
    ]


def test_without_pauses_time_goes_by_length() -> None:
    """A Han character takes as long as three letters, and full-width marks as two."""
    first, second = cues_of("今天好。It is so.", bytes(2 * SAMPLE_RATE))
    assert first.end_s == second.start_s == Fraction(3 * 3 + 2, 3 * 3 + 2 + 9)


def test_a_long_sentence_changes_cues_at_its_commas() -> None:
    """The cue ends in the pause behind the clause that it ends with."""
    (first, second) = cues_of(LONG)
    clause = b"".join(spoken(LONG[: LONG.index(" while")]))
    end = Fraction(len(clause) // 2, SAMPLE_RATE)
    assert first.end_s == second.start_s
    assert end - Fraction(120, 1000) < first.end_s < end


def test_the_language_decides_what_a_sentence_is() -> None:
    """In German a full stop makes a number an ordinal."""
    text = "Am 5. Tag kam er."
    by_language = {language: len(cues_of(text, language=language)) for language in ("de", "en")}
    assert by_language == {"de": 1, "en": 2}


def test_nothing_said_is_nothing_shown() -> None:
    """No text, no sound, or neither."""
    assert cues_of("", bytes(200)) == []
    assert cues_of("Hello.", b"") == []
    assert cues_of(" \n", bytes(200)) == []


@pytest.mark.parametrize(
    "fmt", [fmt for fmt in (SubtitleFormat.SRT, SubtitleFormat.VTT) if shutil.which("ffmpeg")]
)
def test_ffmpeg_reads_them(tmp_path: Path, fmt: SubtitleFormat) -> None:
    """An independent reader finds every cue, with its words and times."""
    source, copy = tmp_path / f"a.{fmt}", tmp_path / "b.srt"
    cues = cues_of("A & B: “1 > 0”, said he.\nOf course! " + TEXTS["mixed"])
    with source.open("wb") as out:
        writer = SubtitleWriter(out, fmt)
        for cue in cues:
            writer.write(cue)
    subprocess.run(["ffmpeg", "-v", "error", "-i", source, copy], check=True, timeout=100)
    blocks = [block.split("\n") for block in copy.read_text(encoding="utf-8").strip().split("\n\n")]
    assert [tuple(block[2:]) for block in blocks] == [cue.lines for cue in cues]
    assert [block[1].split(" --> ")[0][-6:] for block in blocks] == [
        f"{round(cue.start_s * 1000) // 1000 % 60:02},{round(cue.start_s * 1000) % 1000:03}" for cue in cues
    ]
