from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import pytest
import requests
import soundfile

from qwentts_cli.sandbox.formats.wav_header import wav_header
from tests.tones import read_back, read_back_pcm

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.sandbox.server import Sandbox

ASKED: dict[str, Any] = {"api_key": "sk-test", "text": "你好 world.", "voice": "Cherry"}


@pytest.fixture
def sdk(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The vendor's SDK, pointed at the sandbox as its documentation says and not changed otherwise."""
    import dashscope  # which takes long, and each worker would pay for

    monkeypatch.setattr(dashscope, "base_http_api_url", sandbox.base_url)
    return dashscope


def test_a_call_and_its_download(sdk: Any) -> None:
    """The documented two steps give a file that says the text."""
    response = sdk.MultiModalConversation.call("qwen3-tts-flash", language_type="Chinese", **ASKED)
    assert (response.status_code, response.output.finish_reason) == (200, "stop")
    assert response.usage.characters == 11
    audio = requests.get(response.output.audio.url, timeout=30)
    assert read_back(audio.content) == ASKED["text"]


def test_a_streamed_call(sdk: Any) -> None:
    """The chunks are PCM that says the text, and the last response has the URL."""
    *chunks, last = sdk.MultiModalConversation.call("qwen3-tts-flash", stream=True, **ASKED)
    pcm = b"".join(base64.b64decode(chunk.output.audio["data"]) for chunk in chunks)
    assert read_back_pcm(pcm) == ASKED["text"]
    assert (last.output.finish_reason, last.output.audio["data"]) == ("stop", "")
    assert read_back(requests.get(last.output.audio["url"], timeout=30).content) == ASKED["text"]


def test_instructions_as_the_sdk_sends_them(sdk: Any, sandbox: Sandbox) -> None:
    """It puts them into `parameters`, which the documentation does not."""
    response = sdk.MultiModalConversation.call(
        "qwen3-tts-instruct-flash", instructions="Fast.", optimize_instructions=True, **ASKED
    )
    assert response.status_code == 200
    assert '"parameters": {"instructions": "Fast."' in sandbox.ledger[-1].body


@pytest.mark.usefixtures("sdk")
def test_the_legacy_synthesizer() -> None:
    """`qwen_tts.SpeechSynthesizer`, which sends the language in `parameters`; whole and as a stream."""
    from dashscope.audio.qwen_tts import SpeechSynthesizer

    synthesize: Any = SpeechSynthesizer.call  # its annotation leaves open whether it streams
    response = synthesize("qwen-tts", language_type="English", **ASKED)
    assert read_back(requests.get(response.output.audio["url"], timeout=30).content) == ASKED["text"]
    *_, last = synthesize("qwen-tts", stream=True, **ASKED)
    assert last.usage.output_tokens > 0


@pytest.mark.parametrize("stream", [False, True])
def test_a_bad_key_is_the_sdks_own_result(sdk: Any, stream: bool) -> None:  # noqa: FBT001 - parametrised
    """The SDK's response object says 401 and InvalidApiKey."""
    response = sdk.MultiModalConversation.call(
        "qwen3-tts-flash", stream=stream, **(ASKED | {"api_key": "wrong"})
    )
    first = next(iter(response)) if stream else response
    assert (first.status_code, first.code, first.output) == (401, "InvalidApiKey", None)


# The SDK announces that its second client may still change; that is its own affair.
@pytest.mark.filterwarnings("ignore:dashscope 2.0 audio API is a preview:FutureWarning")
def test_the_second_client(sdk: Any, sandbox: Sandbox) -> None:
    """The SDK's v2 client: both ways of synthesis, and its own types of error."""
    from dashscope.v2.errors import AuthenticationError, BadRequestError

    with sdk.Client(api_key="sk-test", base_url=sandbox.base_url) as client:
        http = client.audio.tts.http
        voice: dict[str, Any] = {"model": "qwen3-tts-flash", "voice": "Cherry"}
        answer: Any = http.synthesize("hi", language_type="English", **voice)
        assert read_back(requests.get(answer.audio_url, timeout=30).content) == "hi"
        *chunks, _ = http.stream("hello", **voice)
        pcm = b"".join(base64.b64decode(chunk.output["audio"]["data"]) for chunk in chunks)
        assert read_back_pcm(pcm) == "hello"
        with pytest.raises(AuthenticationError, match="InvalidApiKey"):
            http.synthesize("hi", api_key="wrong", **voice)
        with pytest.raises(BadRequestError, match="Range of input length"):
            http.synthesize("x" * 601, **voice)


AUDIO: dict[str, Any] = {
    "model": "qwen-audio-3.1-tts-flash",
    "voice": "longanhuan_v3.1",
    "api_key": "sk-test",
}


@pytest.mark.usefixtures("sdk")
def test_the_http_synthesizer() -> None:
    """`HttpSpeechSynthesizer` on the other endpoint: a URL, or sentences with their words."""
    from dashscope.audio.http_tts import HttpSpeechSynthesizer

    synthesize: Any = HttpSpeechSynthesizer.call
    result = synthesize(text="你好 world.", rate=1.25, seed=1, language_hints=["zh"], **AUDIO)
    assert read_back(requests.get(result.audio_url, timeout=30).content, speed=1.25) == "你好 world."
    assert result.usage["total_tokens"] > 0
    *parts, last = synthesize(
        text="One. Two.", stream=True, audio_format="pcm", word_timestamp_enabled=True, **AUDIO
    )
    assert read_back_pcm(b"".join(part.audio_data for part in parts)) == "One. Two."
    assert read_back_pcm(last.audio_data) == "One. Two."
    words = [word["text"] for sentence in last.sentences for word in sentence["words"]]
    assert words == ["One", "Two"]


@pytest.mark.usefixtures("sdk")
def test_a_refusal_of_the_http_synthesizer() -> None:
    """The SDK's result has the service's own words."""
    from dashscope.audio.http_tts import HttpSpeechSynthesizer

    call: Any = HttpSpeechSynthesizer.call
    result = call(text="hi", **(AUDIO | {"voice": "Cherry"}))
    assert (result.status_code, result.code) == (400, "InvalidParameter")
    assert "411" in result.message


def test_the_list_of_models(sdk: Any) -> None:
    """`Models.list` and `Models.get`."""
    listed = sdk.Models.list(page=1, page_size=200, api_key="sk-test")
    names = [row["model"] for row in listed.output["models"]]
    assert {"qwen3-tts-flash", "qwen-audio-3.1-tts-flash"} <= set(names)
    assert sdk.Models.get("qwen-tts", api_key="sk-test").output["model"] == "qwen-tts"


@pytest.mark.usefixtures("sdk")
def test_the_enrollment_service(tmp_path: Path) -> None:
    """`VoiceEnrollmentService` and the SDK's upload: a sample goes up, a voice is made, used and deleted."""
    from dashscope.audio.http_tts import HttpSpeechSynthesizer
    from dashscope.audio.tts_v2 import VoiceEnrollmentService
    from dashscope.utils.oss_utils import OssUtils

    sample = tmp_path / "ann.wav"
    sample.write_bytes(wav_header(240_000) + b"\1\0" * 120_000)
    url, _ = OssUtils.upload(AUDIO["model"], str(sample), api_key="sk-test")
    headers = {"X-DashScope-OssResourceResolve": "enable"}
    service: Any = VoiceEnrollmentService(api_key="sk-test", headers=headers)
    voice = service.create_voice(target_model=AUDIO["model"], prefix="ann", url=url, language_hints=["en"])
    assert [row["voice_id"] for row in service.list_voices(prefix="ann")] == [voice]
    assert service.query_voice(voice)["status"] == "OK"
    call: Any = HttpSpeechSynthesizer.call
    result = call(text="It is me.", **(AUDIO | {"voice": voice}))
    assert read_back(requests.get(result.audio_url, timeout=30).content) == "It is me."
    service.update_voice(voice, "https://example.com/b.wav")
    service.delete_voice(voice)
    assert service.list_voices(prefix="ann") == []


@pytest.mark.filterwarnings("ignore:dashscope 2.0 audio API is a preview:FutureWarning")
def test_the_second_client_on_the_other_endpoint(sdk: Any, sandbox: Sandbox) -> None:
    """The v2 client sends qwen-audio to SpeechSynthesizer, and makes voices."""
    with sdk.Client(api_key="sk-test", base_url=sandbox.base_url) as client:
        voice = {"model": AUDIO["model"], "voice": AUDIO["voice"]}
        answer: Any = client.audio.tts.http.synthesize("hi", **voice)
        body = requests.get(answer.audio_url, timeout=30).content
        assert (read_back(body), soundfile.info(io.BytesIO(body)).format) == ("hi", "MP3")
        *_, last = client.audio.tts.http.stream("hello", **voice)
        assert last.output["finish_reason"] == "stop"
        url = "https://example.com/a.wav"
        made: Any = client.audio.voices.create(target_model=AUDIO["model"], prefix="ann", url=url)
        assert made.voice_id.startswith(AUDIO["model"])


@pytest.mark.filterwarnings("ignore:dashscope 2.0 audio API is a preview:FutureWarning")
def test_the_second_client_designs_a_voice(sdk: Any, sandbox: Sandbox) -> None:
    """It is heard before it is kept, speaks, and is deleted."""
    from dashscope.v2.errors import BadRequestError

    words = "Come aboard, my friend."
    with sdk.Client(api_key="sk-test", base_url=sandbox.base_url) as client:
        design, target = client.audio.voice_design, "qwen3-tts-vd-2026-01-26"
        made: Any = design.create(
            target_model=target, preferred_name="sailor", voice_prompt="an old sailor", preview_text=words
        )
        assert read_back(base64.b64decode(made.preview_audio["data"])) == words
        assert design.get(made.voice).target_model == target
        said: Any = client.audio.tts.http.synthesize("Hi.", model=target, voice=made.voice)
        assert read_back(requests.get(said.audio_url, timeout=5).content) == "Hi."
        design.delete(made.voice)
        with pytest.raises(BadRequestError, match="VoiceNotFound"):
            design.get(made.voice)
