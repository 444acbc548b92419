"""What shows that a body is whole, and how slowly it may come."""

from __future__ import annotations

import base64
import hashlib

import pytest
from fastcrc import crc64
from requests.structures import CaseInsensitiveDict

from qwentts_cli.dashscope.transport.pace import Pace
from qwentts_cli.dashscope.transport.proof import is_proven_whole
from qwentts_cli.errors import NetworkError

BODY = b"RIFF" * 10
MD5 = base64.b64encode(hashlib.md5(BODY, usedforsecurity=False).digest()).decode()
CRC = str(crc64.xz(BODY))


@pytest.mark.parametrize(
    ("headers", "is_proven"),
    [
        ({}, False),
        ({"Content-MD5": MD5}, True),
        ({"x-oss-hash-crc64ecma": f" {CRC} "}, True),
        ({"Content-MD5": "odd", "x-oss-hash-crc64ecma": CRC}, True),
        ({"Content-MD5": "odd", "x-oss-hash-crc64ecma": "odd"}, False),
        ({"x-oss-hash-crc64ecma": "1" * 21}, False),
        ({"Content-Length": "40"}, True),
        ({"Transfer-Encoding": "Chunked"}, True),
        ({"Transfer-Encoding": "gzip"}, False),
    ],
)
def test_what_proves_that_nothing_is_missing(headers: dict[str, str], *, is_proven: bool) -> None:
    """A checksum of the storage, or the transfer; a checksum that is none proves nothing."""
    assert is_proven_whole(BODY, CaseInsensitiveDict(headers)) == is_proven


@pytest.mark.parametrize("name", ["Content-MD5", "x-oss-hash-crc64ecma"])
def test_a_checksum_that_differs_is_damage(name: str) -> None:
    """Whatever the length says."""
    headers = CaseInsensitiveDict({name: MD5 if name == "Content-MD5" else CRC, "Content-Length": "39"})
    with pytest.raises(NetworkError, match="damaged on the way"):
        is_proven_whole(BODY[:-1], headers)


def test_only_waiting_counts_and_each_gain_begins_anew() -> None:
    """At the limit itself it goes on."""
    pace = Pace(10.0, least=5)
    for gains in ((5,), (4, 1), (6,)):
        pace.wait(6.0)
        pace.wait(4.0)
        for gain in gains:
            pace.gain(gain)
    pace.wait(10.0)
    pace.gain(4)
    with pytest.raises(TimeoutError):
        pace.wait(0.5)
