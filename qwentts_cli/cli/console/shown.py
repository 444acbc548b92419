"""How a batch is to be shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is asked about a batch, and how it is to be told; the first three send nothing."""

    is_dry: bool
    is_explained: bool
    is_check: bool
    is_jsonl: bool
