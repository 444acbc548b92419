"""`voice-enrollment`: clones and designs for Qwen-Audio-TTS and CosyVoice, which take a while to be ready."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.endpoints.customization.custom_voice_request import (
    find_target,
    page_of,
    preview,
    read_words,
)
from qwentts_cli.sandbox.endpoints.customization.sample import SampleLimits, read_sample
from qwentts_cli.sandbox.endpoints.request_body import read_flag, read_number, refuse

if TYPE_CHECKING:
    from qwentts_cli.sandbox.custom_voices import CustomVoice
    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.service import Service

_MAKER = "voice-enrollment"
_PREFIX = re.compile(r"[0-9a-z]{1,9}")
_LIMITS = SampleLimits(min_rate=16_000, max_seconds=60, min_seconds=3, silent_code="Audio.AudioSilentError")
_MAX_PROMPT, _MIN_PREVIEW, _MAX_PREVIEW = 2048, 15, 1024


def _create(service: Service, exchange: Exchange, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    model = find_target(service, given, None)
    prefix = given.get("prefix")
    if not isinstance(prefix, str) or not _PREFIX.fullmatch(prefix):
        refuse("prefix must be less than 10 digits or lowercase letters.")
    _check_options(service, given)
    designed = given.get("url") is None
    voice = service.custom_voices.create(
        f"{model.id}-{prefix}",
        maker=_MAKER,
        target_model=model.id,
        likeness=_described(given) if designed else _sampled(service, exchange, given),
        at_once=False,
        prefix=prefix,
        resource_link=given.get("url") or "",
    )
    output: dict[str, Any] = {"voice_id": voice.id}
    if designed:
        output["preview_audio"] = preview(service, exchange, voice, given["preview_text"])
    return output, 1


def _described(given: dict[str, Any]) -> bytes:
    read_words(given, "preview_text", least=_MIN_PREVIEW, most=_MAX_PREVIEW)
    return read_words(given, "voice_prompt", most=_MAX_PROMPT).encode("utf-8", "replace")


def _sampled(service: Service, exchange: Exchange, given: dict[str, Any]) -> bytes:
    return read_sample(service, exchange, given.get("url"), "input.url", _LIMITS)


def _check_options(service: Service, given: dict[str, Any]) -> None:
    read_number(given, "max_prompt_audio_length", 10.0, 3, 30)
    read_flag(given, "enable_preprocess")
    hints = given.get("language_hints") or []
    if not isinstance(hints, list) or any(hint not in service.data.language_hints for hint in hints[:1]):
        refuse("language_hints must be a list of supported languages.")


def _list(service: Service, _: Exchange, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    prefix = given.get("prefix") or ""
    voices = [v for v in service.custom_voices.made_by(_MAKER) if prefix in {"", v.notes["prefix"]}]
    shown, _facts = page_of(voices, given)
    return {"voice_list": [_listed(service, voice) for voice in shown]}, 0


def _query(service: Service, _: Exchange, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    voice = service.custom_voices.get(_voice_id(given), _MAKER)
    facts = {"target_model": voice.target_model, "resource_link": voice.notes["resource_link"]}
    return _listed(service, voice) | facts, 0


def _update(service: Service, exchange: Exchange, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    service.custom_voices.get(_voice_id(given), _MAKER)
    service.custom_voices.retrain(_voice_id(given), _MAKER, _sampled(service, exchange, given))
    return {}, 0


def _delete(service: Service, _: Exchange, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    service.custom_voices.delete(_voice_id(given), _MAKER)
    return {}, 0


def _voice_id(given: dict[str, Any]) -> str:
    voice = given.get("voice_id")
    if not isinstance(voice, str) or not voice:
        refuse("Required parameter(s) missing or invalid: input.voice_id")
    return voice


def _listed(service: Service, voice: CustomVoice) -> dict[str, Any]:
    return {
        "voice_id": voice.id,
        "gmt_create": voice.created,
        "gmt_modified": voice.modified,
        "status": "OK" if voice.is_ready(service.clock()) else "DEPLOYING",
    }


ENROLLMENT_ACTIONS = {
    "create_voice": _create,
    "list_voice": _list,
    "query_voice": _query,
    "update_voice": _update,
    "delete_voice": _delete,
}
