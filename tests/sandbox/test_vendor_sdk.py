from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.tones import read_back, read_back_pcm

if TYPE_CHECKING:
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
    audio = requests.get(response.output.audio.url, timeout=5)
    assert read_back(audio.content) == ASKED["text"]


def test_a_streamed_call(sdk: Any) -> None:
    """The chunks are PCM that says the text, and the last response has the URL."""
    *chunks, last = sdk.MultiModalConversation.call("qwen3-tts-flash", stream=True, **ASKED)
    pcm = b"".join(base64.b64decode(chunk.output.audio["data"]) for chunk in chunks)
    assert read_back_pcm(pcm) == ASKED["text"]
    assert (last.output.finish_reason, last.output.audio["data"]) == ("stop", "")
    assert read_back(requests.get(last.output.audio["url"], timeout=5).content) == ASKED["text"]


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
    assert read_back(requests.get(response.output.audio["url"], timeout=5).content) == ASKED["text"]
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
        assert read_back(requests.get(answer.audio_url, timeout=5).content) == "hi"
        *chunks, _ = http.stream("hello", **voice)
        pcm = b"".join(base64.b64decode(chunk.output["audio"]["data"]) for chunk in chunks)
        assert read_back_pcm(pcm) == "hello"
        with pytest.raises(AuthenticationError, match="InvalidApiKey"):
            http.synthesize("hi", api_key="wrong", **voice)
        with pytest.raises(BadRequestError, match="Range of input length"):
            http.synthesize("x" * 601, **voice)
