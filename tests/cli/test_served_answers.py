"""Answers of the service that carry the sound in another way than was asked for."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import KEY, Qwentts, at
from tests.reliability.raw_server import RawServer, http, read_request, serving
from tests.samples import write_sample
from tests.tones import read_back, read_back_pcm

if TYPE_CHECKING:
    import socket

TEXT = "Hello, world."


def asked_for(server: Sandbox) -> int:
    """How many syntheses were asked for."""
    return sum(record.phase in {"post", "sse"} for record in server.ledger)


@pytest.mark.parametrize("fault", ["get:container=mp3", "get:container=opus", "post:data-only"])
def test_the_sound_is_taken_however_it_comes(qwentts: Qwentts, fault: str) -> None:
    """Behind the address as MP3 or Opus, or in the answer without any address; asked for once."""
    with Sandbox(voice_engine="tones", faults=fault) as server:
        at(qwentts, server)("say", TEXT, "-o", "out.wav")
        assert read_back(qwentts.folder / "out.wav") == TEXT
        assert asked_for(server) == 1


def test_raw_samples_behind_the_address_are_named_and_bought_once(qwentts: Qwentts) -> None:
    """Nothing says their rate, so that they cannot be decoded."""
    with Sandbox(voice_engine="tones", faults="get:container=pcm") as server:
        result = at(qwentts, server)("say", TEXT, "-o", "out.wav", code=6)
        assert "not a WAV" in result.stderr
        assert asked_for(server) == 1


def test_a_stream_without_sound_is_paid_once(qwentts: Qwentts) -> None:
    """The same request would bring the same silence again."""
    with Sandbox(voice_engine="tones", faults="sse:silent") as server:
        result = at(qwentts, server)("say", TEXT, "-o", "-", code=6)
        assert "empty audio" in result.stderr
        assert asked_for(server) == 1


def test_sound_in_an_answer_without_streams_is_piped(qwentts: Qwentts) -> None:
    """A server that answers a stream's request with one document, and no address in it."""
    with Sandbox(voice_engine="tones", faults="post:data-only") as server:
        piped = at(qwentts, server)("say", TEXT, "-o", "-", "--format", "pcm").stdout
    assert read_back_pcm(piped) == TEXT


@pytest.mark.parametrize("is_linked", [False, True], ids=["carried", "linked"])
@pytest.mark.parametrize("target", ["out.wav", "-"])
def test_words_that_nobody_asked_for_cost_no_sound(qwentts: Qwentts, target: str, *, is_linked: bool) -> None:
    """Nor need they be words of the text."""
    sound = write_sample(qwentts.folder / "sample.wav").read_bytes()
    said = {"text": "Moin", "begin_time": 0, "end_time": 300}

    def serve(line: socket.socket, server: RawServer) -> None:
        if read_request(line, server).startswith(b"GET"):
            line.sendall(http(sound))
            return
        link = f"http://127.0.0.1:{server.port}/a.wav"
        audio = {"url": link} if is_linked else {"data": base64.b64encode(sound).decode()}
        output = {"finish_reason": "stop", "audio": audio, "sentence": {"index": 0, "words": [said]}}
        answer = json.dumps({"output": output, "usage": {"characters": 13}}).encode()
        line.sendall(http(answer, "Content-Type: application/json"))

    with serving(serve) as server:
        qwentts.env |= {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": server.base_url}
        qwentts("say", TEXT, "-o", target)
        assert len(server.requests) == 1 + is_linked
