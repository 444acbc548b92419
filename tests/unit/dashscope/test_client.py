"""How a conversation ends that does not end by itself."""

from __future__ import annotations

import os
from contextlib import contextmanager
from itertools import count
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from qwentts_cli.dashscope import client as client_module
from qwentts_cli.dashscope.client import SpeechClient, read_start
from qwentts_cli.dashscope.endpoint import custom_endpoint
from qwentts_cli.dashscope.request import SynthesisRequest
from qwentts_cli.dashscope.transport import session as session_module
from qwentts_cli.dashscope.transport.deadline import Deadline
from qwentts_cli.dashscope.transport.session import Arriving, Timeouts
from qwentts_cli.errors import NetworkError
from qwentts_cli.sandbox.server import Sandbox
from qwentts_cli.settings.credentials import ApiKey
from tests.reliability.raw_server import answering, close_in_handshake, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.dashscope.wire import Answer

SOUND = b'data:{"output":{"audio":{"data":"AAE="}}}\n\n'
END = b'data:{"output":{"finish_reason":"stop"}}\n\n'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


def test_no_request_writes_to_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads share it: what one of them sets for a moment, another finds gone while it looks."""
    with Sandbox(voice_engine="tones") as server, monkeypatch.context() as patched:
        patched.setattr(os, "environ", MappingProxyType(dict(os.environ)))
        endpoint = custom_endpoint(server.base_url)
        with SpeechClient(
            endpoint, ApiKey("sk-a", "x"), timeouts=Timeouts(), audio_host_suffix=".x"
        ) as client:
            answer = client.synthesize(SynthesisRequest("Hi.", "Cherry", "qwen3-tts-flash"))
            assert client.download(answer.url).body


def test_a_stream_that_was_ended_here_is_not_blamed_for_it() -> None:
    """Where the time was over, that is what is told, and not that the service ended early."""
    with serving(answering(HEAD, *[b"data:{}\n\n"] * 100, every_s=0.02)) as server:
        endpoint, limits = custom_endpoint(server.base_url), Timeouts(total=0.3)
        with (
            SpeechClient(endpoint, ApiKey("sk-a", "x"), timeouts=limits, audio_host_suffix=".x") as client,
            pytest.raises(NetworkError, match=r"too slow: not done within 0\.3 s") as raised,
        ):
            list(client.stream(SynthesisRequest("Hi.", "Cherry", "qwen3-tts-flash")))
    assert raised.value.maybe_billed


def test_a_body_without_a_length_that_was_ended_here_is_not_whole() -> None:
    """Shut from here it looks like the end that such a body has."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n\r\n"
    with serving(answering(head, *[b"RIFF"] * 100, every_s=0.02)) as server:
        endpoint, limits = custom_endpoint(server.base_url), Timeouts(total=0.3)
        with (
            SpeechClient(endpoint, ApiKey("sk-a", "x"), timeouts=limits, audio_host_suffix=".x") as client,
            pytest.raises(NetworkError, match=r"too slow: not done within 0\.3 s"),
        ):
            client.download(f"{server.base_url}/a.wav")


def test_what_breaks_before_the_request_was_sent_is_not_billed() -> None:
    """A server that hangs up in the handshake has seen nothing of the text."""
    with serving(close_in_handshake) as server:
        endpoint = custom_endpoint(server.secure_base_url)
        with (
            SpeechClient(
                endpoint, ApiKey("sk-a", "x"), timeouts=Timeouts(), audio_host_suffix=".x"
            ) as client,
            pytest.raises(NetworkError, match="the TLS connection with") as raised,
        ):
            client.synthesize(SynthesisRequest("Hi.", "Cherry", "qwen3-tts-flash"))
    assert not raised.value.maybe_billed


def test_each_event_of_a_stream_is_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each may take nearly as long as allowed, and comments between them are none."""
    clock = count(step=20)
    monkeypatch.setattr(session_module, "time", SimpleNamespace(monotonic=lambda: next(clock)))

    def ask(*pieces: bytes) -> list[Answer]:
        waiting = iter(pieces)

        @contextmanager
        def arrive(*_: object) -> Iterator[Arriving]:
            body: Any = SimpleNamespace(read1=lambda *_, **__: next(waiting, b""))
            with Deadline(60) as deadline:
                yield Arriving(200, {"Content-Type": "text/event-stream"}, body, deadline)

        monkeypatch.setattr(client_module, "exchange", arrive)
        with SpeechClient(
            custom_endpoint("https://x"), ApiKey("sk-a"), timeouts=Timeouts(idle=30), audio_host_suffix=""
        ) as client:
            return list(client.stream(SynthesisRequest("Hi.", "Cherry", "qwen3-tts-flash")))

    assert len(ask(SOUND, SOUND, END)) == 3
    with pytest.raises(TimeoutError):
        ask(SOUND, b":still here\n\n", b":still here\n\n", END)


def test_of_an_error_as_much_is_read_as_anybody_reads() -> None:
    """64 KiB and the piece that goes beyond them, in whatever pieces they come."""
    body: Any = SimpleNamespace(read1=lambda *_, **__: bytes(1 << 10))
    with Deadline(60) as deadline:
        assert len(read_start(Arriving(400, {}, body, deadline))) == 65 << 10
