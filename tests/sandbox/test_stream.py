from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.server import Sandbox
from qwentts_cli.sandbox.voices.engine import EngineFailed, Utterance
from tests.sandbox.raw_http import GENERATION, KEY, STREAM, ask, connect, order, say
from tests.tones import read_back, read_back_pcm

if TYPE_CHECKING:
    from collections.abc import Iterator

FRAME = re.compile(r"id:(\d+)\nevent:result\n:HTTP_STATUS/200\ndata:\{.*\}\n")


class FailingVoice:
    """Speaks so many pieces and breaks down."""

    name = "failing"

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces

    def speak(self, utterance: Utterance) -> Iterator[bytes]:
        yield from [bytes(480)] * self.pieces
        raise EngineFailed(utterance.text)


def test_frames_are_those_of_the_service(sandbox: Sandbox) -> None:
    """Numbered frames, no space after colons, the status as a comment, chunked, one frame a chunk."""
    answer = say(sandbox, "Hello, world.", stream=True)
    assert answer.headers["content-type"] == "text/event-stream;charset=UTF-8"
    frames = answer.body.decode().removesuffix("\n\n").split("\n\n")
    numbers = [int(match[1]) for frame in frames if (match := FRAME.fullmatch(frame + "\n"))]
    assert numbers == list(range(1, len(frames) + 1))
    assert [chunk for chunk in answer.chunks if chunk] == [f"{frame}\n\n".encode() for frame in frames]


def test_the_last_frame_has_the_url_and_no_data(sandbox: Sandbox) -> None:
    """finish_reason is the string "null" until the end, which has empty data and the whole file's URL."""
    *first, last = say(sandbox, "Hello, world.", stream=True).payloads
    assert {payload["output"]["finish_reason"] for payload in first} == {"null"}
    assert not any("url" in payload["output"]["audio"] for payload in first)
    assert (last["output"]["finish_reason"], last["output"]["audio"]["data"]) == ("stop", "")
    assert last["usage"] == {"characters": 13}
    url = last["output"]["audio"]["url"].removeprefix(sandbox.origin)
    assert read_back(ask(sandbox, "GET", url).body) == "Hello, world."


def test_the_frames_together_are_the_sound(sandbox: Sandbox) -> None:
    """Every chunk is whole samples, and joined they say the text; it is billed once."""
    answer = say(sandbox, "你好、world 😀", stream=True)
    assert read_back_pcm(answer.sound) == "你好、world 😀"
    assert [record.billed for record in sandbox.ledger] == [12]


def test_the_legacy_model_counts_up(sandbox: Sandbox) -> None:
    """Usage of `qwen-tts` is cumulative over the frames."""
    tokens = [
        payload["usage"]["output_tokens"]
        for payload in say(sandbox, "hello there", model="qwen-tts", stream=True).payloads
    ]
    assert tokens == sorted(tokens)
    assert tokens[0] < tokens[-1] == 33


def test_the_first_frame_leaves_before_the_last_is_made() -> None:
    """A stream is a stream: the first sound arrives while the voice is still held back."""
    with Sandbox(voice_engine="tones", faults="sse:stall=1") as sandbox, connect(sandbox) as connection:
        body = order("x" * 600)
        head = f"POST {GENERATION} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        lines = "".join(f"{name}: {value}\r\n" for name, value in (KEY | STREAM).items())
        connection.sendall(f"{head}{lines}\r\n".encode() + body)
        heard = b""
        while b"\n\n\r\n" not in heard:
            heard += connection.recv(65536)
        assert heard.count(b"event:result") == 1


def test_a_refusal_is_plain_json(sandbox: Sandbox) -> None:
    """An error before the first sound is a status and JSON, also when a stream was asked for."""
    answer = say(sandbox, "hi", voice="nobody", stream=True)
    assert (answer.status, answer.headers["content-type"]) == (400, "application/json")
    assert answer.json["code"] == "InvalidParameter"


def test_a_voice_that_breaks_down_is_a_500() -> None:
    """Before any sound it is an HTTP status, billed to nobody; after some sound it is an error frame."""
    with Sandbox(voice_engine=FailingVoice(0)) as sandbox:
        for answer in (say(sandbox), say(sandbox, stream=True)):
            assert (answer.status, answer.json["code"]) == (500, "InternalError.Algo")
        assert not any(record.billed for record in sandbox.ledger)
    with Sandbox(voice_engine=FailingVoice(2)) as sandbox:
        assert say(sandbox).status == 500
        text = say(sandbox, stream=True).body.decode()
    assert text.count("event:result") == 2
    assert 'event:error\n:HTTP_STATUS/500\ndata:{"code":"InternalError.Algo"' in text
