"""What a synthesis costs, and how the service says so."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qwentts_cli.sandbox.service_data import ServedModel

# First and last code point of the Han blocks: URO, extension A, compatibility, planes 2 and 3.
_HAN_BLOCKS = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))


def count_units(text: str) -> int:
    """Count as Model Studio bills (non-realtime guide): a Han character is 2, anything else 1."""
    return sum(2 if is_han(char) else 1 for char in text)


def is_han(char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in _HAN_BLOCKS)


def usage_of(model: ServedModel, units: int, seconds: float) -> dict[str, Any]:
    """Give the `usage` object: characters, or tokens where the model bills them.

    The tokenizers are not public: a token of text is taken for a unit.
    """
    if not model.tokens_per_s:
        return {"characters": units}
    sound = math.ceil(seconds * model.tokens_per_s)
    tokens = {"total_tokens": units + sound, "input_tokens": units, "output_tokens": sound}
    if not model.legacy:
        return tokens
    return tokens | {
        "characters": 0,
        "input_tokens_details": {"text_tokens": units},
        "output_tokens_details": {"audio_tokens": sound, "text_tokens": 0},
    }
