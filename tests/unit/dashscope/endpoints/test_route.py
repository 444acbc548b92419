"""What each endpoint is sent, as its reference and the vendor's SDK have it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from qwentts_cli.dashscope.endpoints.route import find_route
from qwentts_cli.dashscope.request import AiLabel, SynthesisRequest, Tuning

GENERATION = "/services/aigc/multimodal-generation/generation"
SYNTHESIZER = "/services/audio/tts/SpeechSynthesizer"


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("qwen3-tts-flash", GENERATION),
        ("qwen3-tts-vc-2026-01-22", GENERATION),
        ("qwen4-tts-flash", GENERATION),
        ("qwen-audio-3.1-tts-flash", SYNTHESIZER),
        ("qwen-audio-4-tts-flash", SYNTHESIZER),
        ("cosyvoice-v3-flash", SYNTHESIZER),
        ("cosyvoice-v9", SYNTHESIZER),
    ],
)
def test_each_model_is_asked_where_it_is(model: str, path: str) -> None:
    """Also one that is newer than the catalogue, by the beginning of its name as in the vendor's SDK."""
    assert find_route(model).path == path


def test_a_request_of_qwen3_is_the_documented_one() -> None:
    """All of it stands in `input`, and what was not asked for is not sent."""
    plain = SynthesisRequest("Hi.", "Cherry", "qwen3-tts-flash")
    assert body(plain) == {"model": "qwen3-tts-flash", "input": {"text": "Hi.", "voice": "Cherry"}}
    full = SynthesisRequest(
        "Hi.", "Cherry", "qwen3-tts-instruct-flash", "English", "Calm.", optimize_instructions=True
    )
    assert body(full)["input"] == {
        "text": "Hi.",
        "voice": "Cherry",
        "language_type": "English",
        "instructions": "Calm.",
        "optimize_instructions": True,
    }
    assert "optimize_instructions" not in body(replace(full, optimize_instructions=False))["input"]
    assert not plain.optimize_instructions


@pytest.mark.parametrize(
    ("label", "sent"),
    [
        (None, {}),
        (AiLabel("Alibaba"), {"enable_aigc_tag": True}),
        (AiLabel("Alibaba", by="me"), {"enable_aigc_tag": True, "aigc_propagator": "me"}),
        (AiLabel("Alibaba", id="7"), {"enable_aigc_tag": True, "aigc_propagate_id": "7"}),
    ],
)
def test_a_label_names_who_hands_the_sound_on(label: AiLabel | None, sent: dict[str, object]) -> None:
    """The service names itself."""
    request = SynthesisRequest("hi", "Abby_v3.1", "qwen-audio-3.1-tts-flash", ai_label=label)
    asked = body(request)["input"]
    assert {name: value for name, value in asked.items() if "aigc" in name} == sent


def test_words_are_asked_for_and_told_how_to_say() -> None:
    """With one object for each, as the reference has it."""
    request = SynthesisRequest(
        "hi",
        "Abby_v3.1",
        "qwen-audio-3.1-tts-flash",
        pronunciations=(("重庆", "chong2 qing4"),),
        word_times=True,
    )
    asked = body(request)["input"]
    assert asked["hot_fix"] == {"pronunciation": [{"重庆": "chong2 qing4"}]}
    assert asked["word_timestamp_enabled"] is True


def test_a_request_of_the_synthesizer_is_what_the_vendors_sdk_sends() -> None:
    """A WAV at 24 kHz, since the service itself would make an MP3 at 22,050 Hz."""
    assert body(SynthesisRequest("hi", "longanhuan", "qwen-audio-3.0-tts-flash")) == {
        "model": "qwen-audio-3.0-tts-flash",
        "input": {"text": "hi", "voice": "longanhuan", "format": "wav", "sample_rate": 24000},
    }


def test_the_synthesizer_has_names_of_its_own() -> None:
    """The instructions are in the singular, the language is a hint, the speed a rate."""
    request = SynthesisRequest(
        "hi",
        "longanhuan_v3.1",
        "qwen-audio-3.1-tts-flash",
        "English",
        "Calm.",
        tuning=Tuning(speed=1.5, pitch=0.5, volume=0, seed=0, sample_rate=48000),
    )
    assert body(request)["input"] == {
        "text": "hi",
        "voice": "longanhuan_v3.1",
        "format": "wav",
        "sample_rate": 48000,
        "rate": 1.5,
        "pitch": 0.5,
        "volume": 0,
        "seed": 0,
        "instruction": "Calm.",
        "language_hints": ["en"],
    }


def test_a_request_without_a_tuning_keeps_its_key() -> None:
    """What was paid for with an older version is not paid for again; as usual is the same as not said."""
    usual = Tuning(speed=1.0, pitch=1.0, volume=50, sample_rate=24_000)
    for tuning in (Tuning(), usual):
        assert SynthesisRequest("hi", "Cherry", "qwen3-tts-flash", tuning=tuning).canonical() == (
            '{"input":{"text":"hi","voice":"Cherry"},"model":"qwen3-tts-flash"}'
        )
        assert SynthesisRequest(
            "hi", "longanlingxin", "qwen-audio-3.0-tts-plus", tuning=tuning
        ).canonical() == (
            '{"input":{"format":"wav","sample_rate":24000,"text":"hi","voice":"longanlingxin"},'
            '"model":"qwen-audio-3.0-tts-plus"}'
        )


def test_each_tuning_has_a_key_of_its_own() -> None:
    """Another speed is another sound."""
    tunings = [Tuning(), *(Tuning(**{name: 2}) for name in ("speed", "pitch", "volume", "seed"))]
    tunings.append(Tuning(sample_rate=8000))
    model = "qwen-audio-3.0-tts-plus"
    keys = {SynthesisRequest("hi", "longanlingxin", model, tuning=tuning).canonical() for tuning in tunings}
    assert len(keys) == len(tunings)


def body(request: SynthesisRequest) -> dict[str, dict[str, object]]:
    return find_route(request.model).build_body(request)
