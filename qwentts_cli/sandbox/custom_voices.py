"""The voices that clients had made; they end with the sandbox."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zlib import crc32

from qwentts_cli.sandbox.http.reply import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MAX_VOICES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomVoice:
    """A voice and the only model it speaks with.

    `maker` is the model that made it; `timbre` is what it sounds like, the same for the same sample or
    description; `ready_at` is when it can be used, Unix seconds; `notes` are what its maker lists besides.
    """

    id: str
    maker: str
    target_model: str
    timbre: int
    created: str
    modified: str
    ready_at: float
    notes: Mapping[str, Any]

    def is_ready(self, now: float) -> bool:
        return now >= self.ready_at


class CustomVoices:
    """Keeps the custom voices, newest last.

    Args:
        clock: Unix seconds.
        delay: seconds until a new voice is ready.
    """

    def __init__(self, *, clock: Callable[[], float], delay: float) -> None:
        self._clock = clock
        self._delay = delay
        self._lock = threading.Lock()
        self._voices: dict[str, CustomVoice] = {}

    def create(
        self, name: str, *, maker: str, target_model: str, likeness: bytes, at_once: bool, **notes: object
    ) -> CustomVoice:
        """Make a voice that resembles `likeness`: the sample's bytes, or the words that describe it.

        Args:
            name: what its id begins with.
            maker: the model that makes it.
            target_model: the model it is for.
            likeness: the same gives the same sound.
            at_once: whether it is ready without the delay.
            notes: what is listed besides.

        Raises:
            ServiceError: there are a thousand voices already.
        """
        now = self._clock()
        made = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now))
        voice = CustomVoice(
            id=f"{name}-{uuid.uuid4().hex[:8]}",
            maker=maker,
            target_model=target_model,
            timbre=crc32(likeness) or 1,
            created=made,
            modified=made,
            ready_at=now if at_once else now + self._delay,
            notes=notes,
        )
        with self._lock:
            if len(self._voices) >= _MAX_VOICES:
                raise ServiceError(400, "Throttling.AllocationQuota", "Maximum voice storage limit exceeded.")
            self._voices[voice.id] = voice
        return voice

    def find(self, voice_id: str) -> CustomVoice | None:
        with self._lock:
            return self._voices.get(voice_id)

    def made_by(self, maker: str) -> list[CustomVoice]:
        with self._lock:
            return [voice for voice in self._voices.values() if voice.maker == maker]

    def get(self, voice_id: str, maker: str) -> CustomVoice:
        """Give a voice of that maker.

        Raises:
            ServiceError: there is none.
        """
        voice = self.find(voice_id)
        if voice is None or voice.maker != maker:
            raise ServiceError(400, "BadRequest.VoiceNotFound", f"Voice not found: {voice_id}")
        return voice

    def retrain(self, voice_id: str, maker: str, likeness: bytes) -> None:
        """Let a voice resemble something else from now on; it has to be deployed anew."""
        now = self._clock()
        voice = replace(
            self.get(voice_id, maker),
            timbre=crc32(likeness) or 1,
            modified=time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now)),
            ready_at=now + self._delay,
        )
        with self._lock:
            self._voices[voice_id] = voice

    def delete(self, voice_id: str, maker: str) -> None:
        self.get(voice_id, maker)
        with self._lock:
            self._voices.pop(voice_id, None)
