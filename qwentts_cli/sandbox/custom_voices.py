"""The voices that clients had made; they end with the sandbox."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.reply import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_VOICES = 1000


@dataclass(frozen=True, slots=True)
class CustomVoice:
    voice: str
    target_model: str
    language: str
    created: str

    def as_listed(self) -> dict[str, str]:
        return {
            "voice": self.voice,
            "gmt_create": self.created,
            "gmt_modified": self.created,
            "language": self.language,
            "target_model": self.target_model,
        }


class CustomVoices:
    """The cloned voices of this sandbox, newest last; they end with it."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._voices: dict[str, CustomVoice] = {}

    @property
    def models(self) -> dict[str, str]:
        """The model that each voice was made for."""
        with self._lock:
            return {voice.voice: voice.target_model for voice in self._voices.values()}

    def listed(self) -> list[CustomVoice]:
        with self._lock:
            return list(self._voices.values())

    def create(self, name: str, target_model: str, language: str) -> CustomVoice:
        moment = time.gmtime(self._clock())
        day, created = time.strftime("%Y%m%d", moment), time.strftime("%Y-%m-%d %H:%M:%S", moment)
        voice = CustomVoice(
            f"qwen-tts-vc-{name}-voice-{day}-{uuid.uuid4().hex[:8]}", target_model, language, created
        )
        with self._lock:
            if len(self._voices) >= _MAX_VOICES:
                raise ServiceError(400, "Throttling.AllocationQuota", "Maximum voice storage limit exceeded.")
            self._voices[voice.voice] = voice
        return voice

    def delete(self, voice: str) -> None:
        with self._lock:
            if self._voices.pop(voice, None) is None:
                raise ServiceError(400, "BadRequest.VoiceNotFound", "Voice not found.")
