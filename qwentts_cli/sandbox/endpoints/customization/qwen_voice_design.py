"""`qwen-voice-design`: voices for qwen3-tts-vd, made of a description (Model Studio, voice design)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.endpoints.customization.custom_voice_request import (
    find_target,
    page_of,
    preview,
    read_language,
    read_words,
)
from qwentts_cli.sandbox.endpoints.customization.qwen_voice_enrollment import (
    QWEN_LANGUAGES,
    id_of,
    listed,
    preferred_name,
)
from qwentts_cli.sandbox.endpoints.request_body import read_voice

if TYPE_CHECKING:
    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.service import Service

_MAKER = "qwen-voice-design"
_MAX_PROMPT, _MAX_PREVIEW = 2048, 1024


def _create(service: Service, exchange: Exchange, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    model = find_target(service, given, {"designed"})
    prompt = read_words(given, "voice_prompt", most=_MAX_PROMPT)
    text = read_words(given, "preview_text", most=_MAX_PREVIEW)
    voice = service.custom_voices.create(
        id_of(service, "vd", preferred_name(given)),
        maker=_MAKER,
        target_model=model.id,
        likeness=prompt.encode("utf-8", "replace"),
        at_once=True,
        language=read_language(given, QWEN_LANGUAGES),
        voice_prompt=prompt,
        preview_text=text,
    )
    audio = preview(service, exchange, voice, text)
    return {"preview_audio": audio, "target_model": model.id, "voice": voice.id}, 1


def _list(service: Service, _: Exchange, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    voices, facts = page_of(service.custom_voices.made_by(_MAKER), given)
    return {**facts, "voice_list": [listed(voice) for voice in voices]}, 0


def _query(service: Service, _: Exchange, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    return listed(service.custom_voices.get(read_voice(given), _MAKER)), 0


def _delete(service: Service, _: Exchange, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    voice = read_voice(given)
    service.custom_voices.delete(voice, _MAKER)
    return {"voice": voice}, 0


DESIGN_ACTIONS = {"create": _create, "list": _list, "query": _query, "delete": _delete}
