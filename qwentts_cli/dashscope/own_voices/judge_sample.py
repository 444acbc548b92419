"""Whether a recording is one that a voice can be cloned from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qwentts_cli.dashscope.own_voices.makers import sample_limits
from qwentts_cli.wording import shown_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.audio.sample.facts import SampleFacts
    from qwentts_cli.audio.sample.read_sample import Sample

_MOST_CLIPPED = 0.001
# A hum or a tone stays within so many decibels; speech has pauses.
_LEAST_SWING_DB = 6.0
_BASE64 = 4 / 3


class Finding(NamedTuple):
    """What is wrong with a recording, with the number found; `is_limit`: a documented limit is crossed."""

    text: str
    is_limit: bool


def judge_sample(sample: Sample, *, as_data: bool) -> Iterator[Finding]:
    """Find what is wrong; `as_data` counts its size as Base64, which it travels in."""
    limits = sample_limits()
    size = len(sample.data) * _BASE64 if as_data else len(sample.data)
    if size >= limits.max_bytes:
        counted = " as Base64" if as_data else ""
        yield Finding(
            f"it has {shown_bytes(int(size))}{counted}; the most is {shown_bytes(limits.max_bytes)}",
            is_limit=True,
        )
    if sample.facts:
        yield from _judge_sound(sample.facts)


def _judge_sound(facts: SampleFacts) -> Iterator[Finding]:
    limits = sample_limits()
    low, high = limits.advised_seconds
    if facts.rate < limits.min_rate:
        yield Finding(
            f"it has {facts.rate:,} samples a second; {limits.min_rate:,} are the least", is_limit=True
        )
    if facts.seconds > limits.max_seconds:
        yield Finding(f"it is {facts.seconds:.1f} s long; {limits.max_seconds} s are the most", is_limit=True)
    if facts.speech_s < limits.min_speech_s:
        yield Finding(
            f"it has {facts.speech_s:.1f} s of speech; {limits.min_speech_s} s are the least", is_limit=True
        )
    elif not low <= facts.seconds <= high and facts.seconds <= limits.max_seconds:
        yield Finding(f"it is {facts.seconds:.1f} s long; {low} to {high} s are advised", is_limit=False)
    if facts.clipped > _MOST_CLIPPED:
        yield Finding(f"{facts.clipped:.1%} of it is clipped: it was recorded too loud", is_limit=False)
    if facts.speech_s and facts.swing_db < _LEAST_SWING_DB:
        yield Finding(
            f"its loudness changes by only {facts.swing_db:.0f} dB, like a hum and not like speech",
            is_limit=False,
        )
