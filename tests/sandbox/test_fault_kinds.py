"""Each kind of fault, seen on the wire by a client that believes nothing."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import struct
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from qwentts_cli.sandbox.faults.fault_script import fault_kinds
from qwentts_cli.sandbox.formats.checksums import crc64
from qwentts_cli.sandbox.formats.wav_header import wav_file, wav_header
from qwentts_cli.sandbox.server import Sandbox
from qwentts_cli.sandbox.voices.engine import Utterance
from qwentts_cli.sandbox.voices.tones import ToneVoice
from tests.sandbox.raw_http import CUSTOMIZATION, KEY, Heard, ask, fetch, say
from tests.tones import NotTones, read_back

TEXT = "hello 世界"
UNITS = 10
SOUND = wav_file(b"".join(ToneVoice().speak(Utterance(TEXT, "Cherry"))))
# How long silence must last to be taken for one; only kinds that fall silent need it short.
PATIENCE_S = 1.0
# When to stop listening to what never ends or takes its time.
CAPS = {"endless": 300_000, "huge-json": 300_000, "drip-headers": 80, "drip-body": 600}

Sees = Callable[[Heard], bool]


def url_of(heard: Heard) -> object:
    return heard.json["output"]["audio"]["url"]


def sizes(heard: Heard) -> tuple[int, int]:
    """RIFF and data size of a WAV header."""
    return struct.unpack_from("<I", heard.body, 4)[0], struct.unpack_from("<I", heard.body, 40)[0]


def share(per_cent: int) -> int:
    return (len(SOUND) - 44) * per_cent // 100 // 2 * 2


def says(heard: Heard) -> bool:
    return read_back(heard.body) == TEXT


def damaged(heard: Heard) -> bool:
    """Whether the body is not the sound that the text has."""
    try:
        return read_back(heard.body) != TEXT or heard.body != SOUND
    except NotTones:
        return True


def md5_holds(heard: Heard) -> bool:
    return base64.b64decode(heard.headers["content-md5"]) == hashlib.md5(heard.body).digest()


def crc_holds(heard: Heard) -> bool:
    return heard.headers["x-oss-hash-crc64ecma"] == str(crc64(heard.body))


def unproved(heard: Heard) -> bool:
    return not {"content-md5", "etag", "x-oss-hash-crc64ecma"} & set(heard.headers)


def short(heard: Heard) -> bool:
    return heard.end == "eof" and 0 < len(heard.body) < int(heard.headers["content-length"])


def retry_date(heard: Heard) -> float:
    dates = [parsedate_to_datetime(heard.headers[name]) for name in ("retry-after", "date")]
    return (dates[0] - dates[1]).total_seconds()


def code(heard: Heard) -> object:
    return heard.json["code"]


# Kinds of `post` and `get` alike: the rule, and what must be seen.
BOTH: dict[str, Sees] = {
    "retry-after=soon": lambda h: h.status == 429 and h.headers["retry-after"] == "soon",
    "retry-after=86400": lambda h: h.status == 429 and h.headers["retry-after"] == "86400",
    "retry-after-date=90": lambda h: h.status == 429 and retry_date(h) == 90,
    "reset": lambda h: (h.raw, h.end) == (b"", "reset"),
    "reset-after": lambda h: (h.raw, h.end) == (b"", "reset"),
    "close": lambda h: (h.raw, h.end) == (b"", "eof"),
    "stall": lambda h: (h.raw, h.end) == (b"", "silence"),
    "drip-headers=0.001": lambda h: h.head.startswith("HTTP/1.1 2") and h.pieces > 50,
    "drip-body=0.001": lambda h: h.status == 200 and h.pieces > 50,
    "garbage": lambda h: bool(h.raw) and not h.raw.startswith(b"HTTP"),
    "huge-headers": lambda h: max(map(len, h.headers.values())) == 70_000,
    "many-headers=120": lambda h: len(h.headers) > 120,
    "html": lambda h: h.status == 200 and h.body.startswith(b"<!DOCTYPE html>"),
    "xml": lambda h: h.status == 200 and h.body.startswith(b"<?xml"),
    "gzip": lambda h: h.headers["content-encoding"] == "gzip" and len(gzip.decompress(h.body)) > 300,
    "gzip-bomb": lambda h: len(h.body) < 60_000 and len(gzip.decompress(h.body)) == 52_428_800,
    "redirect=307": lambda h: h.status == 307 and h.headers["location"].startswith("http://localhost"),
    "cut": short,
    "overlong": lambda h: len(h.body) > int(h.headers["content-length"]),
    "close-delimited": lambda h: unproved(h) and not {"content-length", "transfer-encoding"} & set(h.headers),
    "close-delimited=cut": lambda h: unproved(h) and "content-length" not in h.headers,
    "chunked": lambda h: h.raw.endswith(b"\r\n0\r\n\r\n"),
    "chunked-cut": lambda h: h.end == "eof" and not h.raw.endswith(b"0\r\n\r\n") and len(h.body) > 0,
    "wrong-type": lambda h: h.headers["content-type"] == "text/plain",
    "endless": lambda h: h.end == "enough",
}
POST: dict[str, Sees] = {
    **BOTH,
    "status=503": lambda h: (h.status, code(h)) == (503, "ModelUnavailable"),
    "status=401": lambda h: (h.status, code(h)) == (401, "InvalidApiKey"),
    "status=520": lambda h: (h.status, code(h)) == (520, "UnknownError"),
    "hang-up": lambda h: h.json["output"]["finish_reason"] == "stop",
    "code=Arrearage": lambda h: (h.status, code(h)) == (400, "Arrearage"),
    "code=Throttling.AllocationQuota": lambda h: h.status == 429,
    "code=AllocationQuota.FreeTierOnly": lambda h: h.status == 403,
    "json-error-in-200": lambda h: (h.status, code(h)) == (200, "Throttling.RateQuota"),
    "recorded=engine-411": lambda h: h.status == 400 and "Engine error [411]" in h.json["message"],
    "recorded=weekly-quota": lambda h: h.status == 429 and h.json["message"] == "weekly quota exhausted",
    "recorded=401-empty": lambda h: (h.status, h.json) == (401, {}),
    "error-event": lambda h: h.status == 200 and b"event:error\n:HTTP_STATUS/429\ndata:" in h.body,
    "empty-object": lambda h: h.json == {},
    "null": lambda h: h.body == b"null",
    "list": lambda h: h.json == [],
    "nan": lambda h: b"NaN" in h.body and b"9" * 5_000 in h.body,
    "deep-json": lambda h: h.body.count(b"[") == 100_000,
    "huge-json": lambda h: h.headers["content-length"] == "9437197" and h.end == "enough",
    "truncated-json": lambda h: not h.body.endswith(b"}") and len(h.body) == int(h.headers["content-length"]),
    "bad-url=file": lambda h: str(url_of(h)).startswith("file:///"),
    "bad-url=ftp": lambda h: str(url_of(h)).startswith("ftp://127."),
    "bad-url=javascript": lambda h: str(url_of(h)).startswith("javascript:"),
    "bad-url=no-scheme": lambda h: str(url_of(h)).startswith("//127."),
    "bad-url=userinfo": lambda h: str(url_of(h)).startswith("http://user:secret@127."),
    "bad-url=other-host": lambda h: str(url_of(h)).startswith("http://localhost:"),
    "bad-url=look-alike": lambda h: ".aliyuncs.com.example.com/" in str(url_of(h)),
    "bad-url=backslash": lambda h: "\\.aliyuncs.com/audio" in str(url_of(h)),
    "bad-url=homograph": lambda h: not str(url_of(h)).isascii(),
    "bad-url=ip": lambda h: str(url_of(h)).startswith("http://192.0.2.1/"),
    "bad-url=private": lambda h: "169.254.169.254" in str(url_of(h)),
    "bad-url=number": lambda h: "//2130706433:" in str(url_of(h)),
    "bad-url=port22": lambda h: ":22/audio/" in str(url_of(h)),
    "bad-url=crlf": lambda h: "\r\n" in str(url_of(h)),
    "bad-url=long": lambda h: len(str(url_of(h))) > 5_000,
    "bad-url=empty": lambda h: url_of(h) == "",
    "bad-url=not-string": lambda h: url_of(h) == 7,
    "bad-url=gopher://example.com:70/": lambda h: url_of(h) == "gopher://example.com:70/",
    "no-url": lambda h: "url" not in h.json["output"]["audio"],
    "missing-optionals": lambda h: (
        set(h.json) == {"output"} and set(h.json["output"]["audio"]) == {"data", "url"}
    ),
}
GET: dict[str, Sees] = {
    **BOTH,
    "status=503": lambda h: h.status == 503 and b"<Code>ServiceUnavailable</Code>" in h.body,
    "hang-up": says,
    "header0": lambda h: sizes(h) == (0, 0) and md5_holds(h),
    "header-7fffffff": lambda h: sizes(h) == (0x7FFFFFFF + 36, 0x7FFFFFFF) and md5_holds(h),
    "header-ffffffff": lambda h: sizes(h) == (0xFFFFFFFF, 0xFFFFFFFF) and md5_holds(h),
    "header-bigger": lambda h: sizes(h)[1] == len(h.body) - 44 + 48_000 and md5_holds(h),
    "riff-list": lambda h: h.body[36:40] == b"LIST" and sizes(h)[0] == len(h.body) - 8 and says(h),
    "format=rate0": lambda h: h.body[24:28] == bytes(4) and md5_holds(h),
    "format=channels0": lambda h: h.body[22:24] == bytes(2),
    "format=bits0": lambda h: h.body[34:36] == bytes(2),
    "format=stereo": lambda h: h.body[22] == 2,
    "format=8bit": lambda h: h.body[34] == 8,
    "format=44100": lambda h: h.body[24:26] == struct.pack("<H", 44_100),
    "odd": lambda h: len(h.body) == len(SOUND) + 1 and md5_holds(h),
    "flip": lambda h: damaged(h) and not md5_holds(h) and len(h.body) == len(SOUND),
    "flip-silent": lambda h: damaged(h) and unproved(h) and len(h.body) == len(SOUND),
    "no-checksum": lambda h: says(h) and unproved(h),
    "crc-only": lambda h: says(h) and crc_holds(h) and "content-md5" not in h.headers,
    "crc-only=flip": lambda h: damaged(h) and not crc_holds(h),
    "empty-body": lambda h: h.body == b"" and h.headers["content-length"] == "0",
    "empty-wav": lambda h: h.body == wav_header(0),
    "not-wav": lambda h: h.headers["content-type"] == "audio/wav" and h.body.startswith(b"<!DOCTYPE html>"),
    "not-wav=xml": lambda h: h.body.startswith(b"<?xml") and md5_holds(h),
    "not-wav=json": lambda h: h.json["code"] == "InternalError",
    "not-wav=mp3": lambda h: h.body.startswith(b"ID3"),
    "unprovable": lambda h: unproved(h) and "content-length" not in h.headers and sizes(h)[1] == 0xFFFFFFFF,
    "short": lambda h: len(h.body) == 44 + share(40) and sizes(h)[1] == len(h.body) - 44 and md5_holds(h),
    "short=75": lambda h: h.body[44:] == SOUND[44 : 44 + share(75)],
    "silence": lambda h: h.body[44:] == bytes(len(SOUND) - 44) and md5_holds(h),
    "silence=50": lambda h: h.body.endswith(bytes(share(50))) and h.body[44:15_000] == SOUND[44:15_000],
    "long": lambda h: read_back(h.body) == TEXT * 3 and md5_holds(h),
    "long=150": lambda h: len(h.body) == 44 + share(150),
    "container": lambda h: h.headers["content-type"] == "audio/mpeg" and says(h),
    "container=opus": lambda h: h.headers["content-type"] == "audio/ogg" and says(h),
    "container=pcm": lambda h: h.body == SOUND[44:],
    "expired": lambda h: h.status == 403 and b"expired" in h.body,
    "forbidden": lambda h: h.status == 403 and b"expired" not in h.body,
    "notfound": lambda h: h.status == 404 and b"NoSuchKey" in h.body,
}
# The kinds of `post` after which the client has been billed.
BILLED = {
    name.removeprefix("post:").partition("=")[0].partition("[")[0]
    for name, text in fault_kinds().items()
    if name.startswith("post:") and text.endswith("; billed")
}


def kind_of(rule: str) -> str:
    return rule.partition("=")[0]


def listening(rule: str) -> dict[str, Any]:
    silent = {"patience": PATIENCE_S} if kind_of(rule) == "stall" else {}
    return silent | {"cap": CAPS.get(kind_of(rule), 20_000_000)}


@pytest.mark.parametrize("rule", POST)
def test_a_synthesis_goes_wrong(rule: str) -> None:
    """The answer is spoilt as announced, and billed if and only if the help says so."""
    with Sandbox(voice_engine="tones", faults=f"post:{rule}") as sandbox:
        heard = say(sandbox, TEXT, **listening(rule))
        [record] = sandbox.ledger
    assert POST[rule](heard)
    assert record.billed == (UNITS if kind_of(rule) in BILLED else 0)
    assert record.fault == f"post:{rule}"
    assert record.status == (heard.status if heard.raw.startswith(b"HTTP") else 0)


@pytest.mark.parametrize("rule", GET)
def test_a_download_goes_wrong(rule: str) -> None:
    """The audio is spoilt as announced; downloads never cost anything, and the synthesis was in order."""
    with Sandbox(voice_engine="tones", faults=f"get:{rule}") as sandbox:
        heard = fetch(sandbox, say(sandbox, TEXT), **listening(rule))
        paid, record = sandbox.ledger
    assert GET[rule](heard)
    assert (paid.billed, paid.fault) == (UNITS, "")
    assert (record.billed, record.fault) == (0, f"get:{rule}")


def test_every_kind_is_tested() -> None:
    """A new kind without a row above fails here."""
    combined = {"latency", "refuse", "limit", "data-only"}
    for phase, table in (("post", POST), ("get", GET)):
        kinds = {
            name.partition(":")[2].partition("=")[0].partition("[")[0]
            for name in fault_kinds()
            if name.startswith(f"{phase}:")
        }
        assert kinds - combined == {kind_of(rule) for rule in table}


def test_latency_waits_and_ends_with_the_sandbox() -> None:
    """It waits before it answers; a sandbox that stops does not wait for it."""
    with Sandbox(voice_engine="tones", faults="post:latency=60") as sandbox:
        assert say(sandbox, patience=PATIENCE_S).end == "silence"
    with Sandbox(voice_engine="tones", faults="get:latency=0.05,get:expired") as sandbox:
        assert fetch(sandbox, say(sandbox)).status == 403
        assert sandbox.ledger[-1].fault == "get:latency=0.05,get:expired"


def test_hang_up_closes_without_a_word() -> None:
    """The client may think that the connection lives on."""
    with Sandbox(voice_engine="tones", faults="post:hang-up") as sandbox:
        heard = say(sandbox)
    assert heard.end == "eof"
    assert json.loads(heard.body)["output"]["finish_reason"] == "stop"


def test_the_sound_may_come_in_the_answer() -> None:
    """Base64 in a whole answer, and nothing to download."""
    with Sandbox(voice_engine="tones", faults="post:data-only") as sandbox:
        audio = say(sandbox, TEXT).json["output"]["audio"]
    assert base64.b64decode(audio["data"]) == SOUND
    assert "url" not in audio


def test_faults_leave_other_routes_alone() -> None:
    """Only synthesis and downloads have faults."""
    with Sandbox(voice_engine="tones", faults="post:reset,get:reset,sse:reset") as broken:
        body = b'{"model":"qwen-voice-enrollment","input":{"action":"list"}}'
        assert ask(broken, "POST", CUSTOMIZATION, body, KEY).status == 200
