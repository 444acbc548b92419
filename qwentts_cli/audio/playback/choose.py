"""Hearing it: the sound device through miniaudio, or else the first player program that is found."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from qwentts_cli.audio.playback.device import open_device
from qwentts_cli.audio.playback.program import ProgramPlayer
from qwentts_cli.audio.playback.programs import PROGRAMS
from qwentts_cli.errors import LocalError

if TYPE_CHECKING:
    from qwentts_cli.audio.playback.player import Player


def open_player(*, sample_rate: int, channels: int = 1) -> Player:
    """Open the way to the loudspeaker that is at hand, for one or two channels.

    Sound starts when 0.2 s of it are there. afplay of macOS is not used, since it reads files only.

    Raises:
        LocalError: nothing here can play.
    """
    if device := open_device(sample_rate=sample_rate, channels=channels):
        return device
    if program := find_program():
        return ProgramPlayer(*program, sample_rate=sample_rate, channels=channels)
    raise LocalError(
        "no sound device and no player was found",
        hint="Install a player with pip install 'qwentts[play]' or apt install alsa-utils, "
        "or save the sound with -o FILE.",
    )


def find_program() -> tuple[str, str] | None:
    """Name and path of the first player program that is installed."""
    for name in PROGRAMS:
        if path := shutil.which(name):
            return name, str(Path(path).absolute())
    return None
