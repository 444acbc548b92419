"""A synthesis request that holds, of either endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from qwentts_cli.sandbox.service_data import ServedModel
    from qwentts_cli.sandbox.speech_file import SpeechFile


class SpeechOrder(Struct, frozen=True, kw_only=True):
    """What to say and how, and what it costs; `units` are billed characters."""

    model: ServedModel
    speech: SpeechFile
    units: int
    word_times: bool = False
