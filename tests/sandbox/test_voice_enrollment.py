"""Voices for Qwen-Audio-TTS and CosyVoice: uploads, clones, designs, and the time until they are ready."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from qwentts_cli.sandbox.formats.wav_header import wav_header
from qwentts_cli.sandbox.server import Sandbox
from tests.sandbox.raw_http import CUSTOMIZATION, KEY, STREAM, SYNTHESIZER, Heard, ask, fetch, order
from tests.tones import read_back
from tests.virtual_time import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = "qwen-audio-3.1-tts-flash"
WAV = {"format": "wav", "sample_rate": 24_000}
RESOLVE = {"X-DashScope-OssResourceResolve": "enable"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def studio(clock: Clock) -> Iterator[Sandbox]:
    """A sandbox whose voices take a minute by a clock that the test moves."""
    with Sandbox(voice_engine="tones", clock=clock, voice_delay=60) as sandbox:
        yield sandbox


def sample(seconds: float = 5, *, rate: int = 24_000, level: int = 1) -> bytes:
    frames = int(seconds * rate)
    return wav_header(2 * frames, rate=rate) + level.to_bytes(2, "little") * frames


def call(sandbox: Sandbox, action: str, headers: dict[str, str] = RESOLVE, **given: Any) -> Heard:
    body = {"model": "voice-enrollment", "input": {"action": action, **given}}
    return ask(sandbox, "POST", CUSTOMIZATION, json.dumps(body).encode(), KEY | headers)


def create(sandbox: Sandbox, **changes: Any) -> Heard:
    given = {"target_model": MODEL, "prefix": "ann", "url": "https://example.com/ann.wav", **changes}
    return call(sandbox, "create_voice", **given)


def clone(sandbox: Sandbox, **changes: Any) -> str:
    voice: str = create(sandbox, **changes).json["output"]["voice_id"]
    return voice


def policy(sandbox: Sandbox) -> dict[str, Any]:
    path = f"/api/v1/uploads?action=getPolicy&model={MODEL}"
    data: dict[str, Any] = ask(sandbox, "GET", path, headers=KEY).json["data"]
    return data


def upload(sandbox: Sandbox, given: dict[str, Any], file: bytes, **changes: str) -> Heard:
    fields = {
        "OSSAccessKeyId": given["oss_access_key_id"],
        "Signature": given["signature"],
        "policy": given["policy"],
        "key": f"{given['upload_dir']}/ann.wav",
        "success_action_status": "200",
        **changes,
    }
    head = "".join(
        f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    last = '--xyz\r\nContent-Disposition: form-data; name="file"; filename="ann.wav"\r\n\r\n'
    body = f"{head}{last}".encode() + file + b"\r\n--xyz--\r\n"
    path = given["upload_host"].removeprefix(sandbox.origin)
    return ask(sandbox, "POST", path, body, {"Content-Type": "multipart/form-data; boundary=xyz"})


def uploaded(sandbox: Sandbox, file: bytes) -> str:
    given = policy(sandbox)
    assert upload(sandbox, given, file).status == 200
    return f"oss://{given['upload_dir']}/ann.wav"


def speak(sandbox: Sandbox, voice: str, *, model: str = MODEL, stream: bool = False) -> Heard:
    body = order("It is me.", model=model, voice=voice, **WAV)
    return ask(sandbox, "POST", SYNTHESIZER, body, KEY | STREAM if stream else KEY)


def test_a_voice_is_deployed_before_it_speaks(studio: Sandbox, clock: Clock) -> None:
    """DEPLOYING, then OK; who is too early pays for a file without sound, and for a stream without any."""
    voice = clone(studio)
    assert voice.startswith(f"{MODEL}-ann-")
    assert call(studio, "query_voice", voice_id=voice).json["output"]["status"] == "DEPLOYING"
    early = speak(studio, voice)
    assert (early.status, early.json["usage"]["input_tokens"]) == (200, 9)
    assert fetch(studio, early).body == wav_header(0)
    assert speak(studio, voice, stream=True).sound == b""
    clock.now += 60
    queried = call(studio, "query_voice", voice_id=voice).json["output"]
    assert (queried["status"], queried["target_model"]) == ("OK", MODEL)
    assert read_back(fetch(studio, speak(studio, voice)).body) == "It is me."


def test_a_voice_speaks_with_its_own_model_only(sandbox: Sandbox) -> None:
    voice = clone(sandbox, target_model="cosyvoice-v3.5-flash")
    assert speak(sandbox, voice, model="cosyvoice-v3.5-flash").status == 200
    assert "Engine error [411]" in speak(sandbox, voice).json["message"]


def test_voices_differ_and_stay_the_same(sandbox: Sandbox) -> None:
    """Two samples, two sounds; the same sample, the same sound; all still say the text."""
    sounds = [
        fetch(sandbox, speak(sandbox, clone(sandbox, url=url))).body
        for url in ("https://a.example/1.wav", "https://a.example/2.wav", "https://a.example/1.wav")
    ]
    preset = fetch(sandbox, speak(sandbox, "longanhuan_v3.1")).body
    assert sounds[0] == sounds[2]
    assert len({*sounds, preset}) == 3
    assert {read_back(sound) for sound in sounds} == {"It is me."}
    assert max(abs(difference(a, preset)) for a in sounds) > 0.05


def difference(one: bytes, other: bytes) -> float:
    """How far two files of one length are apart, to the loudness of the second."""
    a, b = (np.frombuffer(body[44:], "<i2").astype(float) for body in (one, other))
    return float(np.sqrt(np.mean((a - b) ** 2) / np.mean(b**2)))


def test_voices_are_listed_updated_and_deleted(studio: Sandbox, clock: Clock) -> None:
    """By prefix and page; a new sample has to be deployed; what is deleted is gone."""
    voices = [clone(studio, prefix=prefix) for prefix in ("ann", "bob", "ann")]
    listed = call(studio, "list_voice", prefix="ann", page_index=0, page_size=10).json["output"]["voice_list"]
    assert [row["voice_id"] for row in listed] == [voices[0], voices[2]]
    assert set(listed[0]) == {"voice_id", "gmt_create", "gmt_modified", "status"}
    page = call(studio, "list_voice", page_index=1, page_size=2).json["output"]["voice_list"]
    assert [row["voice_id"] for row in page] == voices[2:]
    clock.now += 61
    assert call(studio, "update_voice", voice_id=voices[0], url="https://b.example/2.wav").status == 200
    states = [row["status"] for row in call(studio, "list_voice").json["output"]["voice_list"]]
    assert states == ["DEPLOYING", "OK", "OK"]
    assert call(studio, "delete_voice", voice_id=voices[1]).json["output"] == {}
    missing = call(studio, "query_voice", voice_id=voices[1]).json
    assert (missing["code"], missing["message"]) == (
        "BadRequest.VoiceNotFound",
        f"Voice not found: {voices[1]}",
    )


def test_a_voice_is_designed(sandbox: Sandbox) -> None:
    """The words make the voice, and the answer has a preview that says the text."""
    text = "Good evening, and welcome aboard."
    answer = create(sandbox, url=None, voice_prompt="an old sailor", preview_text=text).json["output"]
    audio = answer["preview_audio"]
    assert (audio["response_format"], audio["sample_rate"]) == ("wav", 24_000)
    assert read_back(base64.b64decode(audio["data"])) == text
    assert speak(sandbox, answer["voice_id"]).status == 200


def test_a_sample_goes_up_and_is_used(sandbox: Sandbox) -> None:
    """Permission, form, oss://, and the header without which the service does not look there."""
    url = uploaded(sandbox, sample())
    assert create(sandbox, url=url).status == 200
    refused = call(sandbox, "create_voice", {}, target_model=MODEL, prefix="ann", url=url)
    assert refused.json["code"] == "BadRequest.InputDownloadFailed"


def test_an_upload_lives_two_days(studio: Sandbox, clock: Clock) -> None:
    """And a permission five minutes."""
    late = policy(studio)
    url = uploaded(studio, sample())
    clock.now += 301
    assert b"Policy expired" in upload(studio, late, sample()).body
    clock.now += 48 * 3600
    assert create(studio, url=url).json["code"] == "BadRequest.InputDownloadFailed"


def test_a_form_that_was_not_permitted_is_refused(sandbox: Sandbox) -> None:
    """In the storage's XML: another signature, another folder, the same name twice, no file, too much."""
    given = policy(sandbox)
    assert b"SignatureDoesNotMatch" in upload(sandbox, given, sample(), Signature="x").body
    assert upload(sandbox, given, sample(), key="elsewhere/ann.wav").status == 403
    assert upload(sandbox, given, sample(), policy="").status == 400
    assert upload(sandbox, given, bytes(10 * 1024 * 1024 + 1)).status == 400
    assert upload(sandbox, given, sample()).status == 200
    assert upload(sandbox, given, sample()).status == 409
    assert ask(sandbox, "POST", "/upload", b"no form").status == 400


def test_the_permission_needs_a_key_and_a_model(sandbox: Sandbox) -> None:
    path = "/api/v1/uploads?action=getPolicy"
    assert ask(sandbox, "GET", f"{path}&model={MODEL}").status == 401
    assert ask(sandbox, "GET", path, headers=KEY).status == 400
    assert ask(sandbox, "GET", f"/api/v1/uploads?model={MODEL}", headers=KEY).status == 400


def test_only_the_latest_files_are_kept(sandbox: Sandbox) -> None:
    """Nobody fills the memory with uploads."""
    urls = [uploaded(sandbox, sample()) for _ in range(9)]
    assert create(sandbox, url=urls[0]).json["code"] == "BadRequest.InputDownloadFailed"
    assert create(sandbox, url=urls[-1]).status == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"target_model": "qwen3-tts-flash"}, "InvalidParameter"),
        ({"prefix": "Ann"}, "InvalidParameter"),
        ({"prefix": "x" * 10}, "InvalidParameter"),
        ({"url": ""}, "InvalidParameter"),
        ({"url": None, "voice_prompt": "calm", "preview_text": "too short"}, "InvalidParameter"),
        ({"url": None}, "InvalidParameter"),
        ({"max_prompt_audio_length": 31}, "InvalidParameter"),
        ({"language_hints": ["xx"]}, "InvalidParameter"),
        ({"url": "ftp://example.com/a.wav"}, "BadRequest.InputDownloadFailed"),
        ({"url": "https://example.invalid/a.wav"}, "BadRequest.InputDownloadFailed"),
        ({"url": "https://[bad/a.wav"}, "BadRequest.InputDownloadFailed"),
        ({"url": "oss://nowhere/a.wav"}, "BadRequest.InputDownloadFailed"),
    ],
)
def test_a_bad_request_is_refused(sandbox: Sandbox, changes: dict[str, Any], code: str) -> None:
    answer = create(sandbox, **changes)
    assert (answer.status, answer.json["code"]) == (400, code)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (sample(2), "Audio.AudioShortError"),
        (sample(61, rate=16_000), "Audio.DurationLimitError"),
        (sample(rate=8_000), "Audio.AudioRateError"),
        (sample(level=0), "Audio.AudioSilentError"),
        (b"no sound", "Audio.DecoderError"),
    ],
)
def test_a_bad_sample_is_refused(sandbox: Sandbox, file: bytes, code: str) -> None:
    """With the codes that are documented for CosyVoice."""
    assert create(sandbox, url=uploaded(sandbox, file)).json["code"] == code


def test_qwen_voices_are_designed_too(sandbox: Sandbox) -> None:
    """`qwen-voice-design`: created with a preview, queried, listed and deleted, in its own verbs."""
    given = {"target_model": "qwen3-tts-vd-2026-01-26", "preferred_name": "sailor", "voice_prompt": "warm"}

    def design(action: str, **more: Any) -> Any:
        body = {"model": "qwen-voice-design", "input": {"action": action, **more}}
        body["parameters"] = {"sample_rate": 16_000, "response_format": "mp3"}
        return ask(sandbox, "POST", CUSTOMIZATION, json.dumps(body).encode(), KEY).json

    output = design("create", preview_text="Hello.", language="en", **given)["output"]
    assert read_back(base64.b64decode(output["preview_audio"]["data"])) == "Hello."
    voice = output["voice"]
    assert design("query", voice=voice)["output"]["voice_prompt"] == "warm"
    assert [row["voice"] for row in design("list")["output"]["voice_list"]] == [voice]
    assert design("delete", voice=voice)["output"] == {"voice": voice}
    assert design("query", voice=voice)["code"] == "BadRequest.VoiceNotFound"
    assert design("create", preview_text="x" * 1025, **given)["code"] == "InvalidParameter"


def test_makers_that_ended_are_gone() -> None:
    """Those of Qwen3 were announced to end; the newer one goes on."""
    with Sandbox(voice_engine="tones", retired=["ended"]) as sandbox:
        body = json.dumps({"model": "qwen-voice-design", "input": {"action": "list"}}).encode()
        assert ask(sandbox, "POST", CUSTOMIZATION, body, KEY).json["code"] == "ModelNotFound"
        assert call(sandbox, "list_voice").status == 200
