"""The loudspeaker as one of the places a recording goes to."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from qwentts_cli.audio.playback.choose import open_player
from qwentts_cli.audio.stream import RAW_SAMPLE_RATE
from qwentts_cli.errors import LocalError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from qwentts_cli.audio.playback.player import Player
    from qwentts_cli.audio.wav import Pcm


class PlaybackSink:
    """Plays what it is given.

    A player is opened at once, for the service's usual format, so that a machine without one says so before
    anything is paid for. With `on_failure`, a player that fails is told there and the rest goes unheard.
    Leaving the `with` block before `finish` silences it at once.
    """

    def __init__(self, on_failure: Callable[[LocalError], None] | None = None) -> None:
        self._stack = ExitStack()
        self._on_failure = on_failure
        self._format = (RAW_SAMPLE_RATE, 1)
        self._player: Player | None = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def write(self, pcm: Pcm) -> None:
        if (pcm.sample_rate, pcm.channels) != self._format:
            self._format = (pcm.sample_rate, pcm.channels)
            self._try(self._reopen)
        self._try(lambda player: player.write(pcm.data))

    def finish(self) -> None:
        self._try(lambda player: player.finish())

    def _reopen(self, player: Player) -> None:
        player.stop()
        self._player = self._open()

    def _open(self) -> Player:
        rate, channels = self._format
        return self._stack.enter_context(open_player(sample_rate=rate, channels=channels))

    def _try(self, action: Callable[[Player], None]) -> None:
        if self._player is None:
            return
        try:
            action(self._player)
        except LocalError as error:
            if self._on_failure is None:
                raise
            self._player = None
            self._on_failure(error)
