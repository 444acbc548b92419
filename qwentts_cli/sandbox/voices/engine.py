"""What the sandbox speaks with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class EngineMissing(Exception):
    """The engine asked for is not installed."""


class EngineFailed(Exception):
    """The engine could not speak this text; the service answers such a thing with a 500."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What is to be said, and how.

    `language` is one of `language_type`, `gender` as in the catalogue; `speed` and `pitch` are factors,
    `volume` is 0 to 100; `timbre` is 0 for the service's voices and a number of its own for a custom voice.
    """

    text: str
    voice: str
    gender: str = "female"
    language: str = "Auto"
    speed: float = 1.0
    pitch: float = 1.0
    volume: int = 50
    timbre: int = 0


class VoiceEngine(Protocol):
    """Speaks for many threads at once; the same utterance always sounds the same."""

    @property
    def name(self) -> str: ...

    def speak(self, utterance: Utterance) -> Iterator[bytes]:
        """Yield 24 kHz mono s16le in pieces of whole samples, each as soon as it exists.

        Raises:
            EngineFailed: it cannot, or cannot go on.
        """
