"""Speaks one text with eSpeak NG: an order as JSON on stdin, 24 kHz mono s16le on stdout.

It is run as a file by an interpreter without site-packages, so it imports nothing but the standard library.
Orders: `library` and `data` are paths, `voice` is eSpeak's name with its variant, `pitch` 0 to 99, `rate` in
words a minute, `volume` 0 to 200, `text` without NUL.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from array import array
from typing import BinaryIO

_AUDIO_OUTPUT_SYNCHRONOUS = 2
_CHARS_UTF8 = 1
_PARAMETERS = {"rate": 1, "volume": 2, "pitch": 3}
_POSITION_CHARACTER = 1
_BUFFER_MS = 100
_RATE_IN = 22_050
# 147 samples in are 160 samples out.
_STEP_IN, _STEP_OUT = 147, 160

_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class Resampler:
    """22,050 to 24,000 Hz, piece by piece, by linear interpolation: images stay some 30 dB below speech.

    No filter of the standard library would be better, and the voice is a stand-in.
    """

    def __init__(self) -> None:
        self._left = array("h")
        self._plan = [(n * _STEP_IN // _STEP_OUT, n * _STEP_IN % _STEP_OUT) for n in range(_STEP_OUT)]

    def push(self, samples: array[int]) -> array[int]:
        """Take samples in and give those out that are certain."""
        have = self._left + samples
        steps = max(0, (len(have) - 1) // _STEP_IN)
        out = array("h")
        for start in range(0, steps * _STEP_IN, _STEP_IN):
            block = have[start : start + _STEP_IN + 1]
            out.extend(
                [(block[n] * (_STEP_OUT - part) + block[n + 1] * part) // _STEP_OUT for n, part in self._plan]
            )
        self._left = have[steps * _STEP_IN :]
        return out

    def flush(self) -> array[int]:
        """Give what is left: up to 147 samples, held to the end of their block."""
        wanted = len(self._left) * _STEP_OUT // _STEP_IN
        last = self._left[-1:] or array("h", [0])
        return self.push(last * (_STEP_IN + 1))[:wanted]


class Speaker:
    """Takes the library's sound, resamples it, and passes it on at once."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._resampler = Resampler()

    def receive(self, samples: int | None, count: int, _events: int | None) -> int:
        """Be the library's callback; a result of 1 ends the synthesis."""
        if samples and count:
            piece = array("h", ctypes.string_at(samples, 2 * count))
            try:
                self.write(self._resampler.push(piece))
            except OSError:
                return 1
        return 0

    def finish(self) -> None:
        self.write(self._resampler.flush())

    def write(self, samples: array[int]) -> None:
        if sys.byteorder == "big":
            samples.byteswap()
        self._out.write(samples.tobytes())
        self._out.flush()


def main() -> int:
    order = json.load(sys.stdin.buffer)
    library = ctypes.CDLL(order["library"])
    rate = library.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, _BUFFER_MS, os.fsencode(order["data"]), 0)
    if rate != _RATE_IN or library.espeak_SetVoiceByName(order["voice"].encode()) != 0:
        return 1
    speaker = Speaker(sys.stdout.buffer)
    receive = _CALLBACK(speaker.receive)
    library.espeak_SetSynthCallback(receive)
    for name, number in _PARAMETERS.items():
        library.espeak_SetParameter(number, order[name], 0)
    text = order["text"].encode() + b"\0"
    failed = library.espeak_Synth(
        text, ctypes.c_size_t(len(text)), 0, _POSITION_CHARACTER, 0, _CHARS_UTF8, None, None
    )
    if failed:
        return 1
    speaker.finish()
    return 0


if __name__ == "__main__":
    sys.exit(main())
