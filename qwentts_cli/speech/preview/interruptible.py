"""Playing what can be interrupted at any moment."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from qwentts_cli.audio.wav import SAMPLE_BYTES, Pcm
from qwentts_cli.speech.preview.speak_previews import Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.audio.sink import Sink
    from qwentts_cli.speech.preview.speak_previews import Wish

_PIECE_S = 0.05
# So far ahead of what is heard; a player buffers as much by itself.
_AHEAD_S = 0.4


class InterruptibleSink:
    """Gives a player no more than it plays in the next moment, and asks the listener meanwhile.

    Args:
        player: what plays.
        wait: waits for so many seconds at most; gives what the listener wants, if that is something else.
    """

    def __init__(self, player: Sink, wait: Callable[[float], Wish | None]) -> None:
        self._player = player
        self._wait = wait
        self._began = 0.0
        self._written_s = 0.0

    def write(self, pcm: Pcm) -> None:
        """Play it.

        Raises:
            Interrupted: somebody has heard enough.
        """
        size = round(pcm.sample_rate * _PIECE_S) * SAMPLE_BYTES * pcm.channels
        for start in range(0, len(pcm.data), size):
            self._keep_pace()
            piece = Pcm(pcm.data[start : start + size], pcm.sample_rate, pcm.channels)
            self._player.write(piece)
            self._written_s += piece.frames / piece.sample_rate

    def finish(self) -> None:
        """Wait until it was heard. Raises what `write` does."""
        self._look(self._written_s - self._heard_s())
        self._player.finish()

    def _keep_pace(self) -> None:
        if not self._written_s or self._heard_s() > self._written_s:  # it begins, or had to wait for sound
            self._began = time.monotonic() - self._written_s
        self._look(self._written_s - self._heard_s() - _AHEAD_S)

    def _heard_s(self) -> float:
        return time.monotonic() - self._began

    def _look(self, seconds: float) -> None:
        if wish := self._wait(max(seconds, 0.0)):
            raise Interrupted(wish)
