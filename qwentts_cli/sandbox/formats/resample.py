"""From the 24 kHz that the engines speak to the rate that was asked for."""

from __future__ import annotations

import sys
from array import array
from math import gcd
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.formats.wav_header import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def resample(pieces: Iterable[bytes], rate: int) -> Iterator[bytes]:
    """Change the rate of mono s16le, piece by piece, by linear interpolation.

    Good enough for a stand-in's voice, and all that the standard library allows: tones keep their pitch, and
    what lies above half the new rate folds back.
    """
    if rate == SAMPLE_RATE:
        yield from pieces
        return
    common = gcd(SAMPLE_RATE, rate)
    step_in, step_out = SAMPLE_RATE // common, rate // common
    plan = [(n * step_in // step_out, n * step_in % step_out) for n in range(step_out)]
    kept = array("h")
    for piece in pieces:
        kept.extend(_samples(piece))
        blocks = max(0, (len(kept) - 1) // step_in)
        if blocks:
            yield _bytes(_interpolated(kept, blocks, plan, step_in))
            kept = kept[blocks * step_in :]
    if kept:
        wanted = len(kept) * step_out // step_in
        kept.extend([kept[-1]] * (step_in + 1))
        yield _bytes(_interpolated(kept, 1, plan, step_in)[:wanted])


def _interpolated(have: array[int], blocks: int, plan: list[tuple[int, int]], step_in: int) -> array[int]:
    out, step_out = array("h"), len(plan)
    for start in range(0, blocks * step_in, step_in):
        block = have[start : start + step_in + 1]
        out.extend(
            [
                (block[n] * (step_out - part) + block[n + 1] * part) // step_out if part else block[n]
                for n, part in plan
            ]
        )
    return out


def _samples(piece: bytes) -> array[int]:
    samples = array("h", piece)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _bytes(samples: array[int]) -> bytes:
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
