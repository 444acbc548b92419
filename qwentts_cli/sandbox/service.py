"""What the routes of one sandbox share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.sandbox.audio_store import AudioStore
    from qwentts_cli.sandbox.custom_voices import CustomVoices
    from qwentts_cli.sandbox.faults.script import FaultScript
    from qwentts_cli.sandbox.rate_limit import RateLimit
    from qwentts_cli.sandbox.service_data import ServiceData
    from qwentts_cli.sandbox.voices.engine import VoiceEngine


@dataclass(frozen=True, slots=True)
class Service:
    data: ServiceData
    engine: VoiceEngine
    audio: AudioStore
    custom_voices: CustomVoices
    faults: FaultScript
    limit: RateLimit
    clock: Callable[[], float]
