"""Speech made faster and slower: as long as it should be, and at its own pitch."""

from __future__ import annotations

import numpy as np
import pytest

from qwentts_cli.audio.timing.stretch import stretch

RATE = 24_000


def buzz(pitch_hz: float, seconds: float) -> np.typing.NDArray[np.int16]:
    """A voice-like sound: pulses of that pitch, swelling up and down five times a second."""
    time = np.arange(round(seconds * RATE)) / RATE
    waves = sum(np.sin(2 * np.pi * pitch_hz * n * time) / n for n in range(1, 12))
    return np.rint(6000 * waves * (1 + 0.5 * np.sin(2 * np.pi * 5 * time))).astype(np.int16)


def pitch_of(samples: np.typing.NDArray[np.int16]) -> float:
    part = samples[len(samples) // 4 :][:8192].astype(float)
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 17))
    return float(np.argmax(spectrum) * RATE / (1 << 17))


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.1, 1.3, 2.0])
@pytest.mark.parametrize("pitch_hz", [90.0, 220.0])
def test_the_length_changes_and_the_pitch_does_not(speed: float, pitch_hz: float) -> None:
    """The length is exact; the pitch is within a hundredth, which is a sixth of a semitone."""
    sound = buzz(pitch_hz, 2.0)
    made = stretch(sound, speed, RATE)
    assert len(made) == round(len(sound) / speed)
    assert pitch_of(made) == pytest.approx(pitch_hz, rel=0.01)


@pytest.mark.parametrize("length", [0, 1, 100, 1000])
def test_the_shortest_sounds_are_taken_too(length: int) -> None:
    """Shorter than a window, or nothing at all."""
    assert len(stretch(buzz(200.0, 1.0)[:length], 1.3, RATE)) == round(length / 1.3)


def test_nothing_of_the_loudness_is_lost() -> None:
    """Windows that are laid over each other add up to what was there."""
    sound = buzz(150.0, 1.0)
    same = stretch(sound, 1.0, RATE)
    assert np.abs(same.astype(int) - sound).max() <= 1
