"""Silence is found whatever the voice and its noise are like, and without keeping the sound."""

from __future__ import annotations

import math
import random
import sys
import tracemalloc
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwentts_cli.audio.wav import Pcm
from qwentts_cli.subtitles.silences import LevelMeter, Silence

RATE = 24_000
MS = RATE // 1000


def voice(ms: int, peak: float = 12_000, *, noise: float = 0, rate: int = RATE) -> bytes:
    """A hum of 200 Hz, or with a peak of 0 nothing, in noise of that standard deviation."""
    chance = random.Random(7)
    frames = range(rate * ms // 1000)
    hum = (peak * math.sin(2 * math.pi * 200 * frame / rate) for frame in frames)
    samples = array("h", (round(sample + (noise and chance.gauss(0, noise))) for sample in hum))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def silences(*pieces: bytes, rate: int = RATE, channels: int = 1) -> list[Silence]:
    meter = LevelMeter()
    for piece in pieces:
        meter.feed(Pcm(piece, rate, channels))
    return meter.silences()


def in_ms(found: list[Silence]) -> list[tuple[int, int]]:
    return [(silence.start // MS, silence.end // MS) for silence in found]


@pytest.mark.parametrize("peak", [300, 3000, 30_000])
@pytest.mark.parametrize("noise_db", [None, -60, -40, -30])
def test_silence_is_found_under_noise(peak: int, noise_db: int | None) -> None:
    """A quiet voice and a noisy one pause too; where they do is told to 10 ms."""
    noise = 0 if noise_db is None else peak * 0.7 * 10 ** (noise_db / 20)
    sound = b"".join(
        voice(ms, loud * peak, noise=noise) for ms, loud in ((200, 1), (200, 0), (300, 1), (100, 0), (200, 1))
    )
    assert in_ms(silences(sound)) == [(200, 400), (700, 800)]


def test_silence_before_and_behind_the_sound_counts() -> None:
    """It reaches to the first and the last frame, even if those fill no window."""
    sound = voice(300, 0) + voice(500) + voice(255, 0)
    assert in_ms(silences(sound)) == [(0, 300), (800, 1055)]


@pytest.mark.parametrize(
    "sound",
    [voice(1000), voice(1000, 0), voice(400) + voice(70, 0) + voice(400), voice(400) + voice(200, 3000), b""],
)
def test_there_may_be_no_silence(sound: bytes) -> None:
    """Neither low voice nor a shut mouth inside a word is silence; and without a voice all is alike."""
    assert silences(sound) == []


def test_rate_and_channels_are_the_sounds() -> None:
    """Places are frames at any rate, also one that windows of 10 ms do not divide."""
    mono = voice(500)
    stereo = b"".join(mono[at : at + 2] * 2 for at in range(0, len(mono), 2)) + bytes(2 * len(mono))
    assert in_ms(silences(stereo, channels=2)) == [(500, 1000)]
    (found,) = silences(voice(500, rate=11_025) + bytes(2 * 5000) + voice(500, rate=11_025), rate=11_025)
    assert abs(found.start - 5512) <= 110
    assert abs(found.end - 10_512) <= 110


@settings(max_examples=20)
@given(st.lists(st.integers(1, 4000), max_size=8))
def test_pieces_make_no_difference(sizes: list[int]) -> None:
    """However the sound is cut on its way, the silences are the same."""
    sound = voice(300) + voice(100, 0) + voice(203)
    pieces, at = [], 0
    for size in sizes:
        pieces.append(sound[at : at + 2 * size])
        at += 2 * size
    assert silences(*pieces, sound[at:]) == silences(sound)


def test_the_sound_is_not_kept() -> None:
    """Levels are left of it, which take less than a fortieth."""
    meter, piece = LevelMeter(), Pcm(voice(1000), RATE)
    meter.feed(piece)
    tracemalloc.start()
    try:
        for _ in range(4):
            meter.feed(piece)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert meter.frames == 5 * RATE
    assert kept < 4 * len(piece.data) / 40
