"""Reads a synthesis request as the service does: what is unknown is ignored, what is wrong is refused."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from qwentts_cli.sandbox.accounting import count_units
from qwentts_cli.sandbox.reply import ServiceError
from qwentts_cli.sandbox.voices.engine import Utterance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwentts_cli.sandbox.service_data import ServedModel, ServiceData

_REALTIME = re.compile(r"qwen.*-realtime(-.*)?")
_OTHER_ENDPOINT = re.compile(r"(qwen-audio|cosyvoice|sambert)-.*")
_BAD_VOICE = (
    "Invalid voice specified, the requested voice does not exist or is not licensed for use\u2014"
    "please select a supported voice."
)


@dataclass(frozen=True, slots=True)
class SpeechOrder:
    """A synthesis request that holds: what to say, and what it costs in characters."""

    model: ServedModel
    utterance: Utterance
    units: int


def require_key(authorization: str) -> None:
    """Accept any key that looks like one.

    Raises:
        ServiceError: 401 InvalidApiKey.
    """
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "bearer" or not key.strip().startswith("sk-"):
        raise ServiceError(401, "InvalidApiKey", "Invalid API-key provided.")


def read_json(body: bytes) -> dict[str, Any]:
    """Decode a body that must be a JSON object."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        refuse("Required body invalid, please check the request body format.")
    if not isinstance(data, dict):
        refuse("Required body invalid, please check the request body format.")
    return data


def read_order(body: bytes, data: ServiceData, custom_voices: Mapping[str, str]) -> SpeechOrder:
    """Check a synthesis request.

    Args:
        body: the JSON as sent; `instructions` and `language_type` may stand in `input` or `parameters`, since
            the documentation does the one and the vendor's SDK the other.
        data: what the service offers.
        custom_voices: the model of each cloned voice.

    Raises:
        ServiceError: it is refused.
    """
    fields = read_json(body)
    model = _model(fields.get("model"), data)
    given = fields.get("input")
    if not isinstance(given, dict):
        raise ServiceError(400, "BadRequest.EmptyInput", "Required input parameter missing from request.")
    parameters = fields.get("parameters") or {}
    if not isinstance(parameters, dict):
        refuse("parameters must be an object.")
    options = parameters | given
    text = _text(given.get("text"))
    voice = _voice(given.get("voice"), model, data, custom_voices)
    language = _language(options.get("language_type"), data)
    if model.follows_instructions:
        _check_instructions(options)
    units = count_units(text)
    if units > model.max_units:
        refuse_length(model.max_units)
    gender = data.voices[voice].gender if voice in data.voices else "female"
    return SpeechOrder(model, Utterance(text, voice, gender, language), units)


def refuse(message: str) -> NoReturn:
    raise ServiceError(400, "InvalidParameter", message)


def refuse_length(limit: int) -> NoReturn:
    refuse(f"<400> InternalError.Algo.InvalidParameter: Range of input length should be [0, {limit}]")


def _model(name: object, data: ServiceData) -> ServedModel:
    if not isinstance(name, str) or not name:
        raise ServiceError(
            400, "BadRequest.EmptyModel", 'Required parameter "model" missing or invalid, please check.'
        )
    if name in data.models:
        return data.models[name]
    if _REALTIME.fullmatch(name):
        refuse("current user api does not support http call")
    if _OTHER_ENDPOINT.fullmatch(name):
        refuse("url error, please check url\uff01")
    raise ServiceError(404, "ModelNotFound", "Model can not be found.")


def _text(text: object) -> str:
    if not isinstance(text, str):
        refuse("Required parameter(s) missing or invalid: input.text")
    if not text.strip():
        refuse("input.text must not be empty.")
    if any("\ud800" <= char <= "\udfff" for char in text):
        refuse("input.text is not valid Unicode.")
    return text


def _voice(voice: object, model: ServedModel, data: ServiceData, custom_voices: Mapping[str, str]) -> str:
    if not isinstance(voice, str) or not voice:
        refuse("Required parameter(s) missing or invalid: input.voice")
    if voice in data.voice_ids(model) or custom_voices.get(voice) == model.id:
        return voice
    if model.legacy:
        *first, last = (f"'{name}'" for name in data.voice_ids(model))
        refuse(f"Input should be {','.join(first)} or {last}: parameters.audio.voice")
    refuse(_BAD_VOICE)


def _language(language: object, data: ServiceData) -> str:
    # What the service does with an unknown value is not documented; refusing it is the strict reading.
    if language is None:
        return "Auto"
    if not isinstance(language, str) or language not in data.languages:
        refuse("language_type must be one of the supported languages.")
    return language


def _check_instructions(options: Mapping[str, object]) -> None:
    if not isinstance(options.get("instructions", ""), str):
        refuse("instructions must be a string.")
    if not isinstance(options.get("optimize_instructions", False), bool):
        refuse("optimize_instructions must be a boolean.")
