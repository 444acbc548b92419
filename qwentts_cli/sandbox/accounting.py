"""What a synthesis costs, and how the service says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qwentts_cli.sandbox.service_data import ServedModel

_BYTES_PER_SECOND = 48_000
_TOKENS_PER_SECOND = 50
# First and last code point of the Han blocks: URO, extension A, compatibility, planes 2 and 3.
_HAN_BLOCKS = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))


def count_units(text: str) -> int:
    """Count as Model Studio bills (non-realtime guide): a Han character is 2, anything else 1."""
    return sum(2 if _is_han(ord(char)) else 1 for char in text)


def usage_of(model: ServedModel, units: int, audio_bytes: int) -> dict[str, Any]:
    """Give the `usage` object: characters for Qwen3-TTS, tokens for the legacy models.

    The legacy tokenizer is not public: a token of text is taken for a unit; a second of audio is 50 tokens.
    """
    if not model.legacy:
        return {"characters": units}
    audio_tokens = -(-audio_bytes * _TOKENS_PER_SECOND // _BYTES_PER_SECOND)
    return {
        "total_tokens": units + audio_tokens,
        "input_tokens": units,
        "output_tokens": audio_tokens,
        "characters": 0,
        "input_tokens_details": {"text_tokens": units},
        "output_tokens_details": {"audio_tokens": audio_tokens, "text_tokens": 0},
    }


def _is_han(code_point: int) -> bool:
    return any(first <= code_point <= last for first, last in _HAN_BLOCKS)
