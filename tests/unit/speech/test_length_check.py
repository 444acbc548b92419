"""Whether a sound can be all of its text: what is caught, and what is not accused."""

from __future__ import annotations

import random

import pytest

from qwentts_cli.audio.audible import AudibleMeter
from qwentts_cli.audio.wav import Pcm
from qwentts_cli.dashscope.request import SynthesisRequest
from qwentts_cli.sandbox.voices.engine import Utterance
from qwentts_cli.sandbox.voices.tones import ToneVoice
from qwentts_cli.speech.length_check import LengthCheck
from qwentts_cli.text.sound_length import reckon_length

RATE = 24_000
WORDS = ("the", "harbour", "was", "quiet", "and", "nobody", "had", "asked", "her", "why", "so", "they")


def heard_s(pcm: bytes, *, piece: int = 1 << 20) -> float:
    meter = AudibleMeter()
    for start in range(0, len(pcm), piece):
        meter.feed(Pcm(pcm[start : start + piece], RATE))
    return meter.seconds


def write_text(chance: random.Random) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(chance.randint(6, 40))).capitalize() + "."


def asked(text: str) -> SynthesisRequest:
    return SynthesisRequest(text=text, voice="Cherry", model="qwen3-tts-flash")


def test_of_a_thousand_sounds_the_bad_ones_are_caught_and_the_good_ones_are_not_accused() -> None:
    """One in ten stops early, is silent or babbles on; at most five good ones are accused."""
    chance, check = random.Random(7), LengthCheck()
    accused = missed = 0
    for number in range(1000):
        text = write_text(chance)
        usual_s = 60e-3 * len(text) + 0.24  # as the tones have it
        had_s = usual_s * chance.uniform(0.9, 1.1)
        if number % 10 == 9:
            had_s *= (0.4, 0.0, 3.0)[number // 10 % 3]
            missed += check.judge(asked(text), had_s).is_plausible
        else:
            accused += not check.judge(asked(text), had_s).is_plausible
    assert accused <= 5
    assert missed <= 2


def test_a_slow_voice_is_learnt() -> None:
    """What is far too long for a usual voice is right for one that always takes so long."""
    check, text = LengthCheck(), "Nobody had asked her, so she said nothing at all to them."
    usual_s = reckon_length(text).usual_s
    for _ in range(10):
        assert check.judge(asked(text), 2 * usual_s).is_plausible
    assert not check.judge(asked(text), usual_s).is_plausible
    other = SynthesisRequest(text=text, voice="Ethan", model="qwen3-tts-flash")
    assert check.judge(other, usual_s).is_plausible


@pytest.mark.parametrize(
    ("text", "least_s", "most_s"),
    [
        ("早上好，今天我们去公园散步。", 2, 4),
        ("おはようございます。", 1, 2.5),
        ("안녕하세요, 만나서 반갑습니다.", 2, 4),
        ("Guten Morgen, wie geht es Ihnen heute?", 2, 4),
        ("Доброе утро, как у вас дела?", 1.5, 3),
        ("", 0, 0),
    ],
)
def test_each_script_has_its_own_pace(text: str, least_s: float, most_s: float) -> None:
    """A Han character takes as long as three letters."""
    assert least_s <= reckon_length(text).usual_s <= most_s


def test_numbers_and_acronyms_may_be_said_in_many_ways() -> None:
    """They are expected less exactly, so nobody is accused of reading 1998 as a year."""
    plain, hard = reckon_length("Nobody had asked her."), reckon_length("BBC, 1998: 3,000,000.")
    assert hard.slack_s > 2 * plain.slack_s


@pytest.mark.parametrize("piece", [1 << 20, 4_800, 1_000])
def test_silence_is_not_heard(piece: int) -> None:
    """Not a whole silent file, and of a long silence no more than a pause; pieces make little difference."""
    said = b"".join(ToneVoice().speak(Utterance(text="Hello, world.", voice="Cherry")))
    assert heard_s(bytes(len(said)), piece=piece) == 0
    assert heard_s(said, piece=piece) == pytest.approx(len(said) / 2 / RATE, abs=0.01)
    assert heard_s(said + bytes(10 * RATE), piece=piece) < len(said) / 2 / RATE + 0.7
