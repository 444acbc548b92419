"""The shapes on the wire: a body as it is sent, and answers in which anything may be missing."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from msgspec import Struct

from qwentts_cli.audio.wav import Word
from qwentts_cli.dashscope.refusal import Refusal, is_web_page
from qwentts_cli.dashscope.sse import looks_like_events, parse_events
from qwentts_cli.errors import BadAudioError, NetworkError
from qwentts_cli.known_secrets import hide_known_secrets
from qwentts_cli.metered import Metered

# Of one text in an answer. Far less is shown; what is cut off here may hold half a secret.
_MAX_TEXT = 4096
_MAX_CODE = 100
# More than any model takes or makes at once; a figure beyond it is no bill, and would spoil the ledger.
_MOST_METERED = 1_000_000
# Each part of a document becomes an object of its own, so that 8 MiB of empty lists would fill 200 in memory.
# An answer of the service has some twenty.
_MAX_PARTS = 10_000
_LONGEST_MS = 24 * 3600 * 1000
_HIGHEST_STATUS = 999


class Answer(Struct, frozen=True):
    """One JSON answer, or one event of a stream.

    `audio` are the event's decoded bytes, `url` the finished audio's address, `metered` what was billed
    where the service says so. `words` are those of the sentence with that number, from 0, as far as it was
    spoken.
    """

    request_id: str = ""
    audio: bytes = b""
    url: str = ""
    is_last: bool = False
    metered: Metered | None = None
    sentence: int = 0
    words: tuple[Word, ...] = ()


def encode_body(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def decode_answer(data: bytes, status: int = 200) -> Answer | Refusal:
    """Read an answer, or the refusal that it is in spite of its status.

    Raises:
        NetworkError: it is not JSON, or not of the known shape: likely cut or made by something in between.
        BadAudioError: the audio in it is not Base64.
    """
    document = parse_document(data)
    if document.get("code") or (isinstance(document.get("error"), dict) and document["error"]):
        return read_refusal(data, status)
    output = _table(document, "output")
    audio = _table(output, "audio")
    return Answer(
        request_id=identifier(_text(document, "request_id")),
        audio=_decode_audio(_raw_text(audio, "data")),
        url=_raw_text(audio, "url"),
        # The string "null" until the end; older answers put nothing there.
        is_last=_text(output, "finish_reason") == "stop",
        metered=_read_usage(document.get("usage")),
        **_read_sentence(output.get("sentence")),
    )


def _read_sentence(sentence: object) -> dict[str, Any]:
    """Its number and words; what is of another shape is no reason to lose the sound."""
    try:
        index, rows = sentence["index"], sentence["words"]  # type: ignore[index] # or of another shape
        words = tuple(Word(row["text"], row["begin_time"], row["end_time"]) for row in rows)
    except (TypeError, KeyError):
        return {}
    are_good = all(isinstance(word.text, str) and _is_time(*word[1:]) for word in words)
    return {"sentence": index, "words": words} if type(index) is int and are_good else {}


def _is_time(start: object, end: object) -> bool:
    return type(start) is int and type(end) is int and 0 <= start <= end <= _LONGEST_MS


def read_refusal(
    data: bytes, status: int, *, request_id: str = "", retry_after_s: float | None = None
) -> Refusal:
    """Read an error body of any shape seen: native, OpenAI-style, framed as SSE, XML, HTML, or empty."""
    request_id = identifier(request_id)
    if looks_like_events(data):
        event = next(iter(parse_events([data])), None)
        data, status = (event.data, event.status or status) if event else (b"", status)
    try:
        document = parse_document(data)
    except NetworkError:
        is_page = data.lstrip().startswith(b"<")
        quote = "" if is_page else foreign_text(data[:_MAX_TEXT].decode("utf-8", "replace"))
        return Refusal(status, "", quote, request_id, retry_after_s, is_web_page(data))
    nested = document.get("error")
    inner: dict[str, Any] = nested if isinstance(nested, dict) else document
    return Refusal(
        status if status != 200 else _status_within(document),  # noqa: PLR2004 - a status is its own name
        (_text(inner, "code") or _text(inner, "type"))[:_MAX_CODE],
        _text(inner, "message") or _text(document, "error") or _text(document, "detail"),
        identifier(_text(document, "request_id")) or request_id,
        retry_after_s,
    )


def _status_within(document: dict[str, Any]) -> int:
    return read_count(document.get("status_code"), _HIGHEST_STATUS) or 200


def parse_document(data: bytes) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        NetworkError: it is none, or is far larger than any of the service.
    """
    if sum(map(data.count, (b",", b"[", b"{"))) > _MAX_PARTS:
        raise _invalid("it has too many parts")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _invalid("it is not JSON") from error
    if not isinstance(document, dict):
        raise _invalid("it is JSON of another shape")
    return document


def _table(document: dict[str, Any], name: str) -> dict[str, Any]:
    value = document.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _invalid(f"its {name} is of another shape")
    return value


def _read_usage(usage: object) -> Metered | None:
    """Characters, or tokens of text and of sound; some answers have both, older ones only tokens.

    What is of another shape is no reason to lose a sound that is paid for.
    """
    if not isinstance(usage, dict):
        return None
    names = ("characters", "input_tokens", "output_tokens")
    metered = Metered(*(read_count(usage.get(name), _MOST_METERED) for name in names))
    return metered if metered.characters or metered.output_tokens else None


def read_count(value: object, most: int) -> int:
    """A number of things, from 1 to `most`; 0 for what is none: `true`, a text, a fraction, or too many."""
    return value if type(value) is int and 0 < value <= most else 0


def _raw_text(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) else ""


def _text(document: dict[str, Any], name: str) -> str:
    return foreign_text(_raw_text(document, name))


def foreign_text(text: str) -> str:
    """What a server says, as it may be shown and kept: it was sent the key, and may say it."""
    return hide_known_secrets(text[:_MAX_TEXT])


def identifier(text: str) -> str:
    """An id as it may be shown and kept; nothing of what cannot be one."""
    return text if re.fullmatch(r"[A-Za-z0-9._:-]{1,128}", foreign_text(text)) else ""


def _decode_audio(text: str) -> bytes:
    """Base64, also as a `data:` URI."""
    start, comma, rest = text.partition(",")
    try:
        return base64.b64decode(rest if comma and start.startswith("data:") else text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadAudioError("the audio in the answer is damaged: it is not Base64") from error


def _invalid(why: str) -> NetworkError:
    return NetworkError(f"the service sent an invalid response: {why}", maybe_billed=True)
