"""Answers of the service that carry the sound in another way than was asked for."""

from __future__ import annotations

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import Qwentts, at
from tests.tones import read_back, read_back_pcm

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
