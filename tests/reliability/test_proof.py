"""Audio is taken on proof only: of over a thousand bad bodies none passes for the sound it is not."""

from __future__ import annotations

import base64
import gzip
import hashlib
import random
import struct
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.audio.wav import parse_wav, wav_header
from qwentts_cli.dashscope.transport.proof import is_proven_whole
from qwentts_cli.errors import QwenTTSError
from qwentts_cli.sandbox.formats.checksums import crc64

if TYPE_CHECKING:
    from collections.abc import Callable

PCM = random.Random(0).randbytes(2400)
WAV = wav_header(len(PCM), 24000) + PCM
MD5 = {"content-md5": base64.b64encode(hashlib.md5(WAV, usedforsecurity=False).digest()).decode()}
CRC = {"x-oss-hash-crc64ecma": str(crc64(WAV))}
EACH = 250


def taken(body: bytes, headers: dict[str, str]) -> bytes | None:
    """What the client would play of a body, or nothing."""
    try:
        return parse_wav(body, is_whole=is_proven_whole(body, headers)).data
    except QwenTTSError:
        return None


def flipped(chance: random.Random) -> bytes:
    """One to four bits."""
    body = bytearray(WAV)
    for place in chance.sample(range(len(body)), chance.randint(1, 4)):
        body[place] ^= 1 << chance.randrange(8)
    return bytes(body)


def shortened(chance: random.Random) -> bytes:
    return WAV[: chance.randrange(len(WAV))]


def foreign(chance: random.Random) -> bytes:
    kinds = (
        b"<html>%s</html>",
        b"<?xml?><Error>%s</Error>",
        b'{"code": "%s"}',
        b"ID3%s",
        b"RIFF%sWAVE",
        b"%s",
    )
    body = chance.choice(kinds) % chance.randbytes(chance.randrange(200)).replace(b"%", b"")
    return chance.choice((body, gzip.compress(body), gzip.compress(WAV), b"\r\n" + WAV))


def lying(chance: random.Random) -> bytes:
    """A header whose format or sizes are wrong, of a body that arrived as it was sent."""
    body = bytearray(WAV)
    place, form = chance.choice(((20, "<H"), (22, "<H"), (34, "<H"), (24, "<I"), (16, "<I"), (40, "<I")))
    values = (0, 1, 3, 7, 8, 24, 255, len(PCM) - 1, len(PCM) - 2, len(PCM) + 2, 0x7FFFFFF0)
    old = struct.unpack_from(form, body, place)[0]
    new = chance.choice([value for value in values if value != old and value < 256 ** struct.calcsize(form)])
    struct.pack_into(form, body, place, new)
    return bytes(body)


def spliced(chance: random.Random) -> bytes:
    """A piece doubled or left out in the middle, as a resumed download might."""
    start, end = sorted(chance.sample(range(44, len(WAV)), 2))
    return chance.choice((WAV[:end] + WAV[start:], WAV[:start] + WAV[end:]))


@pytest.mark.parametrize("checksum", [MD5, CRC], ids=["MD5", "CRC"])
@pytest.mark.parametrize("spoil", [flipped, shortened, foreign, lying, spliced])
def test_a_checksum_lets_nothing_else_through(
    spoil: Callable[[random.Random], bytes], checksum: dict[str, str]
) -> None:
    """With the true body's checksum no other body is taken; the true one is."""
    chance = random.Random(spoil.__name__)
    assert taken(WAV, checksum | {"content-length": str(len(WAV))}) == PCM
    bodies = [body for _ in range(EACH) if (body := spoil(chance)) != WAV]
    assert len(bodies) > EACH - 5
    assert [body for body in bodies if taken(body, checksum | {"content-length": str(len(body))})] == []


@pytest.mark.parametrize("spoil", [shortened, foreign, spliced])
def test_without_a_checksum_the_lengths_must_agree(spoil: Callable[[random.Random], bytes]) -> None:
    """Whether or not the transfer was whole: never a sound that is not the whole one."""
    chance = random.Random(spoil.__name__)
    for _ in range(EACH):
        body = spoil(chance)
        for headers in ({}, {"transfer-encoding": "chunked"}, {"content-length": str(len(body))}):
            assert taken(body, headers) in {None, PCM}


def test_a_header_that_lies_about_the_format_is_seen_or_changes_no_sample() -> None:
    """Sizes of 0 or "unknown" are repaired from a whole transfer; no other lie is believed."""
    chance = random.Random(5)
    for _ in range(EACH):
        body = lying(chance)
        assert taken(body, {}) in {None, PCM}
        assert taken(body, {"content-length": str(len(body))}) in {None, PCM}


@pytest.mark.parametrize("value", ["", "x", "AAAA", "=" * 24, "18446744073709551616", "-1", "1e5", "0x1f"])
def test_a_checksum_that_is_none_proves_nothing(value: str) -> None:
    """A header that cannot be a checksum neither proves nor refutes."""
    unknown = wav_header(None, 24000) + PCM
    assert (
        taken(unknown, {"content-md5": value, "x-oss-hash-crc64ecma": "" if value.isdigit() else value})
        is None
    )
    assert taken(WAV, {"content-md5": value}) == PCM
