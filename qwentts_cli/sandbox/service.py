"""What the routes of one sandbox share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.sandbox.access import Access
    from qwentts_cli.sandbox.audio_store import AudioStore
    from qwentts_cli.sandbox.custom_voices import CustomVoices
    from qwentts_cli.sandbox.faults.fault_script import FaultScript
    from qwentts_cli.sandbox.rate_limit import RateLimit
    from qwentts_cli.sandbox.service_data import ServiceData
    from qwentts_cli.sandbox.upload_store import UploadStore
    from qwentts_cli.sandbox.voices.engine import VoiceEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """All that an endpoint needs.

    `origin` is scheme, host and port; `region` is that of a path that names none, "" for the models of every
    region; `retired` names models, or is `ended` for all whose announced end is past.
    """

    origin: str
    region: str
    retired: frozenset[str]
    access: Access
    data: ServiceData
    engine: VoiceEngine
    audio: AudioStore
    custom_voices: CustomVoices
    uploads: UploadStore
    faults: FaultScript
    limit: RateLimit
    clock: Callable[[], float]
