"""How near the loudness of `--loudness` is to ffmpeg's, and what a long book takes.

    python benchmarks/loudness.py [HOURS]

Compares both on speech-like sound of several rates, then measures HOURS (default: 20) of sound for time and
memory. Needs ffmpeg.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import time

import numpy as np

from qwentts_cli.audio.mastering.loudness import LoudnessMeter
from qwentts_cli.audio.wav import Pcm

RATE = 24_000


def speech(seconds: float, loud: float, rate: int) -> bytes:
    moment = np.arange(round(seconds * rate)) / rate
    swell = (np.sin(2 * np.pi * 0.4 * moment) > -0.3) * (0.5 + 0.5 * np.sin(2 * np.pi * 3.1 * moment))
    tones = sum(np.sin(2 * np.pi * f * moment) / n for n, f in enumerate((130, 260, 900, 2400, 5100), 1))
    noise = np.random.default_rng(1).normal(0, 0.2, len(moment))
    return np.clip(loud * swell * (tones + noise), -32_768, 32_767).astype("<i2").tobytes()


def ffmpeg(pcm: bytes, rate: int) -> tuple[float, float]:
    command = ["ffmpeg", "-hide_banner", "-nostats", "-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "-"]
    command += ["-af", "ebur128=peak=true", "-f", "null", "-"]
    told = subprocess.run(command, input=pcm, capture_output=True, check=True).stderr.decode()
    found = re.search(r"I:\s+(\S+) LUFS.*Peak:\s+(\S+) dBFS", told.rpartition("Summary:")[2], re.DOTALL)
    assert found, told  # noqa: S101 - a script for people
    return float(found[1]), float(found[2])


def compare() -> None:
    for rate, loud in ((RATE, 6000), (RATE, 300), (48_000, 15_000), (22_050, 9000), (16_000, 5000)):
        pcm = speech(20, loud, rate)
        meter = LoudnessMeter()
        meter.feed(Pcm(pcm, rate))
        meter.finish()
        lufs, peak = ffmpeg(pcm, rate)
        own = f"{meter.lufs:7.2f} LUFS, {meter.peak_db:6.2f} dB"
        print(f"{rate:6} Hz: {own}; ffmpeg {lufs:6.1f}, {peak:5.1f}")


def run(hours: float) -> None:
    minute = Pcm(speech(60, 6000, RATE), RATE)
    meter = LoudnessMeter()
    meter.feed(minute)
    before, begin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    for _ in range(round(hours * 60)):
        meter.feed(minute)
    meter.finish()
    took = time.perf_counter() - begin
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    pace = hours * 3600 / took
    print(f"{hours:g} h: {took:.0f} s, {pace:.0f} times as fast as it sounds, {grown // 1024} MB more")


if __name__ == "__main__":
    compare()
    run(float(sys.argv[1]) if len(sys.argv) > 1 else 20)
