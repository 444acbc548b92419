"""What is wrong with a recording; at a limit itself, nothing is."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from qwentts_cli.audio.sample.facts import SampleFacts
from qwentts_cli.audio.sample.read_sample import Sample
from qwentts_cli.dashscope.own_voices.judge_sample import Finding, judge_sample

GOOD = SampleFacts(
    container="WAV",
    rate=24_000,
    channels=1,
    seconds=15.0,
    peak_db=-3.0,
    clipped=0.001,
    speech_s=5.0,
    swing_db=6.0,
)


def judge(facts: dict[str, float], data: bytes = b"", *, as_data: bool = False) -> list[Finding]:
    sample = Sample(
        data=data, facts=replace(GOOD, **facts), changes=(), extension="wav", media_type="audio/wav"
    )
    return list(judge_sample(sample, as_data=as_data))


@pytest.mark.parametrize(
    ("facts", "says", "is_limit"),
    [
        ({"rate": 23_999}, "it has 23,999 samples a second; 24,000 are the least", True),
        ({"seconds": 60.1}, "it is 60.1 s long; 60 s are the most", True),
        ({"speech_s": 4.9}, "it has 4.9 s of speech; 5 s are the least", True),
        ({"seconds": 9.9}, "it is 9.9 s long; 10 to 20 s are advised", False),
        ({"seconds": 20.1}, "it is 20.1 s long; 10 to 20 s are advised", False),
        ({"seconds": 60.0}, "it is 60.0 s long; 10 to 20 s are advised", False),
        ({"clipped": 0.002}, "0.2% of it is clipped: it was recorded too loud", False),
        ({"swing_db": 5.4}, "its loudness changes by only 5 dB, like a hum and not like speech", False),
    ],
)
def test_each_fault_is_found_alone(facts: dict[str, float], says: str, *, is_limit: bool) -> None:
    assert judge(facts) == [Finding(says, is_limit)]


@pytest.mark.parametrize("seconds", [10.0, 20.0])
def test_a_good_recording_has_no_faults(seconds: float) -> None:
    assert judge({"seconds": seconds}) == []


def test_silence_is_told_once() -> None:
    """It has no speech, so nothing is said of how that sounds, or how long it should be."""
    assert [finding.text for finding in judge({"speech_s": 0.0, "swing_db": 0.0, "seconds": 5.0})] == [
        "it has 0.0 s of speech; 5 s are the least"
    ]


@pytest.mark.parametrize(("size", "as_data"), [(10_000_000, False), (7_500_000, True)])
def test_a_recording_travels_as_it_is_or_as_base64(size: int, *, as_data: bool) -> None:
    """Which is a third larger."""
    [finding] = judge({}, bytes(size), as_data=as_data)
    assert finding.is_limit
    assert ("as Base64" in finding.text) == as_data
    assert judge({}, bytes(size - 1), as_data=as_data) == []
