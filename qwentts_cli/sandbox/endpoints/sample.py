"""Looks at the recording a voice is to be cloned from, as far as that is cheap."""

from __future__ import annotations

import base64
import binascii
import struct

from qwentts_cli.sandbox.endpoints.generation_request import refuse
from qwentts_cli.sandbox.reply import ServiceError

_MAX_CHARS = 10 * 1024 * 1024
_MIN_RATE = 24_000
_MAX_SECONDS = 60
_TYPES = ("audio/wav", "audio/x-wav", "audio/mpeg", "audio/mp4", "audio/m4a", "audio/x-m4a")
_COMPRESSED_STARTS = (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")


def check_sample(data: object) -> None:
    """Check `input.audio.data`: a data URI of a WAV, MP3 or M4A. A public URL is not fetched, only refused.

    Raises:
        ServiceError: one of the documented 400s (Model Studio, error codes).
    """
    if not isinstance(data, str) or not data:
        refuse("Required parameter(s) missing or invalid: input.audio.data")
    if not data.startswith("data:"):
        raise ServiceError(400, "BadRequest.InputDownloadFailed", "Failed to download the audio file.")
    if len(data) >= _MAX_CHARS:
        raise ServiceError(400, "BadRequest.TooLarge", "Payload Too Large.")
    head, _, encoded = data.partition(",")
    media_type, _, encoding = head.removeprefix("data:").partition(";")
    if media_type.lower() not in _TYPES or encoding.lower() != "base64":
        raise ServiceError(400, "BadRequest.UnsupportedFileFormat", "File format unsupported.")
    try:
        audio = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise _decoder_error() from None
    if audio.startswith(b"RIFF"):
        _check_wav(audio)
    elif not audio.startswith(_COMPRESSED_STARTS) and audio[4:8] != b"ftyp":
        raise _decoder_error()


def _check_wav(audio: bytes) -> None:
    chunks = _chunks(audio)
    form = chunks.get(b"fmt ", b"")
    if len(form) < 16 or b"data" not in chunks:  # noqa: PLR2004 - the fixed part of the format chunk
        raise _decoder_error()
    _, channels, rate, byte_rate, _, _ = struct.unpack("<HHIIHH", form[:16])
    if rate < _MIN_RATE:
        raise ServiceError(400, "Audio.AudioRateError", "The sample rate must be at least 24 kHz.")
    if not channels or not byte_rate:
        raise _decoder_error()
    if len(chunks[b"data"]) / byte_rate > _MAX_SECONDS:
        raise ServiceError(400, "Audio.DurationLimitError", "The audio is longer than 60 seconds.")
    if not chunks[b"data"].strip(b"\0"):
        raise ServiceError(400, "Audio.PreprocessError", "No segments meet minimum duration requirement")


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
