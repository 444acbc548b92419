from __future__ import annotations

import base64
import hashlib
import struct
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.audio_store import AudioStore
from qwentts_cli.sandbox.formats.checksums import crc64
from qwentts_cli.sandbox.server import Sandbox
from qwentts_cli.sandbox.speech_file import SpeechFile
from qwentts_cli.sandbox.voices.engine import Utterance
from qwentts_cli.sandbox.voices.tones import ToneVoice
from tests.sandbox.raw_http import KEY, ask, connect, fetch, listen, say

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 24 * 3600


class CountingVoice:
    """Tones, and how often they were asked for."""

    name = "counting"

    def __init__(self) -> None:
        self.spoken: list[str] = []

    def speak(self, utterance: Utterance) -> Iterator[bytes]:
        self.spoken.append(utterance.text)
        return ToneVoice().speak(utterance)


def test_the_file_is_a_canonical_wav(sandbox: Sandbox) -> None:
    """44 bytes of header that tell the truth: 24 kHz, mono, 16 bits, the real sizes."""
    body = fetch(sandbox, say(sandbox)).body
    assert struct.unpack("<4sI4s4sIHHIIHH4sI", body[:44]) == (
        *(b"RIFF", len(body) - 8, b"WAVE"),
        *(b"fmt ", 16, 1, 1, 24_000, 48_000, 2, 16),
        *(b"data", len(body) - 44),
    )


def test_checksums_are_those_of_the_body(sandbox: Sandbox) -> None:
    """Content-MD5 and ETag always, the CRC-64 of OSS with small files."""
    small, large = (fetch(sandbox, say(sandbox, text)) for text in ("hi", "a longer text"))
    for answer in (small, large):
        digest = hashlib.md5(answer.body)
        assert base64.b64decode(answer.headers["content-md5"]) == digest.digest()
        assert answer.headers["etag"] == f'"{digest.hexdigest().upper()}"'
        assert answer.headers["content-length"] == str(len(answer.body))
    assert small.headers["x-oss-hash-crc64ecma"] == str(crc64(small.body))
    assert "x-oss-hash-crc64ecma" not in large.headers


def test_crc64_is_the_published_one() -> None:
    """The check value of CRC-64/XZ."""
    assert crc64(b"123456789") == 0x995DC9BBDF1939FA


def test_a_url_lives_a_day() -> None:
    """To the last second of 24 hours it works, as often as asked; then it is 403 XML."""
    now = [1_800_000_000.5]
    with Sandbox(voice_engine="tones", clock=lambda: now[0]) as sandbox:
        answer = say(sandbox)
        body = fetch(sandbox, answer).body
        now[0] += DAY - 1
        assert fetch(sandbox, answer).body == body
        now[0] += 1
        late = fetch(sandbox, answer)
        assert (late.status, late.headers["content-type"]) == (403, "application/xml")
        assert b"<Code>AccessDenied</Code>" in late.body
        assert b"expired" in late.body


def test_a_signature_cannot_be_made_up(sandbox: Sandbox) -> None:
    """Another expiry, another object, no signature or a foreign alphabet: 403; an unknown object is 404."""
    path = say(sandbox).audio_path
    plain, _, query = path.partition("?")
    for bad in (
        plain,
        f"{plain}x?{query}",
        path.replace("Expires=", "Expires=9"),
        f"{plain}?Expires=x",
        path[:-4],
        f"{plain}?Signature=%C3%A9%ff",
    ):
        assert ask(sandbox, "GET", bad).status == 403, bad
    assert ask(sandbox, "GET", path).status == 200


def test_the_key_must_not_be_sent_along(sandbox: Sandbox) -> None:
    """Like OSS, the audio host refuses a request that carries a key beside the signature."""
    answer = ask(sandbox, "GET", say(sandbox).audio_path, headers=KEY)
    assert (answer.status, answer.headers["content-type"]) == (400, "application/xml")


def test_an_old_sound_is_spoken_again() -> None:
    """Only the latest 32 MB are kept; the URLs of older ones still give the very same bytes."""
    voice = CountingVoice()
    store = AudioStore(voice, base="http://x", clock=lambda: 0.0)
    utterance = Utterance("an old text", "Cherry")
    published = store.publish(SpeechFile(utterance=utterance))
    query = published.url.partition("?")[2]
    pcm = b"".join(ToneVoice().speak(utterance))
    store.keep(published.path, pcm)
    assert store.fetch(published.path, query)[1] == pcm
    assert voice.spoken == []
    for number in range(9):
        store.keep(f"/audio/{number}", bytes(4_000_000))
    assert store.fetch(published.path, query)[1] == pcm
    assert voice.spoken == ["an old text"]


def test_one_connection_serves_many_requests(sandbox: Sandbox) -> None:
    """Keep-alive: ten downloads over one socket, all whole."""
    path = say(sandbox).audio_path
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
    with connect(sandbox) as connection:
        connection.sendall((request + "\r\n").encode() * 9 + f"{request}Connection: close\r\n\r\n".encode())
        heard = listen(connection)
    assert heard.raw.count(b"HTTP/1.1 200 OK\r\n") == 10
    assert len(sandbox.ledger) == 11
