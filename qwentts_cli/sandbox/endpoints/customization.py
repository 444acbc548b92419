"""The route of one's own voices: create, list and delete clones (Model Studio, voice cloning)."""

from __future__ import annotations

import re
import threading
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.endpoints.sample import check_sample
from qwentts_cli.sandbox.reply import ServiceError, json_reply
from qwentts_cli.sandbox.validation import read_json, refuse, require_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.sandbox.ledger import Exchange
    from qwentts_cli.sandbox.service import Service
    from qwentts_cli.sandbox.wire import Wire

_MODEL = "qwen-voice-enrollment"
_NAME = re.compile(r"[0-9A-Za-z_]{1,16}")
_LANGUAGES = frozenset(("zh", "en", "de", "it", "pt", "es", "ja", "ko", "fr", "ru"))
_MAX_VOICES = 1000
_MAX_PAGE = 1000


@dataclass(frozen=True, slots=True)
class CustomVoice:
    voice: str
    target_model: str
    language: str
    created: str

    def as_listed(self) -> dict[str, str]:
        return {
            "voice": self.voice,
            "gmt_create": self.created,
            "gmt_modified": self.created,
            "language": self.language,
            "target_model": self.target_model,
        }


class CustomVoices:
    """The cloned voices of this sandbox, newest last; they end with it."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._voices: dict[str, CustomVoice] = {}

    @property
    def models(self) -> dict[str, str]:
        """The model that each voice was made for."""
        with self._lock:
            return {voice.voice: voice.target_model for voice in self._voices.values()}

    def listed(self) -> list[CustomVoice]:
        with self._lock:
            return list(self._voices.values())

    def create(self, name: str, target_model: str, language: str) -> CustomVoice:
        moment = time.gmtime(self._clock())
        day, created = time.strftime("%Y%m%d", moment), time.strftime("%Y-%m-%d %H:%M:%S", moment)
        voice = CustomVoice(
            f"qwen-tts-vc-{name}-voice-{day}-{uuid.uuid4().hex[:8]}", target_model, language, created
        )
        with self._lock:
            if len(self._voices) >= _MAX_VOICES:
                raise ServiceError(400, "Throttling.AllocationQuota", "Maximum voice storage limit exceeded.")
            self._voices[voice.voice] = voice
        return voice

    def delete(self, voice: str) -> None:
        with self._lock:
            if self._voices.pop(voice, None) is None:
                raise ServiceError(400, "BadRequest.VoiceNotFound", "Voice not found.")


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
