"""Chooses what the sandbox speaks with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.sandbox.voices.engine import EngineMissing
from qwentts_cli.sandbox.voices.espeak import EspeakVoice, find_espeak
from qwentts_cli.sandbox.voices.tones import ToneVoice

if TYPE_CHECKING:
    from qwentts_cli.sandbox.voices.engine import VoiceEngine

ENGINES = ("auto", "tones", "espeak")


def find_engine(name: str) -> VoiceEngine:
    """Give the engine of that name; `auto` is eSpeak NG where it is installed, else the tones.

    Raises:
        EngineMissing: it is not installed.
        ValueError: there is none of that name.
    """
    if name not in ENGINES:
        raise ValueError(f"unknown voice engine {name!r}: one of {', '.join(ENGINES)}")
    if name == "tones":
        return ToneVoice()
    library = find_espeak()
    if library is not None:
        return EspeakVoice(library)
    if name == "espeak":
        raise EngineMissing("eSpeak NG is not installed; it comes with the extra qwentts[sandbox]")
    return ToneVoice()
