"""Finds the recording a voice is to be cloned from, and looks at it as far as that is cheap."""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from qwentts_cli.sandbox.endpoints.request_body import refuse
from qwentts_cli.sandbox.http.reply import ServiceError

if TYPE_CHECKING:
    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.service import Service

_MAX_CHARS = 10 * 1024 * 1024
_TYPES = ("audio/wav", "audio/x-wav", "audio/mpeg", "audio/mp4", "audio/m4a", "audio/x-m4a")
_COMPRESSED_STARTS = (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")
_OSS = "oss://"
# Names that are kept free of hosts (RFC 2606): an address there stands for a download that fails.
_NOWHERE = ".invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleLimits:
    """What a maker of voices takes; `silent_code` is its error for a recording without speech."""

    min_rate: int
    max_seconds: float
    min_seconds: float = 0.0
    silent_code: str = "Audio.PreprocessError"


def read_sample(
    service: Service, exchange: Exchange, source: object, field: str, limits: SampleLimits
) -> bytes:
    """Give what the new voice is to resemble: the bytes of a data URI or an upload, or an address itself.

    The sandbox downloads nothing, so that nobody can send it anywhere; an address is believed.

    Raises:
        ServiceError: one of the documented 400s (Model Studio, error codes).
    """
    if not isinstance(source, str) or not source:
        refuse(f"Required parameter(s) missing or invalid: {field}")
    if source.startswith("data:"):
        audio = _decode(source)
    elif source.startswith(_OSS):
        audio = _uploaded(service, exchange, source.removeprefix(_OSS))
    else:
        return _believed(source)
    _check(audio, limits)
    return audio


def _believed(address: str) -> bytes:
    try:
        parts = urlsplit(address)
    except ValueError:
        raise _download_failed() from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.hostname.endswith(_NOWHERE):
        raise _download_failed()
    return address.encode("utf-8", "replace")


def _uploaded(service: Service, exchange: Exchange, key: str) -> bytes:
    audio = service.uploads.read(key)
    if audio is None or exchange.header("X-DashScope-OssResourceResolve").lower() != "enable":
        raise _download_failed()
    return audio


def _decode(uri: str) -> bytes:
    if len(uri) >= _MAX_CHARS:
        raise ServiceError(400, "BadRequest.TooLarge", "Payload Too Large.")
    head, _, encoded = uri.partition(",")
    media_type, _, encoding = head.removeprefix("data:").partition(";")
    if media_type.lower() not in _TYPES or encoding.lower() != "base64":
        raise ServiceError(400, "BadRequest.UnsupportedFileFormat", "File format unsupported.")
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise _decoder_error() from None


def _check(audio: bytes, limits: SampleLimits) -> None:
    if audio.startswith(b"RIFF"):
        _check_wav(audio, limits)
    elif not audio.startswith(_COMPRESSED_STARTS) and audio[4:8] != b"ftyp":
        raise _decoder_error()


def _check_wav(audio: bytes, limits: SampleLimits) -> None:
    chunks = _chunks(audio)
    form = chunks.get(b"fmt ", b"")
    if len(form) < 16 or b"data" not in chunks:  # noqa: PLR2004 - the fixed part of the format chunk
        raise _decoder_error()
    _, channels, rate, byte_rate, _, _ = struct.unpack("<HHIIHH", form[:16])
    if rate < limits.min_rate:
        low = f"The sample rate must be at least {limits.min_rate // 1000} kHz."
        raise ServiceError(400, "Audio.AudioRateError", low)
    if not channels or not byte_rate:
        raise _decoder_error()
    seconds = len(chunks[b"data"]) / byte_rate
    if seconds > limits.max_seconds:
        raise ServiceError(400, "Audio.DurationLimitError", "The audio is longer than 60 seconds.")
    if seconds < limits.min_seconds:
        raise ServiceError(400, "Audio.AudioShortError", "The audio is too short.")
    if not chunks[b"data"].strip(b"\0"):
        raise ServiceError(400, limits.silent_code, "No segments meet minimum duration requirement")


def _chunks(audio: bytes) -> dict[bytes, bytes]:
    chunks: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(audio):
        name, size = struct.unpack_from("<4sI", audio, at)
        chunks.setdefault(name, audio[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    return chunks


def _decoder_error() -> ServiceError:
    return ServiceError(400, "Audio.DecoderError", "The audio file cannot be decoded.")


def _download_failed() -> ServiceError:
    return ServiceError(400, "BadRequest.InputDownloadFailed", "Failed to download the audio file.")
