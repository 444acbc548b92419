"""What is asked for, and how it is told."""

from __future__ import annotations

import json

import pytest

from qwentts_cli.dashscope.request import AiLabel, SynthesisRequest, Tuning, takes_speed

FLASH, AUDIO = "qwen3-tts-flash", "qwen-audio-3.1-tts-flash"


@pytest.mark.parametrize(("model", "maker"), [(FLASH, "qwentts"), (AUDIO, "service")])
def test_a_tuning_is_told_with_who_makes_the_speed(model: str, maker: str) -> None:
    """What is as usual is not told."""
    tuning = Tuning(speed=1.5, pitch=1.0, volume=0)
    assert tuning.document(model) == {
        "speed": 1.5,
        "pitch": None,
        "volume": 0,
        "seed": None,
        "speed_by": maker,
    }
    assert set(Tuning().document(model).values()) == {None}
    assert takes_speed(model) == (maker == "service")


def test_what_is_said_later_stands_above_what_was_said_before() -> None:
    assert Tuning(speed=1.5, volume=10).override(Tuning(volume=0, seed=3)) == Tuning(
        speed=1.5, volume=0, seed=3
    )


@pytest.mark.parametrize(
    ("asked", "stretch", "speed"), [(None, 1.0, 1.0), (1.5, 1.0, 1.5), (None, 2.0, 2.0), (1.5, 2.0, 3.0)]
)
def test_the_service_and_this_machine_make_the_speed_together(
    asked: float | None, stretch: float, speed: float
) -> None:
    request = SynthesisRequest("Hi.", "Cherry", FLASH, tuning=Tuning(speed=asked), stretch=stretch)
    assert request.speed == speed


def test_a_label_is_the_json_of_the_practice_guide() -> None:
    """With all of its fields, also those that are empty."""
    assert json.loads(AiLabel("Alibaba", "我们", "7").metadata()) == {
        "Label": "1",
        "ContentProducer": "Alibaba",
        "ProduceID": "",
        "ReservedCode1": "",
        "ContentPropagator": "我们",
        "PropagateID": "7",
        "ReservedCode2": "",
    }
