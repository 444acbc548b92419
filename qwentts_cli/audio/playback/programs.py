"""The player programs that take raw samples on stdin, and how each is told what they are."""

from __future__ import annotations

from contextlib import suppress
from subprocess import DEVNULL, TimeoutExpired
from typing import TYPE_CHECKING

from qwentts_cli.settings.child import run_program

if TYPE_CHECKING:
    from collections.abc import Callable

_START_MS = 200
_USAGE_TIMEOUT_S = 5


def _pw_play(path: str, rate: int, channels: int) -> list[str]:
    # Newer releases take stdin for raw samples only when told so; older ones always do, and lack the option.
    raw = ["--raw"] if b"--raw" in _usage(path) else []
    return [path, *raw, "--format=s16", f"--rate={rate}", f"--channels={channels}", "-"]


def _paplay(path: str, rate: int, channels: int) -> list[str]:
    sound = ["--raw", "--format=s16le", f"--rate={rate}", f"--channels={channels}"]
    return [path, *sound, f"--latency-msec={_START_MS}"]


def _aplay(path: str, rate: int, channels: int) -> list[str]:
    sound = ["-t", "raw", "-f", "S16_LE", "-r", str(rate), "-c", str(channels)]
    return [path, "-q", *sound, f"--start-delay={_START_MS * 1000}", "-"]


def _ffplay(path: str, rate: int, channels: int) -> list[str]:
    # One channel is the default, and releases before 5.1 do not know the option.
    layout = ["-ch_layout", "stereo"] if channels > 1 else []
    quiet = ["-nodisp", "-autoexit", "-hide_banner", "-nostats", "-loglevel", "error"]
    return [path, *quiet, "-f", "s16le", "-ar", str(rate), *layout, "-i", "-"]


def _play(path: str, rate: int, channels: int) -> list[str]:
    sound = ["-t", "raw", "-r", str(rate), "-e", "signed", "-b", "16", "-L", "-c", str(channels)]
    return [path, "-q", "-V1", *sound, "-"]


def _usage(path: str) -> bytes:
    with suppress(OSError, TimeoutExpired):
        shown: bytes = run_program(
            [path, "--help"], stdin=DEVNULL, capture_output=True, timeout=_USAGE_TIMEOUT_S
        ).stdout
        return shown
    return b""


# In the order of preference. Where PipeWire is there for video only, pw-play would wait forever for a sink,
# while paplay reaches PipeWire and PulseAudio alike.
PROGRAMS: dict[str, Callable[[str, int, int], list[str]]] = {
    "paplay": _paplay,
    "pw-play": _pw_play,
    "aplay": _aplay,
    "ffplay": _ffplay,
    "play": _play,
}
