"""Loudness, against ffmpeg's own measurement of the same samples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from qwentts_cli.audio.formats import AudioFormat
from qwentts_cli.audio.mastering.level import Leveller
from qwentts_cli.audio.mastering.loudness import LoudnessMeter
from qwentts_cli.audio.wav import Pcm
from tests.ebur128 import measure

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

RATE = 24_000


def speech(seconds: float, loud: float, *, rate: int = RATE, seed: int = 1) -> NDArray[np.int16]:
    """Syllables with pauses between them: harmonics and noise, some of it loud enough to be cut off."""
    time = np.arange(round(seconds * rate)) / rate
    swell = (np.sin(2 * np.pi * 0.4 * time) > -0.3) * (0.5 + 0.5 * np.sin(2 * np.pi * 3.1 * time))
    tones = sum(np.sin(2 * np.pi * f * time) / n for n, f in enumerate((130, 260, 900, 2400, 5100), 1))
    noise = np.random.default_rng(seed).normal(0, 0.2, len(time))
    return np.clip(loud * swell * (tones + noise), -32_768, 32_767).astype("<i2")


def metered(samples: NDArray[np.int16], rate: int, *, channels: int = 1, piece: int = 7777) -> LoudnessMeter:
    meter, data = LoudnessMeter(), samples.tobytes()
    for start in range(0, len(data), 2 * channels * piece):
        meter.feed(Pcm(data[start : start + 2 * channels * piece], rate, channels))
    meter.finish()
    return meter


@pytest.mark.parametrize(
    ("rate", "seconds", "loud", "channels"),
    [
        (24_000, 12, 6000, 1),
        (24_000, 5, 300, 1),
        (48_000, 6, 15_000, 1),
        (22_050, 6, 9000, 1),
        (44_100, 6, 8000, 2),
        (16_000, 6, 5000, 1),
        (8000, 6, 4000, 1),
    ],
)
def test_it_agrees_with_ffmpeg(tmp_path: Path, rate: int, seconds: int, loud: float, channels: int) -> None:
    """Within 0.1 LU of loudness and 0.2 dB of true peak, at every rate that the service sends."""
    samples = np.repeat(speech(seconds, loud, rate=rate), channels)
    soundfile.write(tmp_path / "a.wav", samples.reshape(-1, channels), rate)
    lufs, peak = measure(tmp_path / "a.wav")
    meter = metered(samples, rate, channels=channels)
    assert meter.lufs == pytest.approx(lufs, abs=0.1)
    assert meter.peak_db == pytest.approx(peak, abs=0.2)


def test_the_published_reference() -> None:
    """A sine of 997 Hz at full scale in one channel is -3.01 LUFS (BS.1770-4, annex 1)."""
    sine = (32_767 * np.sin(2 * np.pi * 997 * np.arange(5 * 48_000) / 48_000)).astype("<i2")
    assert metered(sine, 48_000).lufs == pytest.approx(-3.01, abs=0.01)


def test_a_peak_between_samples_is_found() -> None:
    """A quarter of the rate, in the middle between two samples: 3 dB above what the samples say."""
    sine = (16_384 * np.hanning(RATE) * np.sin(2 * np.pi * np.arange(RATE) / 4 + np.pi / 4)).astype("<i2")
    assert metered(sine, RATE).peak_db == pytest.approx(20 * math.log10(0.5), abs=0.3)
    assert float(np.abs(sine).max()) / 32_768 == pytest.approx(0.3535, abs=0.001)


def test_pauses_count_for_nothing() -> None:
    sound = speech(6, 6000)
    long_pause = np.concatenate([sound, np.zeros(60 * RATE, np.int16), sound])
    assert metered(long_pause, RATE).lufs == pytest.approx(metered(sound, RATE).lufs, abs=0.15)


def test_pieces_make_no_difference() -> None:
    sound = speech(9, 6000)
    found = [metered(sound, RATE, piece=piece) for piece in (480, 65_536, 10**6)]
    assert len({round(meter.lufs or 0, 9) for meter in found}) == 1
    assert len({round(meter.peak_db, 3) for meter in found}) == 1


@pytest.mark.parametrize("frames", [0, 100, 10_000])
def test_what_cannot_be_measured(frames: int) -> None:
    """Silence has no loudness; a short sound has one."""
    assert metered(np.zeros(frames, np.int16), RATE).lufs is None
    if frames == 10_000:
        assert metered(speech(1, 6000)[4000:8000], RATE).lufs is not None


def levelled(
    samples: NDArray[np.int16], target: float, fmt: AudioFormat
) -> tuple[NDArray[np.int16], list[str]]:
    told: list[str] = []
    leveller = Leveller(target, fmt, name="a.wav", warn=told.append)
    pcm = Pcm(samples.tobytes(), RATE)
    leveller.hear(pcm)
    leveller.decide()
    return np.frombuffer(leveller.apply(pcm).data, "<i2"), told


@pytest.mark.parametrize("target", [-30.0, -18.0])
def test_one_gain_for_the_whole(target: float) -> None:
    samples = speech(6, 3000)
    made, told = levelled(samples, target, AudioFormat.WAV)
    assert metered(made, RATE).lufs == pytest.approx(target, abs=0.05)
    ratio = made[np.abs(samples) > 1000] / samples[np.abs(samples) > 1000]
    assert ratio.max() - ratio.min() < 0.002
    assert not told


def test_peaks_decide_where_there_is_no_room() -> None:
    """It is as loud as the peaks allow, and says how loud that is; a lossy format has less room."""
    samples = speech(6, 3000)
    samples[1000:1010] = 30_000
    for fmt, most in ((AudioFormat.WAV, -1), (AudioFormat.MP3, -2)):
        made, told = levelled(samples, -14, fmt)
        assert metered(made, RATE).peak_db == pytest.approx(most, abs=0.05)
        assert "LUFS, not -14: any louder, its peaks would pass" in told[0]


def test_silence_stays_as_it_is() -> None:
    made, told = levelled(np.zeros(RATE, np.int16), -18, AudioFormat.WAV)
    assert not made.any()
    assert "no sound that is loud enough to be measured" in told[0]
