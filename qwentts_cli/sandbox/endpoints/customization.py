"""The route of one's own voices: create, list and delete clones (Model Studio, voice cloning)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.endpoints.generation_request import read_json, refuse, require_key
from qwentts_cli.sandbox.endpoints.sample import check_sample
from qwentts_cli.sandbox.reply import ServiceError, json_reply

if TYPE_CHECKING:
    from qwentts_cli.sandbox.exchange import Exchange
    from qwentts_cli.sandbox.service import Service
    from qwentts_cli.sandbox.wire import Wire

_MODEL = "qwen-voice-enrollment"
_NAME = re.compile(r"[0-9A-Za-z_]{1,16}")
_LANGUAGES = frozenset(("zh", "en", "de", "it", "pt", "es", "ja", "ko", "fr", "ru"))
_MAX_PAGE = 1000


def customize(service: Service, exchange: Exchange, wire: Wire) -> None:
    """Answer POST /api/v1/services/audio/tts/customization.

    Raises:
        ServiceError: the request is refused.
    """
    exchange.phase = "customization"
    require_key(exchange.header("Authorization"))
    fields = read_json(exchange.body)
    exchange.model = str(fields.get("model", ""))
    if exchange.model != _MODEL:
        raise ServiceError(404, "ModelNotFound", "Model can not be found.")
    given = fields.get("input")
    if not isinstance(given, dict):
        raise ServiceError(400, "BadRequest.EmptyInput", "Required input parameter missing from request.")
    actions = {"create": _create, "list": _list, "delete": _delete}
    action = actions.get(str(given.get("action")))
    if action is None:
        refuse(f"action must be one of {', '.join(actions)}.")
    output, count = action(service, given)
    payload = {"output": output, "usage": {"count": count}, "request_id": exchange.request_id}
    wire.send(json_reply(200, payload, exchange.request_id))


def _create(service: Service, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    model = service.data.models.get(str(given.get("target_model")))
    if model is None or model.voice_set != "cloned":
        refuse("target_model does not support voice cloning.")
    name = given.get("preferred_name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        refuse("preferred_name must be 1 to 16 letters, digits or underscores.")
    language = given.get("language", "zh")
    if not isinstance(language, str) or language not in _LANGUAGES:
        refuse("language is not supported.")
    if not isinstance(given.get("text", ""), str):
        refuse("text must be a string.")
    audio = given.get("audio")
    check_sample(audio.get("data") if isinstance(audio, dict) else None)
    voice = service.custom_voices.create(name, model.id, language)
    return {"voice": voice.voice, "target_model": voice.target_model}, 1


def _list(service: Service, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    page, size = given.get("page_index", 0), given.get("page_size", 10)
    if type(page) is not int or type(size) is not int or page < 0 or not 0 < size <= _MAX_PAGE:
        refuse("page_index and page_size must be whole numbers.")
    voices = service.custom_voices.listed()
    shown = voices[page * size : (page + 1) * size]
    return {
        "page_index": page,
        "page_size": size,
        "total_count": len(voices),
        "voice_list": [voice.as_listed() for voice in shown],
    }, 0


def _delete(service: Service, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    voice = given.get("voice")
    if not isinstance(voice, str):
        refuse("Required parameter(s) missing or invalid: input.voice")
    service.custom_voices.delete(voice)
    return {"voice": voice}, 0
