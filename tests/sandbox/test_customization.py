from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from qwentts_cli.sandbox.formats.wav_header import wav_header
from qwentts_cli.sandbox.server import Sandbox
from tests.sandbox.raw_http import CUSTOMIZATION, KEY, Heard, ask, fetch, say
from tests.tones import read_back

CLONE_MODEL = "qwen3-tts-vc-2026-01-22"
SECOND = b"\1\0" * 24_000


def uri(audio: bytes, media_type: str = "audio/wav") -> dict[str, str]:
    return {"data": f"data:{media_type};base64,{base64.b64encode(audio).decode()}"}


def wav(seconds: int = 1, **header: int) -> bytes:
    return wav_header(48_000 * seconds, **header) + SECOND * seconds


def call(sandbox: Sandbox, headers: dict[str, str] = KEY, **given: Any) -> Heard:
    body = json.dumps({"model": "qwen-voice-enrollment", "input": given}).encode()
    return ask(sandbox, "POST", CUSTOMIZATION, body, headers)


def create(sandbox: Sandbox, **changes: Any) -> Heard:
    given = {"target_model": CLONE_MODEL, "preferred_name": "ann", "audio": uri(wav()), **changes}
    return call(sandbox, action="create", **given)


def test_a_clone_is_made_listed_used_and_deleted() -> None:
    """The life of a voice; it speaks with its own model only, and no more once it is deleted."""
    with Sandbox(voice_engine="tones", clock=lambda: 1_800_000_000.0) as sandbox:
        made = create(sandbox, language="en").json
        voice = made["output"]["voice"]
        assert made["output"] == {"voice": voice, "target_model": CLONE_MODEL}
        assert "ann" in voice
        assert made["usage"] == {"count": 1}
        assert call(sandbox, action="list", page_index=0, page_size=10).json["output"] == {
            "page_index": 0,
            "page_size": 10,
            "total_count": 1,
            "voice_list": [
                {
                    "voice": voice,
                    "gmt_create": "2027-01-15 08:00:00",
                    "gmt_modified": "2027-01-15 08:00:00",
                    "language": "en",
                    "target_model": CLONE_MODEL,
                }
            ],
        }
        assert read_back(fetch(sandbox, say(sandbox, "me", voice=voice, model=CLONE_MODEL)).body) == "me"
        assert say(sandbox, voice=voice).status == 400
        assert call(sandbox, action="delete", voice=voice).json["output"] == {"voice": voice}
        assert say(sandbox, voice=voice, model=CLONE_MODEL).status == 400
        assert call(sandbox, action="delete", voice=voice).json["code"] == "BadRequest.VoiceNotFound"
        assert sandbox.ledger[0].phase == "customization"


def test_voices_are_listed_by_page(sandbox: Sandbox) -> None:
    """Pages count from 0, and the total is that of all."""
    voices = [create(sandbox, preferred_name=f"v{n}").json["output"]["voice"] for n in range(5)]
    output = call(sandbox, action="list", page_index=1, page_size=2).json["output"]
    assert output["total_count"] == 5
    assert [row["voice"] for row in output["voice_list"]] == voices[2:4]
    assert call(sandbox, action="list").json["output"]["page_size"] == 10


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"target_model": "qwen3-tts-flash"}, "InvalidParameter"),
        ({"target_model": None}, "InvalidParameter"),
        ({"preferred_name": "x" * 17}, "InvalidParameter"),
        ({"preferred_name": "a b"}, "InvalidParameter"),
        ({"preferred_name": ""}, "InvalidParameter"),
        ({"language": "nl"}, "InvalidParameter"),
        ({"language": ["zh"]}, "InvalidParameter"),
        ({"text": 5}, "InvalidParameter"),
        ({"audio": None}, "InvalidParameter"),
        ({"audio": {"data": "https://example.invalid/me.wav"}}, "BadRequest.InputDownloadFailed"),
        ({"audio": uri(wav(), "text/plain")}, "BadRequest.UnsupportedFileFormat"),
        ({"audio": {"data": "data:audio/wav;base64,@@@"}}, "Audio.DecoderError"),
        ({"audio": uri(b"no sound at all")}, "Audio.DecoderError"),
        ({"audio": uri(wav()[:30])}, "Audio.DecoderError"),
        ({"audio": uri(wav(channels=0))}, "Audio.DecoderError"),
        ({"audio": uri(wav(rate=16_000))}, "Audio.AudioRateError"),
        ({"audio": uri(wav(61))}, "Audio.DurationLimitError"),
        ({"audio": uri(wav_header(48_000) + bytes(48_000))}, "Audio.PreprocessError"),
        ({"audio": uri(bytes(9_000_000))}, "BadRequest.TooLarge"),
    ],
)
def test_a_bad_sample_or_name_is_refused(sandbox: Sandbox, changes: dict[str, Any], code: str) -> None:
    """Each with the code that the service documents for it."""
    answer = create(sandbox, **changes)
    assert (answer.status, answer.json["code"]) == (400, code)
    assert call(sandbox, action="list").json["output"]["total_count"] == 0


@pytest.mark.parametrize(
    "audio", [uri(wav(60)), uri(b"ID3\4" + bytes(99), "audio/mpeg"), uri(b"\0\0\0 ftypM4A ", "audio/mp4")]
)
def test_what_is_documented_is_accepted(sandbox: Sandbox, audio: dict[str, str]) -> None:
    """A minute of WAV, an MP3, an M4A."""
    assert create(sandbox, audio=audio).status == 200


def test_verbs_models_keys_and_pages_are_checked(sandbox: Sandbox) -> None:
    """The verbs of CosyVoice are not those of Qwen; only makers of voices are found."""
    assert call(sandbox, action="list_voice").json["code"] == "InvalidParameter"
    assert call(sandbox, action="list", page_index=-1).json["code"] == "InvalidParameter"
    assert call(sandbox, action="list", page_size=True).json["code"] == "InvalidParameter"
    assert call(sandbox, action="delete").json["code"] == "InvalidParameter"
    assert call(sandbox, {}, action="list").status == 401
    body = b'{"model":"qwen3-tts-flash","input":{}}'
    assert ask(sandbox, "POST", CUSTOMIZATION, body, KEY).json["code"] == "ModelNotFound"
    body = b'{"model":"qwen-voice-enrollment"}'
    assert ask(sandbox, "POST", CUSTOMIZATION, body, KEY).json["code"] == "BadRequest.EmptyInput"
