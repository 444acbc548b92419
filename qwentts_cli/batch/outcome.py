"""How one item of a batch ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import TYPE_CHECKING

from qwentts_cli.synthesis.usage import Usage

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.errors import QwenTTSError


@unique
class Status(StrEnum):
    MADE = "made"
    SKIPPED = "skipped"
    FAILED = "failed"


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
    usage: Usage = field(default_factory=Usage)
    error: QwenTTSError | None = None
