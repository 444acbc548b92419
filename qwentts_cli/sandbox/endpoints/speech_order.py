"""A synthesis request that holds, of either endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qwentts_cli.sandbox.service_data import ServedModel
    from qwentts_cli.sandbox.speech_file import SpeechFile


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechOrder:
    """What to say and how, and what it costs; `units` are billed characters."""

    model: ServedModel
    speech: SpeechFile
    units: int
    word_times: bool = False
