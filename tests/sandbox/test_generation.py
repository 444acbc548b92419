from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.sandbox.raw_http import GENERATION, KEY, ask, fetch, order, say
from tests.tones import read_back

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 1_766_027_009.0


def test_answer_has_the_documented_shape() -> None:
    """Empty data, a URL that lives a day, an id made of the request's, usage in characters, "stop"."""
    with Sandbox(voice_engine="tones", clock=lambda: NOW) as sandbox:
        answer = say(sandbox, "Hello.")
        payload = answer.json
        url = payload["output"]["audio"].pop("url")
        request_id = payload["request_id"]
        assert payload == {
            "output": {
                "audio": {"data": "", "expires_at": 1_766_113_409, "id": f"audio_{request_id}"},
                "finish_reason": "stop",
            },
            "usage": {"characters": 6},
            "request_id": request_id,
        }
        origin = re.escape(sandbox.origin)
        assert re.fullmatch(
            origin + r"/audio/.+\.wav\?Expires=1766113409&OSSAccessKeyId=.+&Signature=.+", url
        )
    assert answer.headers["x-request-id"] == request_id
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-length"] == str(len(answer.body))


@pytest.mark.parametrize("text", ["Hello, world.", "你好。世界。", "mixed 混合 😀\n\ttext", "x" * 600])
def test_the_sound_says_the_text(sandbox: Sandbox, text: str) -> None:
    """What the URL gives is the whole text, spoken."""
    assert read_back(fetch(sandbox, say(sandbox, text)).body) == text


@pytest.mark.parametrize(
    ("text", "units"),
    [("Hello.", 6), ("你好、world。", 11), ("あア한", 3), ("㐀\U00020000豈", 6), ("😀é", 2)],
)
def test_characters_are_billed_as_documented(sandbox: Sandbox, text: str, units: int) -> None:
    """A Han character is two, all else one; the answer and the ledger agree."""
    assert say(sandbox, text).json["usage"] == {"characters": units}
    assert sandbox.ledger[-1].billed == units


def test_the_legacy_model_bills_tokens(sandbox: Sandbox) -> None:
    """`qwen-tts` says tokens, 50 for a second of sound."""
    usage = say(sandbox, "hello", model="qwen-tts").json["usage"]
    assert usage["characters"] == 0
    assert usage["output_tokens"] == usage["output_tokens_details"]["audio_tokens"] == 15
    assert usage["total_tokens"] == usage["input_tokens"] + 15


def change(**fields: Any) -> bytes:
    return order(**{"text": "hi", **fields})


REFUSED: dict[str, tuple[bytes, int, str, str]] = {
    "no JSON": (b"{", 400, "InvalidParameter", "Required body invalid"),
    "deep JSON": (b"[" * 100_000, 400, "InvalidParameter", "Required body invalid"),
    "not UTF-8": (b'{"model":"\xff"}', 400, "InvalidParameter", "Required body invalid"),
    "no object": (b"[]", 400, "InvalidParameter", "Required body invalid"),
    "no model": (b'{"input":{}}', 400, "BadRequest.EmptyModel", "model"),
    "model no text": (change(model=7), 400, "BadRequest.EmptyModel", "model"),
    "no input": (b'{"model":"qwen3-tts-flash"}', 400, "BadRequest.EmptyInput", "input"),
    "input no object": (b'{"model":"qwen3-tts-flash","input":[]}', 400, "BadRequest.EmptyInput", "input"),
    "parameters no object": (
        b'{"model":"qwen3-tts-flash","input":{"text":"hi","voice":"Cherry"},"parameters":3}',
        400,
        "InvalidParameter",
        "parameters",
    ),
    "unknown model": (change(model="qwen3-tts-flush"), 404, "ModelNotFound", "Model can not be found."),
    "realtime model": (
        change(model="qwen3-tts-flash-realtime-2025-11-27"),
        400,
        "InvalidParameter",
        "current user api does not support http call",
    ),
    "other endpoint": (
        change(model="cosyvoice-v3"),
        400,
        "InvalidParameter",
        "url error, please check url\uff01",
    ),
    "audio endpoint": (change(model="qwen-audio-3.0-tts-flash"), 400, "InvalidParameter", "url error"),
    "no text": (b'{"model":"qwen3-tts-flash","input":{"voice":"Cherry"}}', 400, "InvalidParameter", "text"),
    "text no text": (change(text=["hi"]), 400, "InvalidParameter", "text"),
    "empty text": (change(text=""), 400, "InvalidParameter", "text"),
    "blank text": (change(text=" \n\t\u3000"), 400, "InvalidParameter", "text"),
    "half a surrogate": (change(text="a\ud800b"), 400, "InvalidParameter", "Unicode"),
    "no voice": (change(voice=None), 400, "InvalidParameter", "voice"),
    "unknown voice": (change(voice="Cherrie"), 400, "InvalidParameter", "Invalid voice specified"),
    "voice in the wrong case": (change(voice="cherry"), 400, "InvalidParameter", "Invalid voice specified"),
    "voice of another model": (
        change(voice="Aiden", model="qwen3-tts-instruct-flash"),
        400,
        "InvalidParameter",
        "not licensed for use\u2014please select",
    ),
    "legacy voice": (
        change(voice="Momo", model="qwen-tts"),
        400,
        "InvalidParameter",
        "Input should be 'Cherry','Serena','Ethan' or 'Chelsie': parameters.audio.voice",
    ),
    "preset voice for a clone model": (
        change(model="qwen3-tts-vc-2026-01-22"),
        400,
        "InvalidParameter",
        "Invalid voice specified",
    ),
    "language": (change(language_type="english"), 400, "InvalidParameter", "language_type"),
    "language no text": (change(language_type=3), 400, "InvalidParameter", "language_type"),
    "language in parameters": (
        b'{"model":"qwen-tts","input":{"text":"hi","voice":"Cherry"},"parameters":{"language_type":"Xx"}}',
        400,
        "InvalidParameter",
        "language_type",
    ),
    "too long": (change(text="x" * 601), 400, "InvalidParameter", "Range of input length should be [0, 600]"),
    "too long in Han": (
        change(text="字" * 301),
        400,
        "InvalidParameter",
        "<400> InternalError.Algo.InvalidParameter: Range of input length should be [0, 600]",
    ),
    "instructions no text": (
        change(model="qwen3-tts-instruct-flash", instructions=5),
        400,
        "InvalidParameter",
        "instructions",
    ),
    "optimize no flag": (
        change(model="qwen3-tts-instruct-flash", optimize_instructions="yes"),
        400,
        "InvalidParameter",
        "optimize_instructions",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_refused_in_the_services_words(sandbox: Sandbox, name: str) -> None:
    """Status, code and message are the documented ones, and nothing is billed."""
    body, status, code, message = REFUSED[name]
    answer = ask(sandbox, "POST", GENERATION, body, KEY)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert message in answer.json["message"]
    assert answer.json["request_id"] == answer.headers["x-request-id"]
    assert sandbox.ledger[-1].billed == 0


@pytest.mark.parametrize(
    "body",
    [
        change(text="x" * 600),
        change(text="字" * 300),
        change(language_type="Auto"),
        change(instructions=5, optimize_instructions="ignored by this model"),
        change(speed=2, format="mp3", volume={"odd": True}),
        json.dumps(
            {
                "model": "qwen3-tts-instruct-flash",
                "input": {"text": "hi", "voice": "Cherry"},
                "parameters": {
                    "instructions": "Fast",
                    "optimize_instructions": True,
                    "language_type": "German",
                },
            }
        ).encode(),
        b'{"model":"qwen3-tts-flash","parameters":{},"input":{"text":"hi","voice":"Ono Anna"},"extra":null}',
    ],
)
def test_what_the_service_takes_or_ignores_is_accepted(sandbox: Sandbox, body: bytes) -> None:
    """The limit itself, instructions on any model, unknown keys, and both places for options."""
    assert ask(sandbox, "POST", GENERATION, body, KEY).status == 200


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic sk-x", "sk-x", "Bearer  x sk-"]
)
def test_only_a_key_is_a_key(sandbox: Sandbox, authorization: str | None) -> None:
    """Anything but a bearer key that starts with sk- is 401 InvalidApiKey, whatever the body."""
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = ask(sandbox, "POST", GENERATION, b"{", headers)
    assert (answer.status, answer.json["code"]) == (401, "InvalidApiKey")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", GENERATION, 405),
        ("PUT", GENERATION, 405),
        ("HEAD", GENERATION, 405),
        ("POST", "/audio/x.wav", 405),
        ("GET", "/api/v1/services/audio/tts/SpeechSynthesizer", 405),
        ("GET", "/", 404),
        ("TRACE", GENERATION, 501),
    ],
)
def test_other_paths_and_methods_are_refused(sandbox: Sandbox, method: str, path: str, status: int) -> None:
    """404 for what is not there, 405 for how it is not asked, and a HEAD gets no body."""
    answer = ask(sandbox, method, path, headers=KEY)
    assert answer.status == status
    assert (answer.body == b"") == (method == "HEAD")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Length": "x"}, 400),
        ({"Content-Length": "-1"}, 400),
        ({"Content-Length": "9" * 30}, 400),
        ({"Content-Length": "٣"}, 400),
        ({"Transfer-Encoding": "chunked"}, 411),
        ({f"X-{n}": "x" for n in range(200)}, 431),
        ({"X-Long": "x" * 70_000}, 431),
    ],
    ids=["letters", "negative", "huge", "other digits", "chunked", "many headers", "long header"],
)
def test_a_broken_request_is_answered(sandbox: Sandbox, headers: dict[str, str], status: int) -> None:
    """A client that cannot count gets an error and not a hanging connection."""
    assert ask(sandbox, "POST", GENERATION, b"", KEY | headers).status == status


def test_too_large_a_body_is_refused_whole(sandbox: Sandbox) -> None:
    """The client sends all of it and still reads why not."""
    answer = ask(sandbox, "POST", GENERATION, b" " * 3_000_000, KEY)
    assert (answer.status, answer.json["code"]) == (400, "BadRequest.TooLarge")


def test_content_rules_of_the_script_refuse_by_text() -> None:
    """`refuse` and `limit` act on the text, with the service's errors; other texts pass."""
    with Sandbox(voice_engine="tones", faults="post:refuse=secret,post:limit=10,post:latency=0") as sandbox:
        refused: Callable[[str], str] = lambda text: say(sandbox, text).json.get("message", "")  # noqa: E731
        assert "inappropriate" in refused("a secret")
        assert "Range of input length should be [0, 10]" in refused("x" * 11)
        assert refused("x" * 10) == ""
