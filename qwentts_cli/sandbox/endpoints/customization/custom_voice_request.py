"""What the makers of voices ask for alike: a target, a page, a preview."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.endpoints.request_body import parameters_of, read_json, refuse
from qwentts_cli.sandbox.formats.sound_format import CONTAINERS, SoundFormat
from qwentts_cli.sandbox.speech_file import SpeechFile, record
from qwentts_cli.sandbox.voices.engine import Utterance

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from qwentts_cli.sandbox.custom_voices import CustomVoice
    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.service import Service
    from qwentts_cli.sandbox.service_data import ServedModel

_MAX_PAGE = 1000
_PREVIEW_RATES = (8000, 16_000, 24_000, 48_000)


def read_words(given: dict[str, Any], name: str, *, least: int = 1, most: int) -> str:
    """Give a text of so many characters."""
    text = given.get(name)
    if not isinstance(text, str) or not least <= len(text.strip()) <= most:
        refuse(f"{name} must be a text of {least} to {most} characters.")
    return text


def read_language(given: dict[str, Any], languages: Collection[str]) -> str:
    language = given.get("language", "zh")
    if not isinstance(language, str) or language not in languages:
        refuse("language is not supported.")
    return language


def find_target(service: Service, given: dict[str, Any], voice_sets: Collection[str] | None) -> ServedModel:
    """Find the model that the voice is for: one with those voices, or any of the synthesizer."""
    model = service.data.models.get(str(given.get("target_model")))
    fits = model is not None and (
        model.endpoint == "synthesizer" if voice_sets is None else model.voice_set in voice_sets
    )
    if model is None or not fits:
        refuse("target_model does not support custom voices of this kind.")
    return model


def page_of(
    voices: Sequence[CustomVoice], given: dict[str, Any]
) -> tuple[Sequence[CustomVoice], dict[str, Any]]:
    """Give a page of the voices, and what the service says of the page."""
    page, size = given.get("page_index", 0), given.get("page_size", 10)
    if type(page) is not int or type(size) is not int or page < 0 or not 0 < size <= _MAX_PAGE:
        refuse("page_index and page_size must be whole numbers.")
    facts = {"page_index": page, "page_size": size, "total_count": len(voices)}
    return voices[page * size : (page + 1) * size], facts


def preview(service: Service, exchange: Exchange, voice: CustomVoice, text: str) -> dict[str, Any]:
    """Let a new voice speak, in the format that `parameters` asks for."""
    asked = parameters_of(read_json(exchange.body))
    container, rate = asked.get("response_format", "wav"), asked.get("sample_rate", 24_000)
    if container not in CONTAINERS or rate not in _PREVIEW_RATES:
        refuse("response_format or sample_rate is not supported.")
    sound = SoundFormat(container=container, rate=rate)
    utterance = Utterance(text, voice.id, timbre=voice.timbre)
    pcm = b"".join(record(service.engine, SpeechFile(utterance=utterance, sound=sound)))
    return {
        "data": base64.b64encode(sound.encode(pcm)).decode(),
        "sample_rate": rate,
        "response_format": container,
    }
