"""Making, listing and deleting voices, in the language of whichever maker is asked.

Sources: Model Studio, voice cloning and voice design; the vendor's SDK 2.0.2 (`VoiceEnrollmentService`).
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

from qwentts_cli.dashscope.own_voices.makers import Kind
from qwentts_cli.dashscope.wire import foreign_text, identifier
from qwentts_cli.errors import NetworkError
from qwentts_cli.settings.own_voices import READY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.dashscope.own_voices.client import VoiceClient
    from qwentts_cli.dashscope.own_voices.makers import Maker

_PAGE = 100
_MOST_PAGES = 20
_PREVIEW_RATE = 24_000


class VoiceOrder(Struct, frozen=True, kw_only=True):
    """A voice to be made for a model: cloned of a `sample`, or designed of a `prompt`.

    The sample is an address or, for a maker that takes it, a data URI. `language` is a code, and `preview`
    the text that a designed voice speaks.
    """

    maker: Maker
    kind: Kind
    model: str
    name: str
    sample: str = ""
    transcript: str | None = None
    language: str | None = None
    prompt: str = ""
    preview: str = ""

    @property
    def wire_name(self) -> str:
        """The name as the maker takes it, who adds to it what makes it unlike any other."""
        ascii_name = self.name if self.name.isascii() else ""
        if self.maker.is_older:
            return re.sub(r"[^0-9A-Za-z_]", "_", ascii_name)[:16] or "voice"
        return re.sub(r"[^0-9a-z]", "", ascii_name.lower())[:9] or "voice"


class Made(NamedTuple):
    """A voice that was made, and the file of its preview, if it has one."""

    id: str
    preview: bytes = b""


class Listed(NamedTuple):
    """A voice as its maker lists it; what is not told is empty."""

    id: str
    maker: str
    model: str
    status: str
    created: str


class _Verbs(NamedTuple):
    create: str
    list: str
    query: str
    delete: str
    id: str
    name: str


_NEWER = _Verbs("create_voice", "list_voice", "query_voice", "delete_voice", "voice_id", "prefix")
_OLDER = _Verbs("create", "list", "query", "delete", "voice", "preferred_name")


def create_voice(client: VoiceClient, order: VoiceOrder) -> Made:
    """Have a voice made; each call makes another one, and is billed.

    Raises:
        QwenTTSError: it was refused, or the answer got lost: then `maybe_billed` is set.
    """
    verbs = _verbs(order.maker)
    given = {"action": verbs.create, "target_model": order.model, verbs.name: order.wire_name}
    if order.kind is Kind.CLONE:
        given |= _recording(order)
    else:
        given |= {"voice_prompt": order.prompt, "preview_text": order.preview} | _spoken(order)
    parameters = (
        {"sample_rate": _PREVIEW_RATE, "response_format": "wav"} if order.kind is Kind.DESIGN else None
    )
    output = client.ask(order.maker.id, given, parameters=parameters)
    voice = identifier(str(output.get(verbs.id) or ""))
    if not voice:
        raise NetworkError("the service does not say which voice it made", maybe_billed=True, retryable=False)
    return Made(voice, _preview(output.get("preview_audio")))


def list_voices(client: VoiceClient, maker: Maker) -> Iterator[Listed]:
    """All voices of the account that a maker made; it costs nothing."""
    verbs = _verbs(maker)
    for page in range(_MOST_PAGES):
        given = {"action": verbs.list, "page_index": page, "page_size": _PAGE}
        rows = client.ask(maker.id, given).get("voice_list")
        found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        yield from (listed for row in found if (listed := _listed(row, verbs, maker)))
        if len(found) < _PAGE:
            return


def query_voice(client: VoiceClient, maker: Maker, voice_id: str) -> Listed:
    """Ask how far a voice is; the older cloner knows no such question, and makes a voice at once.

    Raises:
        VoiceUnknown: there is no such voice.
    """
    verbs = _verbs(maker)
    output = client.ask(maker.id, {"action": verbs.query, verbs.id: voice_id})
    listed = _listed(output | {verbs.id: voice_id}, verbs, maker)
    return listed or Listed(voice_id, maker.id, "", READY, "")


def delete_voice(client: VoiceClient, maker: Maker, voice_id: str) -> None:
    """Have a voice deleted for good.

    Raises:
        VoiceUnknown: there is no such voice.
    """
    verbs = _verbs(maker)
    client.ask(maker.id, {"action": verbs.delete, verbs.id: voice_id})


def _verbs(maker: Maker) -> _Verbs:
    return _OLDER if maker.is_older else _NEWER


def _recording(order: VoiceOrder) -> dict[str, Any]:
    if not order.maker.is_older:
        return {"url": order.sample} | _spoken(order)
    said = {"text": order.transcript} if order.transcript else {}
    return said | _spoken(order) | {"audio": {"data": order.sample}}


def _spoken(order: VoiceOrder) -> dict[str, Any]:
    """The language, in the maker's form; none where it was not named."""
    if not order.language:
        return {}
    return {"language": order.language} if order.maker.is_older else {"language_hints": [order.language]}


def _listed(row: dict[str, Any], verbs: _Verbs, maker: Maker) -> Listed | None:
    def text(name: str) -> str:
        value = row.get(name)
        return " ".join(foreign_text(value).split()) if isinstance(value, str) else ""

    voice = identifier(str(row.get(verbs.id) or ""))
    if not voice:
        return None
    return Listed(
        voice,
        maker.id,
        identifier(text("target_model")),
        identifier(text("status")) or READY,
        text("gmt_create"),
    )


def _preview(audio: object) -> bytes:
    data = audio.get("data") if isinstance(audio, dict) else None
    try:
        return base64.b64decode(data, validate=True) if isinstance(data, str) else b""
    except (binascii.Error, ValueError):
        return b""
