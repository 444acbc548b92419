"""The endpoint of Qwen-Audio-TTS and CosyVoice: what it answers, refuses, and says in which format."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
import soundfile

from qwentts_cli.sandbox.server import Sandbox
from tests.sandbox.raw_http import GENERATION, KEY, STREAM, SYNTHESIZER, Heard, ask, fetch, order
from tests.tones import read_back, read_back_pcm

MODEL, VOICE = "qwen-audio-3.1-tts-flash", "longanhuan_v3.1"
WAV: dict[str, Any] = {"format": "wav", "sample_rate": 24_000}


def speak(sandbox: Sandbox, text: Any = "hi", *, stream: bool = False, **more: Any) -> Heard:
    given = {"model": MODEL, "voice": VOICE, **more}
    return ask(sandbox, "POST", SYNTHESIZER, order(text, **given), KEY | STREAM if stream else KEY)


def test_a_whole_answer_has_the_documented_shape() -> None:
    """A URL that lives a day; 3.1 bills tokens of text and of sound, and says nothing of characters."""
    with Sandbox(voice_engine="tones", clock=lambda: 1_766_027_009.0) as sandbox:
        payload = speak(sandbox, "Hello.", **WAV).json
        assert payload["output"]["audio"].pop("url").startswith(f"{sandbox.origin}/audio/20251218/")
        request_id = payload["request_id"]
        assert payload == {
            "output": {
                "finish_reason": "stop",
                "audio": {"data": "", "expires_at": 1_766_113_409, "id": f"audio_{request_id}"},
            },
            "usage": {"total_tokens": 14, "input_tokens": 6, "output_tokens": 8},
            "request_id": request_id,
        }
        assert sandbox.ledger[-1].billed == 6


def test_the_older_models_bill_characters(sandbox: Sandbox) -> None:
    """3.0 and CosyVoice: a Han character is two."""
    usage = speak(sandbox, "你好 a", model="qwen-audio-3.0-tts-flash", voice="longanhuan_v3.6").json["usage"]
    assert usage == {"characters": 6}


@pytest.mark.parametrize(
    ("asked", "kind", "rate"),
    [
        ({}, "MP3", 22_050),
        ({"format": "wav"}, "WAV", 22_050),
        ({"format": "wav", "sample_rate": 8_000}, "WAV", 8_000),
        ({"format": "wav", "sample_rate": 48_000}, "WAV", 48_000),
        ({"format": "mp3", "sample_rate": 44_100}, "MP3", 44_100),
        ({"format": "opus"}, "OGG", 24_000),
        ({"format": "opus", "sample_rate": 16_000, "bit_rate": 24}, "OGG", 16_000),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_the_format_is_the_one_asked_for(
    sandbox: Sandbox,
    asked: dict[str, Any],
    kind: str,
    rate: int,
    stream: bool,  # noqa: FBT001 - parametrised
) -> None:
    """And an MP3 at 22,050 Hz when nothing is asked; behind both URLs, and in the stream itself."""
    text = "Tell me. 你好，世界。"
    heard = speak(sandbox, text, stream=stream, **asked)
    last = heard.payloads[-1] if stream else heard.json
    path = last["output"]["audio"]["url"].removeprefix(sandbox.origin)
    body = ask(sandbox, "GET", path).body
    info = soundfile.info(io.BytesIO(body))
    assert (info.format, read_back(body)) == (kind, text)
    assert info.samplerate == rate
    if stream and kind == "WAV":
        assert heard.sound.startswith(b"RIFF")
        assert read_back_pcm(heard.sound[44:], rate) == text
    elif stream and kind == "MP3":
        assert read_back(heard.sound) == text


def test_raw_samples(sandbox: Sandbox) -> None:
    """`pcm` has no header."""
    heard = speak(sandbox, "raw", format="pcm", sample_rate=16_000)
    assert read_back_pcm(fetch(sandbox, heard).body, 16_000) == "raw"


@pytest.mark.parametrize(("speed", "pitch"), [(2.0, 1.0), (0.5, 1.0), (1.0, 2.0), (1.25, 0.5)])
def test_speed_and_pitch_are_heard(sandbox: Sandbox, speed: float, pitch: float) -> None:
    """`rate` changes how long it takes, `pitch` how high it is."""
    heard = speak(sandbox, "Faster, please.", rate=speed, pitch=pitch, **WAV)
    assert read_back(fetch(sandbox, heard).body, speed=speed, pitch=pitch) == "Faster, please."


def test_volume_is_heard(sandbox: Sandbox) -> None:
    """100 is twice as loud as 50, and 0 is silence."""

    def loudness(volume: int) -> float:
        samples, _ = soundfile.read(
            io.BytesIO(fetch(sandbox, speak(sandbox, volume=volume, **WAV)).body), dtype="float64"
        )
        return float(np.abs(samples).max())

    assert loudness(100) == pytest.approx(2 * loudness(50), rel=0.01)
    assert loudness(0) == 0.0


def test_a_stream_goes_by_sentences(sandbox: Sandbox) -> None:
    """Begin, sound and end for each sentence, words with times where they are asked for, and the URL last."""
    text = "Hello there. 你好！"
    heard = speak(sandbox, text, stream=True, word_timestamp_enabled=True, **WAV)
    outputs = [payload["output"] for payload in heard.payloads]
    kinds = [output.get("type") for output in outputs]
    assert [kind for n, kind in enumerate(kinds) if kind != kinds[n - 1]] == [
        "sentence-begin", "sentence-synthesis", "sentence-end",
        "sentence-begin", "sentence-synthesis", "sentence-end", None,
    ]  # fmt: skip
    begins = [output for output in outputs if output.get("type") == "sentence-begin"]
    assert "".join(output["original_text"] for output in begins) == text
    assert [output["sentence"] for output in begins] == [{"index": 0, "words": []}, {"index": 1, "words": []}]
    assert outputs[-1]["finish_reason"] == "stop"
    assert {output["finish_reason"] for output in outputs[:-1]} == {"null"}
    words = [w for o in outputs if o.get("type") == "sentence-end" for w in o["sentence"]["words"]]
    assert [word["text"] for word in words] == ["Hello", "there", "你", "好"]
    assert (words[0]["begin_time"], words[0]["end_index"]) == (0, 5)
    ends = [time for word in words for time in (word["begin_time"], word["end_time"])]
    assert ends == sorted(ends)


def test_usage_grows_in_a_stream(sandbox: Sandbox) -> None:
    """Frame by frame; the last one has what the whole answer would have."""
    payloads = speak(sandbox, "One. Two.", stream=True, **WAV).payloads
    totals = [payload["usage"]["output_tokens"] for payload in payloads]
    assert totals == sorted(totals)
    assert payloads[-1]["usage"] == speak(sandbox, "One. Two.", **WAV).json["usage"]


def test_without_being_asked_it_says_no_words(sandbox: Sandbox) -> None:
    payloads = speak(sandbox, stream=True).payloads
    assert all(not p["output"].get("sentence", {}).get("words") for p in payloads)


COSY: dict[str, Any] = {"model": "cosyvoice-v3-flash", "voice": "longanyang"}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "voice of another model": ({"voice": "longanhuan_v3.6"}, "Engine error [411]"),
    "voice in the wrong case": ({"voice": VOICE.upper()}, "Engine error [411]"),
    "voice of Qwen3": ({"voice": "Cherry"}, "Engine error [411]"),
    "no voice of CosyVoice": ({**COSY, "voice": "Cherry"}, "Engine return error code: 418"),
    "own voices only": ({"model": "cosyvoice-v3.5-plus", "voice": "longanyang"}, "418"),
    "long instruction": ({"instruction": "x" * 101}, "Engine return error code: 428"),
    "too long": ({"text": "字" * 10_001}, "Each request sends text is limited: 20000, current: 20002"),
    "only marks": ({"text": "... !?"}, "Please ensure input text is valid"),
    "model of the other endpoint": ({"model": "qwen3-tts-flash"}, "url error, please check url\uff01"),
    "realtime": ({"model": "qwen3-tts-flash-realtime"}, "does not support http call"),
    "format": ({"format": "flac"}, "format"),
    "rate": ({"sample_rate": 11_025}, "sample_rate"),
    "rate of Opus": ({"format": "opus", "sample_rate": 44_100}, "sample_rate"),
    "speed": ({"rate": 2.5}, "rate must be"),
    "pitch": ({"pitch": True}, "pitch must be"),
    "volume": ({"volume": 101}, "volume must be"),
    "seed": ({"seed": 65_536}, "seed must be"),
    "bit rate": ({"format": "opus", "bit_rate": 5}, "bit_rate must be"),
    "hints": ({"language_hints": ["xx"]}, "language_hints"),
    "hints no list": ({"language_hints": "en"}, "language_hints"),
    "pronunciations": ({"hot_fix": [1]}, "hot_fix"),
    "ssml no flag": ({"enable_ssml": "yes"}, "enable_ssml"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_refused_in_the_services_words(sandbox: Sandbox, case: str) -> None:
    """400 InvalidParameter, with what was recorded where that is known; nothing is billed."""
    changes, message = REFUSED[case]
    answer = speak(sandbox, **{"text": "hi", **changes})
    assert (answer.status, answer.json["code"]) == (400, "InvalidParameter")
    assert message in answer.json["message"]
    assert sandbox.ledger[-1].billed == 0


def test_unknown_models_and_keys_are_ignored_or_refused_alike(sandbox: Sandbox) -> None:
    """An unknown key is ignored with 200, an unknown model is 404; both endpoints send to the other."""
    assert speak(sandbox, enable_everything=True).status == 200
    assert speak(sandbox, model="qwen-audio-9-tts").json["code"] == "ModelNotFound"
    elsewhere = ask(sandbox, "POST", GENERATION, order(model=MODEL, voice=VOICE), KEY)
    assert "url error" in elsewhere.json["message"]


def test_options_may_stand_in_parameters(sandbox: Sandbox) -> None:
    """One client says that this works; `input` is heard first."""
    body = {
        "model": MODEL,
        "input": {"text": "hi", "voice": VOICE, "sample_rate": 16_000},
        "parameters": {"format": "wav", "sample_rate": 8_000},
    }
    heard = ask(sandbox, "POST", SYNTHESIZER, json.dumps(body).encode(), KEY)
    assert soundfile.info(io.BytesIO(fetch(sandbox, heard).body)).samplerate == 16_000


def test_markup_is_not_spoken(sandbox: Sandbox) -> None:
    """With `enable_ssml` the tags are instructions; without it they are text."""

    def marked(**more: Any) -> str:
        return read_back(fetch(sandbox, speak(sandbox, "<speak>hi</speak>", **more, **WAV)).body)

    assert marked(enable_ssml=True) == "hi"
    assert marked() == "<speak>hi</speak>"


def test_cosyvoice_falls_silent_after_33_seconds(sandbox: Sandbox) -> None:
    """What is left of the text is billed, not spoken, and nothing says so."""
    text = "a" * 700
    heard = speak(sandbox, text, **COSY, **WAV)
    assert heard.json["output"]["finish_reason"] == "stop"
    assert heard.json["usage"] == {"characters": 700}
    body = fetch(sandbox, heard).body
    assert soundfile.info(io.BytesIO(body)).duration == pytest.approx(33.4, abs=0.1)
    streamed = speak(sandbox, "a" * 400 + ". " + "b" * 300 + ".", stream=True, **COSY, **WAV)
    assert len(streamed.sound) == pytest.approx(33.4 * 48_000, rel=0.01)


def test_faults_reach_this_endpoint_too() -> None:
    """The same phases and kinds, in a whole answer, a stream and a download."""
    with Sandbox(voice_engine="tones", faults="post:status=503#1,sse:no-stop,get:short=50") as sandbox:
        assert speak(sandbox).status == 503
        assert b'"stop"' not in speak(sandbox, stream=True).body
        body = fetch(sandbox, speak(sandbox, "hello", **WAV)).body
        assert soundfile.info(io.BytesIO(body)).duration == pytest.approx(0.15)
