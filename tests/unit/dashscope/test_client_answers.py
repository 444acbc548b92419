"""What the client makes of each answer, of the service and of its storage."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.dashscope import client as client_module
from qwentts_cli.dashscope.client import Download, SpeechClient
from qwentts_cli.dashscope.endpoint import custom_endpoint
from qwentts_cli.dashscope.request import SynthesisRequest
from qwentts_cli.dashscope.transport.session import Timeouts
from qwentts_cli.errors import (
    AuthError,
    LinkBroken,
    LinkExpired,
    NetworkError,
    QwenTTSError,
    RejectedError,
    Throttled,
)
from qwentts_cli.metered import Metered
from qwentts_cli.settings.credentials import ApiKey
from tests.reliability.raw_server import RawServer, answering, http, read_request, serving

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from qwentts_cli.dashscope.wire import Answer

REQUEST = SynthesisRequest("Hi.", "Cherry", "qwen3-tts-flash")
KEY = "sk-canary0123456789"
EVENTS = "Content-Type: text/event-stream"
WHOLE = b'{"output":{"audio":{"url":"https://a.x/a.wav"}},"request_id":"r"}'
PIECE = b'data:{"output":{"audio":{"data":"AAE="}}}\n\n'
LAST = (
    b'data:{"output":{"finish_reason":"stop","audio":{"url":"https://a.x/a.wav"}},'
    b'"usage":{"characters":3}}\n\n'
)
DONE = b"data:[DONE]\n\n"
REFUSED = b'data:{"code":"InvalidParameter","message":"no"}\n\n'


class Talk:
    """A client, and the server that it asks."""

    def __init__(self, client: SpeechClient, server: RawServer) -> None:
        self.client = client
        self.server = server

    def download(self) -> Download:
        return self.client.download(f"{self.server.base_url}/a.wav")

    def synthesize(self) -> Answer:
        return self.client.synthesize(REQUEST)

    def stream(self) -> list[Answer]:
        return list(self.client.stream(REQUEST))

    def get(self) -> dict[str, object]:
        return self.client.get("/models")


@contextmanager
def answered(answer: bytes) -> Iterator[Talk]:
    with (
        serving(answering(answer)) as server,
        SpeechClient(
            custom_endpoint(server.base_url), ApiKey(KEY, "x"), timeouts=Timeouts(), audio_host_suffix=".x"
        ) as client,
    ):
        yield Talk(client, server)


ALL: list[Callable[[Talk], object]] = [Talk.synthesize, Talk.stream, Talk.get, Talk.download]


def error_of(ask: Callable[[Talk], object], answer: bytes) -> QwenTTSError:
    with answered(answer) as talk, pytest.raises(QwenTTSError) as raised:
        ask(talk)
    return raised.value


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, b"<Message>Request has Expired.</Message>", LinkExpired),
        (403, b"AccessDenied", LinkBroken),
        *((status, b"expired", LinkBroken) for status in (400, 404, 410, 499)),
        *((status, b"", NetworkError) for status in (407, 408, 425, 429, 500, 503)),
        *((status, b"", NetworkError) for status in (300, 302, 399)),
    ],
)
def test_a_storage_that_refuses(status: int, body: bytes, kind: type[NetworkError]) -> None:
    """What may go well later is told from a link that is dead; a redirect is a network's page to sign in."""
    error = error_of(Talk.download, http(body, status=f"{status} X"))
    assert type(error) is kind
    assert ("Sign in" in error.hint) == (300 <= status < 400)
    assert not error.maybe_billed


@pytest.mark.parametrize("body", [b"<html>", b" \n{}"])
def test_what_is_no_sound_is_not_taken_for_one(body: bytes) -> None:
    """A page or an error with status 200, where the storage should be."""
    assert "something other than the storage" in error_of(Talk.download, http(body)).message


def test_a_download_is_whole_if_its_length_says_so() -> None:
    with answered(http(b"RIFF")) as talk:
        assert talk.download() == Download(b"RIFF", is_whole=True)
    with answered(b"HTTP/1.1 200 OK\r\n\r\nRIFF") as talk:
        assert talk.download() == Download(b"RIFF", is_whole=False)
    assert not any(b"canary" in request for request in talk.server.requests)
    announced = b"HTTP/1.1 200 OK\r\nContent-Length: 25165825\r\n\r\n"
    assert "larger than 24 MiB" in error_of(Talk.download, announced).message


@pytest.mark.parametrize("head", ["Content-Length: {}", "X: {}"])
def test_no_answer_is_larger_than_its_limit(monkeypatch: pytest.MonkeyPatch, head: str) -> None:
    """One that announces it is refused before it comes."""
    monkeypatch.setattr(client_module, "MAX_AUDIO_BYTES", 3 << 20)
    monkeypatch.setattr(client_module, "MAX_ANSWER_BYTES", 3 << 20)
    for size in (3 << 20, (3 << 20) + 1):
        start = f"HTTP/1.1 200 OK\r\n{head.format(size)}\r\n\r\n".encode()
        with answered(start + b"x" * size) as talk:
            if size == 3 << 20:
                assert len(talk.download().body) == size
                continue
            with pytest.raises(RejectedError, match="the audio is larger than 3 MiB") as raised:
                talk.download()
            assert not raised.value.maybe_billed
            with pytest.raises(RejectedError, match="the answer is larger than 3 MiB") as raised:
                talk.synthesize()
            assert raised.value.maybe_billed


@pytest.mark.parametrize("ask", ALL)
def test_what_is_packed_is_not_unpacked(ask: Callable[[Talk], object]) -> None:
    """A few bytes could become gigabytes; nobody asked for it."""
    kinds = [EVENTS] if ask is Talk.stream else []
    assert "content encoding" in error_of(ask, http(b"x", "Content-Encoding: gzip", *kinds)).message
    for plain in ("Identity", ""):
        body = b"RIFF" if ask is Talk.download else PIECE + LAST if ask is Talk.stream else WHOLE
        with answered(http(body, f"Content-Encoding: {plain}", *kinds)) as talk:
            ask(talk)


def test_a_question_is_asked_with_the_key() -> None:
    with answered(http(WHOLE)) as talk:
        assert talk.get() == json.loads(WHOLE)
    [request] = talk.server.requests
    assert request.startswith(b"GET /api/v1/models ")
    assert f"Authorization: Bearer {KEY}".encode() in request
    assert type(error_of(Talk.get, http(b"", status="401 X"))) is AuthError


@pytest.mark.parametrize("ask", [Talk.synthesize, Talk.stream, Talk.get])
def test_a_page_in_the_place_of_an_answer_is_called_one(ask: Callable[[Talk], object]) -> None:
    assert "a web page came with status 200" in error_of(ask, http(b"<!doctype html><html>")).message


def test_other_markup_is_named_by_its_type() -> None:
    """Whatever else begins like it."""
    error = error_of(Talk.synthesize, http(b" <xml>", "Content-Type: text/xml; charset=utf-8"))
    assert "unexpected content type text/xml instead" in error.message
    assert (error.maybe_billed, error.most_attempts) == (True, 3)


@pytest.mark.parametrize("ask", [Talk.synthesize, Talk.stream])
@pytest.mark.parametrize("body", [b"{}", b"data:{}\n\n", b'{"output":{"audio":{}}}'])
def test_an_answer_without_sound_is_asked_for_again_a_few_times(
    ask: Callable[[Talk], object], body: bytes
) -> None:
    """It may have been billed."""
    error = error_of(ask, http(body))
    assert "no audio in the response" in error.message
    assert (type(error), error.maybe_billed, error.most_attempts) == (NetworkError, True, 3)


def test_events_that_nobody_asked_for_are_joined() -> None:
    """All sound, and the address and the bill wherever they stand; what follows the mark is nothing."""
    first = b'data:{"output":{"audio":{"data":"AAE=","url":"https://a.x/b.wav"}}}\n\n'
    for body in (PIECE + LAST + PIECE + DONE + REFUSED, LAST + PIECE + PIECE):
        with answered(http(body)) as talk:
            answer = talk.synthesize()
        assert (answer.audio, answer.url, answer.metered) == (
            b"\0\1\0\1",
            "https://a.x/a.wav",
            Metered(3),
        )
    with answered(http(first + PIECE)) as talk:
        assert talk.synthesize().url == "https://a.x/b.wav"
    assert type(error_of(Talk.synthesize, http(PIECE + REFUSED))) is RejectedError


def test_a_stream_gives_each_piece_until_its_last() -> None:
    """The last says so, or a mark stands behind it."""
    with answered(http(PIECE + PIECE + LAST + REFUSED, EVENTS)) as talk:
        answers = talk.stream()
    assert [(answer.audio, answer.is_last) for answer in answers] == [
        (b"\0\1", False),
        (b"\0\1", False),
        (b"", True),
    ]
    assert b"X-DashScope-SSE: enable" in talk.server.requests[0]
    with answered(http(WHOLE)) as talk:
        talk.synthesize()
    assert b"SSE" not in talk.server.requests[0]
    with answered(http(PIECE + DONE + REFUSED, EVENTS)) as talk:
        answers = talk.stream()
    assert [(answer.audio, answer.is_last) for answer in answers] == [(b"\0\1", False), (b"", True)]


def test_a_stream_that_ends_before_its_end_is_none() -> None:
    error = error_of(Talk.stream, http(PIECE, EVENTS))
    assert "the stream ended early" in error.message
    assert error.maybe_billed
    assert type(error_of(Talk.stream, http(DONE, EVENTS))) is NetworkError


def test_a_stream_is_no_larger_than_any_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two bytes a piece: what is as large as allowed is given, and nothing beyond it."""
    monkeypatch.setattr(client_module, "MAX_AUDIO_BYTES", 4)
    with answered(http(PIECE * 2 + LAST, EVENTS)) as talk:
        assert len(talk.stream()) == 3
    assert "the audio is larger" in error_of(Talk.stream, http(PIECE * 3 + LAST, EVENTS)).message


@pytest.mark.parametrize(
    "answer",
    [
        http(WHOLE, "Content-Type: application/json"),
        http(WHOLE),
    ],
)
def test_a_whole_answer_instead_of_a_stream_is_taken(answer: bytes) -> None:
    with answered(answer) as talk:
        assert [piece.url for piece in talk.stream()] == ["https://a.x/a.wav"]


@pytest.mark.parametrize(
    "event",
    [
        REFUSED,
        b'event:error\ndata:{"code":"InvalidParameter","message":"no"}\n\n',
        b':HTTP_STATUS/400\nevent:error\ndata:{"message":"no"}\n\n',
    ],
)
def test_a_refusal_in_a_stream_is_one(event: bytes) -> None:
    """By its code, or by the name of its event."""
    error = error_of(Talk.stream, http(PIECE + event, EVENTS))
    assert type(error) is RejectedError
    assert "no" in error.message


def test_a_refusal_names_what_was_asked_for_and_by_whom() -> None:
    """Also where it is called a stream."""
    body = b'{"code":"ModelNotFound","message":"Model can not be found."}'
    for answer in (http(body, status="404 X"), http(body, EVENTS, status="404 X"), http(body)):
        error = error_of(Talk.stream, answer)
        assert "does not know model qwen3-tts-flash (asked: 127.0.0.1:" in error.message
    body = b'{"code":"VoiceNotFound","message":"Voice not found"}'
    assert "does not accept voice Cherry" in error_of(Talk.synthesize, http(body, status="400 X")).message
    error = error_of(Talk.get, http(b'{"code":"ModelNotFound"}', status="404 X"))
    assert "does not know what it was asked" in error.message


@pytest.mark.parametrize("ask", [Talk.synthesize, Talk.stream, Talk.get])
def test_a_refusal_says_how_long_to_wait_and_has_its_number(ask: Callable[[Talk], object]) -> None:
    error = error_of(ask, http(b"", "Retry-After: 7", "x-request-id: r-1", status="429 X"))
    assert isinstance(error, Throttled)
    assert (error.retry_after_s, error.request_id) == (7.0, "r-1")


def test_a_refusal_is_read_no_further_than_anybody_reads() -> None:
    """An error without an end does not hold the program; 64 KiB are read."""
    head, said = b"HTTP/1.1 400 X\r\n\r\n", b'{"code":"VoiceNotFound","message":"no"}'
    start, length = head + said, len(head) + (64 << 10)
    whole = head + said.rjust(64 << 10)
    assert "does not accept voice" in error_of(Talk.synthesize, whole).message

    def hold(line: socket.socket, server: RawServer) -> None:
        read_request(line, server)
        line.sendall(start.ljust(length + 1))
        line.recv(1)  # until the client leaves

    with (
        serving(hold) as server,
        SpeechClient(
            custom_endpoint(server.base_url), ApiKey(KEY), timeouts=Timeouts(), audio_host_suffix=""
        ) as client,
        pytest.raises(RejectedError),
    ):
        client.synthesize(REQUEST)
