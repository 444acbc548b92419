"""How a batch is to be shown."""

from __future__ import annotations

from msgspec import Struct


class Shown(Struct, frozen=True, kw_only=True):
    """What is asked about a batch, and how it is to be told; the first three send nothing."""

    is_dry: bool
    is_explained: bool
    is_check: bool
    is_jsonl: bool
