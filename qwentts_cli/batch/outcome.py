"""How one item of a batch ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.errors import QwenTTSError


@unique
class Status(StrEnum):
    MADE = "made"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Gap:
    """A passage that the service's filter refused, left out as silence: its place and length in the text."""

    line: int
    column: int
    characters: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """`output` is the file that was or would have been written; `billed` is what this run paid for it."""

    number: int
    source: str
    output: Path
    voice: str
    model: str
    status: Status
    text: str = ""
    duration_s: float = 0.0
    characters: int = 0
    billed: int = 0
    requests: int = 0
    request_ids: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = field(default=())
    error: QwenTTSError | None = None
