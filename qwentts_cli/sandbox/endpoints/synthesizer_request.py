"""Reads a request for Qwen-Audio-TTS or CosyVoice: unknown keys are ignored with 200, as the service does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.accounting import count_units
from qwentts_cli.sandbox.endpoints.request_body import (
    bad_parameter,
    input_of,
    parameters_of,
    read_flag,
    read_json,
    read_number,
    read_text,
    read_voice,
    refuse,
)
from qwentts_cli.sandbox.endpoints.served_models import find_model
from qwentts_cli.sandbox.endpoints.speech_order import SpeechOrder
from qwentts_cli.sandbox.formats.sound_format import CONTAINERS, SoundFormat
from qwentts_cli.sandbox.speech_file import SpeechFile
from qwentts_cli.sandbox.voices.engine import Utterance

if TYPE_CHECKING:
    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.service import Service
    from qwentts_cli.sandbox.service_data import ServedModel

_RATES = (8000, 12_000, 16_000, 22_050, 24_000, 44_100, 48_000)
_OPUS_RATES = (8000, 12_000, 16_000, 24_000, 48_000)
_DEFAULT_RATE, _DEFAULT_OPUS_RATE = 22_050, 24_000
_MAX_HOT_FIXES = 1000
# These end silently after some 836 tokens of sound, whatever is left of the text.
_FALLS_SILENT = re.compile(r"cosyvoice-v3(\.5)?-.*")
_SILENT_AFTER_S = 33.4
# CosyVoice's own voices, of which the catalogue has no list.
_COSYVOICE = re.compile(r"l+o+ng[a-z0-9_]+")
_TAG = re.compile(r"<[^>]*>")


def read_synthesis(service: Service, exchange: Exchange) -> SpeechOrder:
    """Check a request to SpeechSynthesizer; what stands in `parameters` counts where `input` is silent.

    Raises:
        ServiceError: it is refused.
    """
    fields = read_json(exchange.body)
    model = find_model(service, exchange, fields.get("model"), endpoint="synthesizer")
    given = parameters_of(fields) | input_of(fields)
    text = read_text(given)
    _check_text(model, text)
    _check_instruction(model, given)
    _check_the_rest(service, given)
    voice = read_voice(given)
    return SpeechOrder(
        model=model,
        speech=SpeechFile(
            utterance=_utterance(service, model, voice, given),
            sound=_sound(given),
            max_seconds=_max_seconds(service, model, voice),
        ),
        units=count_units(text),
        word_times=read_flag(given, "word_timestamp_enabled"),
    )


def _max_seconds(service: Service, model: ServedModel, voice: str) -> float | None:
    own = service.custom_voices.find(voice)
    if own is not None and not own.is_ready(service.clock()):
        # The service takes the request, and the money, and says nothing.
        return 0.0
    return _SILENT_AFTER_S if _FALLS_SILENT.fullmatch(model.id) else None


def _check_text(model: ServedModel, text: str) -> None:
    units = count_units(text)
    if units > model.max_units:
        refuse(f"Each request sends text is limited: {model.max_units}, current: {units}")
    if not any(char.isalnum() for char in text):
        refuse("Please ensure input text is valid.")


def _utterance(service: Service, model: ServedModel, voice: str, given: dict[str, Any]) -> Utterance:
    text = _TAG.sub("", given["text"]) if read_flag(given, "enable_ssml") else given["text"]
    known = service.data.voices.get(voice)
    return Utterance(
        text,
        voice,
        gender=known.gender if known else "female",
        speed=read_number(given, "rate", 1.0, 0.5, 2.0),
        pitch=read_number(given, "pitch", 1.0, 0.5, 2.0),
        volume=int(read_number(given, "volume", 50, 0, 100)),
        timbre=_timbre(service, model, voice),
    )


def _timbre(service: Service, model: ServedModel, voice: str) -> int:
    own = service.custom_voices.find(voice)
    if own is not None and own.target_model == model.id:
        return own.timbre
    listed = service.data.voice_ids(model)
    if voice in listed or (model.voice_prefix and voice.startswith(model.voice_prefix)):
        return 0
    is_cosyvoice = model.id.startswith("cosyvoice")
    if is_cosyvoice and not listed and model.voice_set != "own" and _COSYVOICE.fullmatch(voice):
        return 0
    # The numbers are all that the service says of a voice that the model does not have.
    raise bad_parameter(
        "[tts:]Engine return error code: 418"
        if is_cosyvoice
        else "[cosyvoice:]Engine error [411]: TTS speak operation failed"
    )


def _sound(given: dict[str, Any]) -> SoundFormat:
    container = given.get("format", "mp3")
    if container not in CONTAINERS:
        refuse(f"format must be one of {', '.join(CONTAINERS)}.")
    opus = container == "opus"
    rate = given.get("sample_rate", _DEFAULT_OPUS_RATE if opus else _DEFAULT_RATE)
    rates = _OPUS_RATES if opus else _RATES
    if type(rate) is not int or rate not in rates:
        refuse(f"sample_rate must be one of {', '.join(map(str, rates))}.")
    return SoundFormat(container=container, rate=rate, kbit_s=int(read_number(given, "bit_rate", 32, 6, 510)))


def _check_instruction(model: ServedModel, given: dict[str, Any]) -> None:
    instruction = given.get("instruction", "")
    if not isinstance(instruction, str):
        refuse("instruction must be a string.")
    too_long = bool(model.max_instruction_units) and count_units(instruction) > model.max_instruction_units
    if instruction and (too_long or "instructions" not in model.takes):
        refuse("[tts:]Engine return error code: 428")


def _check_the_rest(service: Service, given: dict[str, Any]) -> None:
    read_number(given, "seed", 0, 0, 65_535)
    read_flag(given, "enable_aigc_tag")
    if not all(isinstance(given.get(name, ""), str) for name in ("aigc_propagator", "aigc_propagate_id")):
        refuse("aigc_propagator and aigc_propagate_id must be strings.")
    hints = given.get("language_hints") or []
    if not isinstance(hints, list) or any(hint not in service.data.language_hints for hint in hints[:1]):
        refuse("language_hints must be a list of supported languages.")
    hot_fix = given.get("hot_fix") or {}
    if not isinstance(hot_fix, dict) or len(hot_fix) > _MAX_HOT_FIXES:
        refuse("hot_fix must be an object.")
