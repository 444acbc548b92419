"""The endpoint of Qwen-Audio-TTS and CosyVoice, by its HTTP reference.

Its own defaults, an MP3 at 22,050 Hz, would lose sound, so that a WAV at the rate of Qwen3-TTS is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwentts_cli.dashscope.catalog import load_catalog

if TYPE_CHECKING:
    from qwentts_cli.dashscope.request import AiLabel, SynthesisRequest

PATH = "/services/audio/tts/SpeechSynthesizer"
_SAMPLE_RATE = 24_000
_NAMES = {"speed": "rate"}


def build_body(request: SynthesisRequest) -> dict[str, Any]:
    """The documented body, without the keys that are at their default; all of it stands in `input`."""
    fields = {
        "text": request.text,
        "voice": request.voice,
        "format": "wav",
        "sample_rate": _SAMPLE_RATE,
        **{_NAMES.get(name, name): value for name, value in request.tuning.asked().items()},
        "instruction": request.instructions,
        "language_hints": _hints(request.language),
        "hot_fix": _hot_fix(request),
        **_label(request.ai_label),
        "word_timestamp_enabled": request.word_times or None,
    }
    return {
        "model": request.model,
        "input": {name: value for name, value in fields.items() if value is not None},
    }


def _hot_fix(request: SynthesisRequest) -> dict[str, Any] | None:
    """How words are read, in the form of the reference: one object for each."""
    words = [{word: pinyin} for word, pinyin in request.pronunciations]
    return {"pronunciation": words} if words else None


def _label(label: AiLabel | None) -> dict[str, Any]:
    """The service labels as the law asks for, and names itself; what is missing is who hands it on."""
    if not label:
        return {}
    return {
        "enable_aigc_tag": True,
        "aigc_propagator": label.by or None,
        "aigc_propagate_id": label.id or None,
    }


def _hints(language: str | None) -> list[str] | None:
    """Codes, of which the service heeds only the first."""
    return [code for code, name in load_catalog().languages.items() if name == language] or None
