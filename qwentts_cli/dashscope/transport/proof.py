"""Proof that a body arrived whole: the storage's checksums, the length, or the transfer's end mark."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from qwentts_cli.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_proven_whole(body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether something besides the audio's own header shows that nothing is missing.

    A short body has failed before: the transfer checks the length and the end mark itself.

    Raises:
        NetworkError: a checksum of the storage differs, so bytes changed on the way.
    """
    checked = _check_md5(body, headers) or _check_crc(body, headers)
    return checked or "content-length" in headers or headers.get("transfer-encoding", "").lower() == "chunked"


def _check_md5(body: bytes, headers: Mapping[str, str]) -> bool:
    expected = headers.get("content-md5", "").strip()
    if not re.fullmatch(r"[A-Za-z0-9+/]{22}==", expected):
        return False
    actual = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    if actual != expected:
        raise _damaged("MD5")
    return True


def _check_crc(body: bytes, headers: Mapping[str, str]) -> bool:
    """OSS sends CRC-64/XZ as a decimal number (Object Storage Service, data verification)."""
    expected = headers.get("x-oss-hash-crc64ecma", "").strip()
    if not re.fullmatch("[0-9]{1,20}", expected):
        return False
    from fastcrc import crc64

    if crc64.xz(body) != int(expected):
        raise _damaged("CRC-64")
    return True


def _damaged(checksum: str) -> NetworkError:
    return NetworkError(f"the audio was damaged on the way: its {checksum} checksum differs")
