"""Reads back the text that the sandbox's tones play, from any file or PCM.

The decoder knows the code (sixteen tones, 30 ms each) but shares no code with the voice. It looks for the
segmentation into tones and silence that leaves the least sound unexplained, so silence may have any length
and stand anywhere, and a codec's delay, priming and pre-echo do no harm.
"""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HOP_MS = 2
_BLOCK_MS = 30
_BLOCK_HOPS = _BLOCK_MS // _HOP_MS
_EDGE_MS = 8
# What one tone must explain beyond silence, as a share of the loudest tone: keeps codec noise silent.
_TONE_COST = 0.05
_MAX_RESIDUE = 0.25
_MIN_EXPLAINED = 0.5
_ROWS = 4096


class NotTones(AssertionError):
    """The sound is not a whole text in tones."""


def read_back(source: Path | str | bytes, *, speed: float = 1.0, pitch: float = 1.0) -> str:
    """Decode a sound file that soundfile can read: WAV, FLAC, Ogg Vorbis, Opus, MP3; ffmpeg reads M4B.

    `speed` and `pitch` are what was asked for: another pace or another pitch is not understood.
    """
    if not isinstance(source, bytes) and Path(source).suffix in {".m4a", ".m4b"}:
        command = ["ffmpeg", "-v", "error", "-i", str(source), "-f", "s16le", "-ac", "1", "-ar", "24000", "-"]
        return read_back_pcm(subprocess.run(command, capture_output=True, check=True).stdout)
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
    return _decode(samples.mean(axis=1).astype(np.float32), rate, speed, pitch)


def read_back_pcm(pcm: bytes, rate: int = 24_000) -> str:
    """Decode headerless mono s16le."""
    if len(pcm) % 2:
        raise NotTones(f"{len(pcm)} bytes are not whole samples")
    return _decode(np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768), rate)


def without_space(text: str) -> str:
    """Leave out white space: none is sent at the ends of segments."""
    return "".join(text.split())


def _decode(samples: NDArray[np.float32], rate: int, speed: float = 1.0, pitch: float = 1.0) -> str:
    # Speech of twice the speed is speech of half the rate, with tones that are half as high.
    nibbles = _nibbles(samples, rate / speed, pitch / speed)
    if len(nibbles) % 2:
        raise NotTones(f"{len(nibbles)} tones are not whole bytes")
    data = bytes.fromhex("".join(f"{nibble:x}" for nibble in nibbles))
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise NotTones(f"{len(data)} bytes are not UTF-8: {error.reason} at {error.start}") from None


def _nibbles(samples: NDArray[np.float32], rate: float, pitch: float) -> list[int]:
    block = round(rate * _BLOCK_MS / 1000)
    # Room on both sides for a tone that a codec smeared beyond the ends.
    padded = np.concatenate([np.zeros(block, np.float32), samples, np.zeros(2 * block, np.float32)])
    hops = int((len(padded) - block) / (rate * _HOP_MS / 1000))
    starts = np.round(np.arange(hops + 1) * rate * _HOP_MS / 1000).astype(np.int64)
    total = np.concatenate([[0.0], np.cumsum(padded.astype(np.float64) ** 2)])
    hop_energy = np.diff(total[starts])
    block_energy = total[starts + block] - total[starts]
    explained, best = _match(padded, starts, block, rate, pitch)
    if not len(samples) or explained.max() <= 0:
        return []
    loudest = float(explained.max())
    residue = np.maximum(block_energy - explained, 0) + _TONE_COST * loudest
    chosen = _segment(hop_energy, residue)
    if chosen and float(np.max(residue[chosen])) > (_MAX_RESIDUE + _TONE_COST) * loudest:
        at = chosen[int(np.argmax(residue[chosen]))]
        raise NotTones(f"no clean tone at {at * _HOP_MS - _BLOCK_MS} ms")
    if chosen and float(np.min(explained[chosen])) < _MIN_EXPLAINED * loudest:
        at = chosen[int(np.argmin(explained[chosen]))]
        raise NotTones(f"only a part of a tone at {at * _HOP_MS - _BLOCK_MS} ms")
    heard = float(np.sum(hop_energy)) - float(np.sum(block_energy[chosen]))
    if heard > _MAX_RESIDUE * loudest:
        raise NotTones("there is sound that is no tone")
    return [int(best[start]) for start in chosen]


def _match(
    padded: NDArray[np.float32], starts: NDArray[np.int64], block: int, rate: float, pitch: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """For a tone at each start: how much energy the best of the sixteen explains, and which it is."""
    seconds = np.arange(block) / rate
    shape = np.clip(np.minimum(seconds, block / rate - seconds) * 1000 / _EDGE_MS, 0, 1)
    shape = 0.5 - 0.5 * np.cos(np.pi * shape)
    turns = 2 * np.pi * np.outer(seconds, pitch * (600 + 200 * np.arange(16)))
    pair = np.concatenate([np.cos(turns), np.sin(turns)], axis=1) * shape[:, None]
    pair = (pair / np.linalg.norm(pair, axis=0)).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(padded, block)
    explained, best = np.zeros(len(starts)), np.zeros(len(starts), np.int64)
    for row in range(0, len(starts), _ROWS):
        power = (windows[starts[row : row + _ROWS]] @ pair) ** 2
        power = power[:, :16] + power[:, 16:]
        best[row : row + _ROWS] = power.argmax(axis=1)
        explained[row : row + _ROWS] = power.max(axis=1)
    return explained, best


def _segment(hop_energy: NDArray[np.float64], residue: NDArray[np.float64]) -> list[int]:
    """Choose where the tones start so that the energy outside them plus their residue is least."""
    silence, tone = hop_energy.tolist(), residue.tolist()
    cost = [0.0] * (len(silence) + 1)
    is_tone = [False] * (len(silence) + 1)
    for end in range(1, len(cost)):
        cost[end] = cost[end - 1] + silence[end - 1]
        if (
            end >= _BLOCK_HOPS
            and (with_tone := cost[end - _BLOCK_HOPS] + tone[end - _BLOCK_HOPS]) < cost[end]
        ):
            cost[end], is_tone[end] = with_tone, True
    chosen, end = [], len(silence)
    while end > 0:
        if is_tone[end]:
            end -= _BLOCK_HOPS
            chosen.append(end)
        else:
            end -= 1
    return chosen[::-1]
