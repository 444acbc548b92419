"""A voice that needs nothing installed: it plays the text itself, so that the sound can be read back.

Each byte of the UTF-8 text is two tones, high nibble first; nibble n is a sine of 600 + 200 n Hz, 30 ms long
with raised-cosine edges of 8 ms. 240 ms of silence follow the end of a sentence and 120 ms a clause, as in
speech; there is no other silence.
"""

from __future__ import annotations

import math
import sys
from array import array
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.sandbox.voices.engine import Utterance

SAMPLE_RATE = 24_000
BLOCK_MS = 30
BLOCK_SAMPLES = SAMPLE_RATE * BLOCK_MS // 1000
LOWEST_HZ = 600
STEP_HZ = 200
EDGE_MS = 8

_PEAK = 16_000
_BLOCKS_PER_PIECE = 5
_SENTENCE_MARKS = frozenset("。．.!?！？…\n")  # noqa: RUF001 - the marks of Chinese
_CLAUSE_MARKS = frozenset(",;:，；：、")  # noqa: RUF001 - likewise
# Inside 3.14, 10:30 or a.b these are no pause in speech either.
_INNER_MARKS = frozenset(".,:;!?")
_SENTENCE_PAUSE = bytes(2 * SAMPLE_RATE * 240 // 1000)
_CLAUSE_PAUSE = bytes(2 * SAMPLE_RATE * 120 // 1000)


class ToneVoice:
    """The engine `tones`; every Qwen voice sounds the same."""

    name = "tones"

    def speak(self, utterance: Utterance) -> Iterator[bytes]:
        """Yield the text as 24 kHz mono s16le, in pieces of up to 150 ms of sound or one pause."""
        for span, pause in _spans(utterance.text):
            yield from _sound(span.encode())
            if pause:
                yield pause


def _spans(text: str) -> Iterator[tuple[str, bytes]]:
    """Cut `text` after its marks; of a run of marks only the last one pauses."""
    start = 0
    for end, pause in _pauses(text):
        yield text[start:end], pause
        start = end
    if start < len(text):
        yield text[start:], b""


def _pauses(text: str) -> Iterator[tuple[int, bytes]]:
    marks = _SENTENCE_MARKS | _CLAUSE_MARKS
    for index, mark in enumerate(text):
        following = text[index + 1 : index + 2]
        if mark not in marks or following in marks or (mark in _INNER_MARKS and following.isalnum()):
            continue
        yield index + 1, _SENTENCE_PAUSE if mark in _SENTENCE_MARKS else _CLAUSE_PAUSE


def _sound(data: bytes) -> Iterator[bytes]:
    blocks = _blocks()
    nibbles = data.hex()
    for start in range(0, len(nibbles), _BLOCKS_PER_PIECE):
        yield b"".join([blocks[nibble] for nibble in nibbles[start : start + _BLOCKS_PER_PIECE]])


@cache
def _blocks() -> dict[str, bytes]:
    return {f"{nibble:x}": _block(LOWEST_HZ + STEP_HZ * nibble) for nibble in range(16)}


def _block(hertz: int) -> bytes:
    turn = 2 * math.pi * hertz / SAMPLE_RATE
    samples = array("h", (round(_PEAK * _edge(n) * math.sin(turn * n)) for n in range(BLOCK_SAMPLES)))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def _edge(sample: int) -> float:
    """How open the block is at that sample, 0 to 1."""
    width = SAMPLE_RATE * EDGE_MS // 1000
    nearest = min(sample, BLOCK_SAMPLES - sample)
    return 1.0 if nearest >= width else 0.5 - 0.5 * math.cos(math.pi * nearest / width)
