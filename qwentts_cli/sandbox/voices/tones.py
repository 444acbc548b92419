"""A voice that needs nothing installed: it plays the text itself, so that the sound can be read back.

Each byte of the UTF-8 text is two tones, high nibble first; nibble n is a sine of 600 + 200 n Hz, 30 ms long
with raised-cosine edges of 8 ms. 240 ms of silence follow the end of a sentence and 120 ms a clause, as in
speech; there is no other silence. Speed divides all times, pitch multiplies all frequencies, and a timbre of
its own adds quiet overtones.
"""

from __future__ import annotations

import math
import sys
from array import array
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qwentts_cli.sandbox.voices.engine import Utterance

SAMPLE_RATE = 24_000
BLOCK_MS = 30
BLOCK_SAMPLES = SAMPLE_RATE * BLOCK_MS // 1000
LOWEST_HZ = 600
STEP_HZ = 200
EDGE_MS = 8

_PEAK = 16_000
_LOUDEST = 32_767
_USUAL_VOLUME = 50
_BLOCKS_PER_PIECE = 5
_SENTENCE_MARKS = frozenset("。．.!?！？…\n")  # noqa: RUF001 - the marks of Chinese
_CLAUSE_MARKS = frozenset(",;:，；：、")  # noqa: RUF001 - likewise
# Inside 3.14, 10:30 or a.b these are no pause in speech either.
_INNER_MARKS = frozenset(".,:;!?")
_SENTENCE_PAUSE_MS, _CLAUSE_PAUSE_MS = 240, 120
# How loud the overtones of a timbre are, to the fundamental: heard, and too quiet to be taken for a tone.
_QUIETEST, _LOUDNESS_SPAN = 0.05, 0.2


class ToneVoice:
    """The engine `tones`; all voices of the service sound the same, those of users do not."""

    name = "tones"

    def speak(self, utterance: Utterance) -> Iterator[bytes]:
        """Yield the text as 24 kHz mono s16le, in pieces of up to 150 ms of sound or one pause."""
        blocks = _blocks(utterance.speed, utterance.pitch, utterance.volume, utterance.timbre)
        for span, pause_ms in _spans(utterance.text):
            yield from _sound(span.encode(), blocks)
            if pause_ms:
                yield bytes(2 * round(SAMPLE_RATE * pause_ms / 1000 / utterance.speed))


def _spans(text: str) -> Iterator[tuple[str, int]]:
    """Cut `text` after its marks; of a run of marks only the last one pauses."""
    start = 0
    for end, pause in _pauses(text):
        yield text[start:end], pause
        start = end
    if start < len(text):
        yield text[start:], 0


def _pauses(text: str) -> Iterator[tuple[int, int]]:
    marks = _SENTENCE_MARKS | _CLAUSE_MARKS
    for index, mark in enumerate(text):
        following = text[index + 1 : index + 2]
        if mark not in marks or following in marks or (mark in _INNER_MARKS and following.isalnum()):
            continue
        yield index + 1, _SENTENCE_PAUSE_MS if mark in _SENTENCE_MARKS else _CLAUSE_PAUSE_MS


def _sound(data: bytes, blocks: Mapping[str, bytes]) -> Iterator[bytes]:
    nibbles = data.hex()
    for start in range(0, len(nibbles), _BLOCKS_PER_PIECE):
        yield b"".join([blocks[nibble] for nibble in nibbles[start : start + _BLOCKS_PER_PIECE]])


@lru_cache(maxsize=64)
def _blocks(speed: float, pitch: float, volume: int, timbre: int) -> Mapping[str, bytes]:
    count = round(BLOCK_SAMPLES / speed)
    peak = _PEAK * volume / _USUAL_VOLUME
    tones = {f"{nibble:x}": (LOWEST_HZ + STEP_HZ * nibble) * pitch for nibble in range(16)}
    return {nibble: _block(hertz, count, peak, _partials(timbre)) for nibble, hertz in tones.items()}


def _partials(timbre: int) -> tuple[float, ...]:
    """How loud the fundamental and its overtones are."""
    if not timbre:
        return (1.0,)
    return (1.0, *(_QUIETEST + _LOUDNESS_SPAN * (timbre >> shift & 0xFF) / 0xFF for shift in (0, 8)))


def _block(hertz: float, count: int, peak: float, partials: tuple[float, ...]) -> bytes:
    turn = 2 * math.pi * hertz / SAMPLE_RATE
    waves = [
        sum(loud * math.sin(turn * n * order) for order, loud in enumerate(partials, 1)) for n in range(count)
    ]
    levels = (round(peak * _edge(n, count) * wave) for n, wave in enumerate(waves))
    samples = array("h", (max(-_LOUDEST, min(_LOUDEST, level)) for level in levels))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def _edge(sample: int, count: int) -> float:
    """How open a block of `count` samples is at that sample, 0 to 1."""
    width = count * EDGE_MS / BLOCK_MS
    nearest = min(sample, count - sample)
    return 1.0 if nearest >= width else 0.5 - 0.5 * math.cos(math.pi * nearest / width)
