"""Each kind of fault in a stream, seen on the wire by a client that believes nothing."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace

import pytest

from qwentts_cli.sandbox.faults.fault_script import fault_kinds
from qwentts_cli.sandbox.formats.wav_header import wav_header
from qwentts_cli.sandbox.server import Sandbox
from qwentts_cli.sandbox.voices.engine import Utterance
from qwentts_cli.sandbox.voices.tones import ToneVoice
from tests.sandbox.raw_http import Heard, say
from tests.tones import read_back_pcm

TEXT = "hi 世"
UNITS = 5
SOUND = b"".join(ToneVoice().speak(Utterance(TEXT, "Cherry")))
# How long silence must last to be taken for one; only `stall` needs it short.
PATIENCE_S = 1.0
# When to stop listening to what never ends.
CAPS = {"endless-line": 300_000, "comments-only": 700}
UNBILLED = {"error-first", "error-sse-body", "recorded"}

Sees = Callable[[Heard], bool]


def streamed(heard: Heard) -> bool:
    return read_back_pcm(heard.sound) == TEXT


def streamed_frames(heard: Heard) -> str:
    """What the frames say before the one that is no JSON."""
    return read_back_pcm(replace(heard, raw=heard.raw.replace(b"data:[DONE]", b"xxxx:[DONE]")).sound)


def first_sound(heard: Heard) -> bytes:
    return base64.b64decode(heard.payloads[0]["output"]["audio"]["data"])


def kind_of(rule: str) -> str:
    return rule.partition("=")[0]


SSE: dict[str, Sees] = {
    "riff": lambda h: h.sound == wav_header(0x7FFFFFFF) + SOUND,
    "riff-split": lambda h: h.sound == wav_header(0x7FFFFFFF) + SOUND and len(first_sound(h)) == 20,
    "odd": lambda h: streamed(h) and len(first_sound(h)) % 2 == 1,
    "bad-base64": lambda h: (
        h.payloads[0]["output"]["audio"]["data"] == "!not*base64" and h.raw.endswith(b"\r\n0\r\n\r\n")
    ),
    "out-of-order": lambda h: h.body.startswith(b"id:2\n") and b"\n\nid:1\n" in h.body and h.sound != SOUND,
    "missing-optionals": lambda h: streamed(h) and all(set(payload) == {"output"} for payload in h.payloads),
    "crlf": lambda h: h.body.endswith(b"\r\n\r\n") and h.body.count(b"\n") == h.body.count(b"\r\n"),
    "bom": lambda h: h.body.startswith(b"\xef\xbb\xbfid:1\n") and h.body.count(b"\xef\xbb\xbf") == 1,
    "space-after-colon": lambda h: h.body.startswith(b"id: 1\nevent: result\n:HTTP_STATUS/200\ndata: {"),
    "comments": lambda h: streamed(h) and h.body.startswith(b":keep-alive\n\nid:1\n"),
    "multi-data": lambda h: b"data:{\ndata: " in h.body,
    "one-byte-writes": lambda h: streamed(h) and max(map(len, h.chunks)) == 1,
    "no-final-blank": lambda h: streamed(h) and h.body.endswith(b"}"),
    "comments-only=0.001": lambda h: h.raw.count(b":keep-alive\n\n") > 5 and b"data:" not in h.raw,
    "slow=0.001": streamed,
    "no-stop": lambda h: streamed(h) and b'"stop"' not in h.body and h.raw.endswith(b"\r\n0\r\n\r\n"),
    "cut-frame=2": lambda h: h.body.count(b"\n\n") == 2 and not h.body.endswith(b"\n\n") and h.end == "eof",
    "reset=2": lambda h: h.body.count(b"\n\n") == 2 and h.end == "reset",
    "stall=2": lambda h: h.body.count(b"\n\n") == 2 and h.end == "silence",
    "endless-line": lambda h: h.end == "enough" and h.raw.count(b"data:") == 1,
    "error-mid": lambda h: (
        b'id:2\nevent:error\n:HTTP_STATUS/429\ndata:{"code":"Throttling.AllocationQuota"' in h.body
    ),
    "error-first=InternalError": lambda h: (
        h.status == 200 and h.body.startswith(b"id:1\nevent:error\n:HTTP_STATUS/500\ndata:")
    ),
    "error-sse-body=InvalidParameter": lambda h: (
        (h.status, h.headers["content-type"]) == (400, "application/json")
        and h.body.startswith(b"id:1\nevent:error\n:HTTP_STATUS/400\ndata:")
    ),
    "done": lambda h: streamed_frames(h) == TEXT and h.body.endswith(b"\n\ndata:[DONE]\n\n"),
    "done=instead": lambda h: b'"stop"' not in h.body and h.body.endswith(b"\n\ndata:[DONE]\n\n"),
    "data-uri": lambda h: h.payloads[0]["output"]["audio"]["data"].startswith("data:audio/wav;base64,"),
    "silent": lambda h: (
        len(h.payloads) == 1 and h.sound == b"" and "url" not in h.payloads[0]["output"]["audio"]
    ),
    "recorded=engine-411": lambda h: (
        h.status == 200 and b"event:error\n:HTTP_STATUS/400\n" in h.body and b"Engine error [411]" in h.body
    ),
    "json-instead": lambda h: (
        h.headers["content-type"] == "application/json" and h.json["output"]["finish_reason"] == "stop"
    ),
}


@pytest.mark.parametrize("rule", SSE)
def test_a_stream_goes_wrong(rule: str) -> None:
    """The stream is spoilt as announced; it is billed unless it was refused at once."""
    silent = {"patience": PATIENCE_S} if kind_of(rule) == "stall" else {}
    with Sandbox(voice_engine="tones", faults=f"sse:{rule}") as sandbox:
        heard = say(sandbox, TEXT, stream=True, cap=CAPS.get(kind_of(rule), 20_000_000), **silent)
        [record] = sandbox.ledger
    assert SSE[rule](heard)
    assert record.billed == (0 if kind_of(rule) in UNBILLED else UNITS)
    assert record.fault == f"sse:{rule}"


@pytest.mark.parametrize("rule", [rule for rule in SSE if kind_of(rule) not in UNBILLED])
def test_a_bad_request_is_refused_under_any_fault(rule: str) -> None:
    """Faults spoil good answers; what is wrong is still answered with its error, in one piece."""
    with Sandbox(voice_engine="tones", faults=f"sse:{rule}") as sandbox:
        heard = say(sandbox, TEXT, stream=True, voice="nobody")
    assert (heard.status, heard.json["code"]) == (400, "InvalidParameter")


def test_every_kind_is_tested() -> None:
    """A new kind without a row above fails here."""
    kinds = {name.removeprefix("sse:") for name in fault_kinds() if name.startswith("sse:")}
    assert {name.partition("=")[0].partition("[")[0] for name in kinds} == {kind_of(rule) for rule in SSE}
