"""Hearing it: the sound device through miniaudio, or else the first player program that is found."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from qwentts_cli.audio.playback.device import open_device
from qwentts_cli.audio.playback.file_player import FILE_PROGRAMS, FilePlayer
from qwentts_cli.audio.playback.program import ProgramPlayer
from qwentts_cli.audio.playback.programs import PROGRAMS
from qwentts_cli.audio.wav import SAMPLE_BYTES
from qwentts_cli.errors import LocalError

if TYPE_CHECKING:
    from qwentts_cli.audio.playback.player import Player


def open_player(*, sample_rate: int, channels: int = 1) -> Player:
    """Open the way to the loudspeaker that is at hand, for one or two channels.

    Sound starts when 0.2 s of it are there; with a program that reads files only, when all of it is.

    Raises:
        LocalError: nothing here can play.
    """
    if device := open_device(sample_rate=sample_rate, channels=channels):
        return device
    if program := find_program():
        return _open_program(*program, sample_rate, channels)
    raise LocalError(
        "no sound device and no player was found",
        hint="Install a player with pip install 'qwentts[play]' or apt install alsa-utils, "
        "or save the sound with -o FILE.",
    )


def _open_program(name: str, path: str, sample_rate: int, channels: int) -> Player:
    if name in FILE_PROGRAMS:
        return FilePlayer(name, path, sample_rate=sample_rate, channels=channels)
    argv = PROGRAMS[name](path, sample_rate, channels)
    return ProgramPlayer(name, argv, bytes_per_s=sample_rate * channels * SAMPLE_BYTES)


def find_program() -> tuple[str, str] | None:
    """Name and path of the first player program that is installed."""
    for name in (*PROGRAMS, *FILE_PROGRAMS):
        if path := shutil.which(name):
            return name, str(Path(path).absolute())
    return None
