"""Reads a request for Qwen3-TTS as the service does: what is unknown is ignored, what is wrong is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from qwentts_cli.sandbox.accounting import count_units
from qwentts_cli.sandbox.endpoints.request_body import (
    bad_parameter,
    input_of,
    parameters_of,
    read_json,
    read_text,
    read_voice,
    refuse,
)
from qwentts_cli.sandbox.endpoints.served_models import find_model
from qwentts_cli.sandbox.endpoints.speech_order import SpeechOrder
from qwentts_cli.sandbox.speech_file import SpeechFile
from qwentts_cli.sandbox.voices.engine import Utterance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.service import Service
    from qwentts_cli.sandbox.service_data import ServedModel, ServiceData

_BAD_VOICE = (
    "Invalid voice specified, the requested voice does not exist or is not licensed for use\u2014"
    "please select a supported voice."
)


def read_generation(service: Service, exchange: Exchange) -> SpeechOrder:
    """Check a request to multimodal-generation.

    `instructions` and `language_type` may stand in `input`, as documented, or in `parameters`, where the
    vendor's SDK puts them.

    Raises:
        ServiceError: it is refused.
    """
    fields = read_json(exchange.body)
    model = find_model(service, exchange, fields.get("model"), endpoint="generation")
    given = input_of(fields)
    options = parameters_of(fields) | given
    text = read_text(given)
    utterance = _utterance(service, model, read_voice(given), text, _language(options, service.data))
    if "instructions" in model.takes:
        _check_instructions(options)
    units = count_units(text)
    if units > model.max_units:
        refuse_length(model.max_units)
    return SpeechOrder(model=model, speech=SpeechFile(utterance=utterance), units=units)


def refuse_length(limit: int) -> NoReturn:
    refuse(f"<400> InternalError.Algo.InvalidParameter: Range of input length should be [0, {limit}]")


def _utterance(service: Service, model: ServedModel, name: str, text: str, language: str) -> Utterance:
    if name in service.data.voice_ids(model):
        return Utterance(text, name, service.data.voices[name].gender, language)
    own = service.custom_voices.find(name)
    if own is not None and own.target_model == model.id:
        return Utterance(text, name, language=language, timbre=own.timbre)
    if model.legacy:
        *first, last = (f"'{voice}'" for voice in service.data.voice_ids(model))
        refuse(f"Input should be {','.join(first)} or {last}: parameters.audio.voice")
    raise bad_parameter(_BAD_VOICE)


def _language(options: Mapping[str, object], data: ServiceData) -> str:
    # What the service does with an unknown value is not documented; refusing it is the strict reading.
    language = options.get("language_type")
    if language is None:
        return "Auto"
    if not isinstance(language, str) or language not in data.language_types:
        refuse("language_type must be one of the supported languages.")
    return language


def _check_instructions(options: Mapping[str, object]) -> None:
    if not isinstance(options.get("instructions", ""), str):
        refuse("instructions must be a string.")
    if not isinstance(options.get("optimize_instructions", False), bool):
        refuse("optimize_instructions must be a boolean.")
