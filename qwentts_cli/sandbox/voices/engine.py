"""What the sandbox speaks with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from qwentts_cli.sandbox.voices.tones import ToneVoice

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGINES = ("auto", "tones", "espeak")


class EngineMissing(Exception):
    """The engine asked for is not installed."""


class EngineFailed(Exception):
    """The engine could not speak this text; the service answers such a thing with a 500."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What is to be said: `language` as in `language_type`, `gender` as in the catalogue."""

    text: str
    voice: str
    gender: str = "female"
    language: str = "Auto"


class VoiceEngine(Protocol):
    """Speaks for many threads at once; the same utterance always sounds the same."""

    @property
    def name(self) -> str: ...

    def speak(self, utterance: Utterance) -> Iterator[bytes]:
        """Yield 24 kHz mono s16le in pieces of whole samples, each as soon as it exists.

        Raises:
            EngineFailed: it cannot, or cannot go on.
        """


def find_engine(name: str) -> VoiceEngine:
    """Give the engine of that name; `auto` is eSpeak NG where it is installed, else the tones.

    Raises:
        EngineMissing: it is not installed.
        ValueError: there is none of that name.
    """
    from qwentts_cli.sandbox.voices.espeak import EspeakVoice, find_espeak

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
