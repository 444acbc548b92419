from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from qwentts_cli.sandbox.formats.wav_header import wav_file
from qwentts_cli.sandbox.voices.engine import Utterance
from qwentts_cli.sandbox.voices.tones import ToneVoice
from tests.tones import NotTones, read_back, read_back_pcm

MIXED = "你好、世界。Hello 😀, it is 3.14! ÿ\x01"
# Of samples: none, one, and lengths that fit no block of the tones.
PAUSES = [0, 1, 37, 311, 777, 5_001]


def speak(text: str) -> bytes:
    return b"".join(ToneVoice().speak(Utterance(text, "Cherry")))


def encode(pcm: bytes, rate: int = 24_000, **options: Any) -> bytes:
    samples = np.repeat(np.frombuffer(pcm, "<i2"), rate // 24_000)
    file = io.BytesIO()
    soundfile.write(file, samples, rate, **options)
    return file.getvalue()


def silent_runs(pcm: bytes) -> list[int]:
    """Lengths in ms of the runs of true silence, of 10 ms and more."""
    loud = np.flatnonzero(np.frombuffer(pcm, "<i2"))
    ends = np.concatenate([[-1], loud, [len(pcm) // 2]])
    gaps = np.diff(ends) - 1
    return [round(gap / 24) for gap in gaps if gap >= 240]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
@settings(max_examples=60)
def test_any_text_is_read_back_exactly(text: str) -> None:
    """Whatever the text, the sound says exactly it."""
    assert read_back_pcm(speak(text)) == text


@pytest.mark.parametrize(
    "options",
    [
        {"format": "WAV"},
        {"format": "FLAC"},
        {"format": "OGG", "subtype": "VORBIS"},
        {"format": "OGG", "subtype": "OPUS"},
        {"format": "OGG", "subtype": "OPUS", "rate": 48_000},
        {"format": "MP3"},
        {"format": "MP3", "compression_level": 0.9},
    ],
    ids=str,
)
def test_joined_segments_survive_every_format(options: dict[str, Any]) -> None:
    """Segments joined with pauses of any length read back in order, through lossless and lossy files."""
    segments = [MIXED, "33333333", "second", "第三段", "ffff\x11", "last."]
    pcm = b"".join(speak(text) + bytes(2 * pause) for text, pause in zip(segments, PAUSES, strict=True))
    assert read_back(encode(pcm, **options)) == "".join(segments)


def test_pauses_are_those_of_speech() -> None:
    """A sentence end is 240 ms of true silence, a clause 120 ms, and nothing else is silent."""
    assert silent_runs(speak("one, two. three 3.14 a.b 四、五。six")) == [120, 240, 120, 240]
    assert silent_runs(speak("what?! so ... end")) == [240, 240]


def test_sound_begins_at_once_and_ends_with_the_text() -> None:
    """Without a mark at the end, the first and the last block are sound."""
    pcm = np.frombuffer(speak("hello"), "<i2")
    assert len(pcm) == 10 * 720
    assert np.abs(pcm[:240]).max() > 5_000
    assert np.abs(pcm[-240:]).max() > 5_000


def test_pieces_come_early() -> None:
    """The first piece exists before the rest is made, and no piece is longer than a quarter of a second."""
    pieces = ToneVoice().speak(Utterance("x" * 600, "Cherry"))
    sizes = [len(next(pieces)), *map(len, pieces)]
    assert max(sizes) <= 12_000
    assert sum(sizes) == 2 * 600 * 1_440


def test_nothing_reads_back_as_nothing() -> None:
    """Silence says nothing."""
    assert read_back_pcm(b"") == ""
    assert read_back(wav_file(bytes(20_000))) == ""


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("a tone is missing", lambda pcm: pcm[1_440:]),
        ("half a tone is missing", lambda pcm: pcm[:7_200] + pcm[7_920:]),
        ("a tone was cut at the end", lambda pcm: pcm[:-960]),
        ("bytes are swapped", lambda pcm: pcm[:-2_880] + pcm[-1_440:] + pcm[-2_880:-1_440]),
        ("backwards", lambda pcm: np.frombuffer(pcm, "<i2")[::-1].tobytes()),
        ("shifted by a byte", lambda pcm: pcm[1:-1]),
        ("odd length", lambda pcm: pcm + b"\0"),
        (
            "noise",
            lambda pcm: np.random.default_rng(1).integers(-9_000, 9_000, len(pcm) // 2, "<i2").tobytes(),
        ),
    ],
)
def test_damaged_sound_is_refused(name: str, spoil: Any) -> None:
    """The decoder never guesses: sound that is not whole tones of UTF-8 raises."""
    with pytest.raises(NotTones):
        pytest.fail(f"{name}: read {read_back_pcm(spoil(speak('你好世界、é再见')))!r}")
