"""Streams of sound: only a whole one is a success, wherever it breaks and however it is written."""

from __future__ import annotations

import base64
import json
import random
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.audio.stream import StreamDecoder
from qwentts_cli.audio.wav import wav_header
from qwentts_cli.dashscope.client import SpeechClient
from qwentts_cli.dashscope.endpoint import custom_endpoint
from qwentts_cli.dashscope.request import SynthesisRequest
from qwentts_cli.dashscope.transport.pace import Pace
from qwentts_cli.dashscope.transport.session import Timeouts
from qwentts_cli.errors import NetworkError, QwenTTSError
from qwentts_cli.sandbox.server import Sandbox
from qwentts_cli.settings.credentials import ApiKey
from tests.conftest import at
from tests.reliability.raw_server import answering, serving
from tests.tones import read_back

if TYPE_CHECKING:
    from tests.conftest import Qwentts
    from tests.reliability.forked import ForkedQwentts
    from tests.reliability.raw_server import RawServer

REQUEST = SynthesisRequest("Hi.", "Cherry", "qwen3-tts-flash")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
PCM = bytes(range(256)) * 20
PIECES = 20


def frame(number: int, data: bytes, reason: str) -> bytes:
    audio = {"data": base64.b64encode(data).decode(), "url": "" if data else "http://127.0.0.1/x"}
    document = {"request_id": "r-1", "output": {"finish_reason": reason, "audio": audio}}
    return f"id:{number}\nevent:result\n:HTTP_STATUS/200\ndata:{json.dumps(document)}\n\n".encode()


def stream_of(sound: bytes) -> bytes:
    size = -(-len(sound) // PIECES)
    pieces = [sound[start : start + size] for start in range(0, len(sound), size)]
    frames = [frame(number, piece, "null") for number, piece in enumerate(pieces)]
    return b"".join(frames) + frame(len(pieces), b"", "stop")


def listen(server: RawServer, **timeouts: float) -> bytes:
    """The sound of one stream; raises where it is not whole."""
    limits = Timeouts(**{"total": 30.0, "idle": 30.0, **timeouts})
    decoder, heard = StreamDecoder(), b""
    with SpeechClient(
        custom_endpoint(server.base_url), ApiKey("sk-test", "a test"), timeouts=limits, audio_host_suffix=".x"
    ) as client:
        for answer in client.stream(REQUEST):
            pcm = decoder.feed(answer.audio) if answer.audio else None
            heard += pcm.data if pcm else b""
    decoder.finish()
    return heard


@pytest.mark.parametrize("header", [b"", wav_header(len(PCM), 24000), wav_header(None, 24000)])
def test_a_stream_with_or_without_a_header(header: bytes) -> None:
    """The first chunk may start with a WAV header; the sound is the same."""
    with serving(answering(HEAD + stream_of(header + PCM))) as server:
        assert listen(server) == PCM


def test_a_stream_that_was_cut_is_never_a_success() -> None:
    """After any byte but the last: an error of the network, told as possibly billed."""
    whole = stream_of(PCM)
    random_cuts = random.Random(1).sample(range(len(whole) - 2), 30)
    edges = [position + 2 for position in range(len(whole) - 2) if whole[position : position + 2] == b"\n\n"]
    for cut in {0, 1, *random_cuts, *edges[:-1]}:
        with serving(answering(HEAD + whole[:cut])) as server, pytest.raises(QwenTTSError) as raised:
            listen(server)
        assert isinstance(raised.value, NetworkError), cut
        assert raised.value.maybe_billed


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b"\n", b"\r"),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"data:", b"data: "),
        lambda data: data.replace(b"id:", b":keep-alive\n\n: x\nretry: 1\nid:"),
        lambda data: data[:-1],
        lambda data: data[:-2],
    ],
    ids=["CRLF", "CR", "BOM", "space", "comments", "one line end", "no line end"],
)
def test_the_same_stream_written_otherwise(change: object) -> None:
    """The framing's freedoms change nothing."""
    assert callable(change)
    with serving(answering(HEAD + change(stream_of(PCM)))) as server:
        assert listen(server) == PCM


def test_a_stream_byte_by_byte() -> None:
    """Wherever the network cuts it into pieces."""
    whole = HEAD + stream_of(PCM[:512])
    with serving(answering(*(whole[place : place + 1] for place in range(len(whole))))) as server:
        assert listen(server) == PCM[:512]


def test_comments_do_not_keep_a_stream_alive() -> None:
    """Idle is counted from sound to sound, not from byte to byte."""
    first = frame(0, PCM[:100], "null")
    with serving(answering(HEAD + first, *[b":alive\n\n"] * 400, every_s=0.02)) as server:
        with pytest.raises(NetworkError, match="too slow"):
            listen(server, idle=0.3, total=20)
        assert len(server.requests) == 1


def test_a_stream_may_take_long_as_long_as_it_speaks() -> None:
    """The idle time starts over with each sound."""
    frames = [frame(number, PCM[:100], "null") for number in range(30)]
    with serving(answering(HEAD, *frames, frame(30, b"", "stop"), every_s=0.08)) as server:
        assert listen(server, idle=2, total=50) == PCM[:100] * 30


def test_a_slow_listener_is_no_slow_server() -> None:
    """Only waiting for the other side counts against it."""
    pace = Pace(1.0, least=10)
    for _ in range(50):
        pace.wait(0.09)
        pace.gain(1)
    pace.wait(0.99)
    pace.gain(9)
    with pytest.raises(TimeoutError):
        pace.wait(1.1)


def test_a_download_that_trickles_is_given_up() -> None:
    """Under a kilobyte a second for the whole of the idle time."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    with serving(answering(head, *[b"x" * 10] * 300, every_s=0.02)) as server:
        limits = Timeouts(total=20, idle=0.3)
        with (
            SpeechClient(
                custom_endpoint(server.base_url), ApiKey("sk-a", "x"), timeouts=limits, audio_host_suffix=".x"
            ) as client,
            pytest.raises(NetworkError, match="too slow") as raised,
        ):
            client.download(f"http://127.0.0.1:{server.port}/audio")
    assert not raised.value.maybe_billed


@pytest.mark.parametrize(
    ("faults", "posts", "code"),
    [
        ("sse:reset=1*1", 1, 5),
        ("sse:cut-frame=1*1", 1, 5),
        ("sse:error-mid=Throttling.RateQuota*1", 1, 4),
        ("sse:reset=0*1", 2, 0),
        ("sse:error-first=Throttling.RateQuota*1", 2, 0),
    ],
)
def test_what_was_heard_is_not_said_twice(qwentts: ForkedQwentts, faults: str, posts: int, code: int) -> None:
    """A stream starts over only as long as no sound of it was given out."""
    with Sandbox(voice_engine="tones", faults=faults) as server:
        result = at(qwentts, server)("say", "Hello there.", "-o", "-", code=code)
        assert sum(record.phase == "sse" for record in server.ledger) == posts
    if not code:
        assert read_back(result.stdout) == "Hello there."


def test_a_stream_becomes_an_object_of_the_cache(online: Qwentts, sandbox: Sandbox) -> None:
    """What was heard once is free the next time, and the same."""
    first = online("say", "Hello.", "-o", "-").stdout
    assert online("say", "Hello.", "-o", "-").stdout == first
    assert [record.phase for record in sandbox.ledger] == ["sse"]
