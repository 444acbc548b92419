"""Hearing it: the sound device through miniaudio, or else the first player program that is found."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Self

from qwentts_cli.errors import LocalError

if TYPE_CHECKING:
    from types import TracebackType

PATIENCE_S = 10.0
PREBUFFER_S = 0.2


class Player(ABC):
    """Plays one recording; leaving the `with` block before `finish` silences it at once."""

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def write(self, pcm: bytes) -> None:
        """Play whole frames of signed 16-bit little-endian samples after those before; waits for room.

        Raises:
            LocalError: the player failed, or takes no more sound.
        """

    @abstractmethod
    def finish(self) -> None:
        """Wait until everything was heard. Raises what `write` does."""

    @abstractmethod
    def stop(self) -> None:
        """Be silent at once and let go of everything; may be called at any time and again."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def open_player(*, sample_rate: int, channels: int = 1) -> Player:
    """Open the way to the loudspeaker that is at hand, for one or two channels.

    Sound starts when 0.2 s of it are there. Not used is macOS's afplay, which reads files only.

    Raises:
        LocalError: nothing here can play.
    """
    from qwentts_cli.audio.playback.device import open_device
    from qwentts_cli.audio.playback.program import ProgramPlayer
    from qwentts_cli.audio.playback.programs import PROGRAMS

    if device := open_device(sample_rate=sample_rate, channels=channels):
        return device
    for name in PROGRAMS:
        if path := shutil.which(name):
            absolute = str(Path(path).absolute())
            return ProgramPlayer(name, absolute, sample_rate=sample_rate, channels=channels)
    raise LocalError(
        "no sound device and no player was found",
        hint="Install a player with pip install 'qwentts[play]' or apt install alsa-utils, "
        "or save the sound with -o FILE.",
    )
