"""`qwen-voice-enrollment`: clones for qwen3-tts-vc (Model Studio, voice cloning)."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.endpoints.customization.custom_voice_request import (
    find_target,
    page_of,
    read_language,
)
from qwentts_cli.sandbox.endpoints.customization.sample import SampleLimits, read_sample
from qwentts_cli.sandbox.endpoints.request_body import read_voice, refuse

if TYPE_CHECKING:
    from qwentts_cli.sandbox.custom_voices import CustomVoice
    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.service import Service

QWEN_LANGUAGES = frozenset(("zh", "en", "de", "it", "pt", "es", "ja", "ko", "fr", "ru"))

_MAKER = "qwen-voice-enrollment"
_NAME = re.compile(r"[0-9A-Za-z_]{1,16}")
_LIMITS = SampleLimits(min_rate=24_000, max_seconds=60)


def preferred_name(given: dict[str, Any]) -> str:
    name = given.get("preferred_name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        refuse("preferred_name must be 1 to 16 letters, digits or underscores.")
    return name


def id_of(service: Service, family: str, name: str) -> str:
    """Give the beginning of a voice's id, made of the name and the day."""
    day = time.strftime("%Y%m%d", time.gmtime(service.clock()))
    return f"qwen-tts-{family}-{name}-voice-{day}"


def listed(voice: CustomVoice) -> dict[str, Any]:
    return {
        "voice": voice.id,
        "gmt_create": voice.created,
        "gmt_modified": voice.modified,
        "target_model": voice.target_model,
        **voice.notes,
    }


def _create(service: Service, exchange: Exchange, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    model = find_target(service, given, {"cloned"})
    name = preferred_name(given)
    language = read_language(given, QWEN_LANGUAGES)
    if not isinstance(given.get("text", ""), str):
        refuse("text must be a string.")
    audio = given.get("audio")
    source = audio.get("data") if isinstance(audio, dict) else None
    likeness = read_sample(service, exchange, source, "input.audio.data", _LIMITS)
    voice = service.custom_voices.create(
        id_of(service, "vc", name),
        maker=_MAKER,
        target_model=model.id,
        likeness=likeness,
        at_once=True,
        language=language,
    )
    return {"voice": voice.id, "target_model": voice.target_model}, 1


def _list(service: Service, _: Exchange, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    voices, facts = page_of(service.custom_voices.made_by(_MAKER), given)
    return {**facts, "voice_list": [listed(voice) for voice in voices]}, 0


def _delete(service: Service, _: Exchange, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    voice = read_voice(given)
    service.custom_voices.delete(voice, _MAKER)
    return {"voice": voice}, 0


CLONE_ACTIONS = {"create": _create, "list": _list, "delete": _delete}
