"""The loudspeaker, beside a file that is written too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.audio.playback.sink import PlaybackSink
from qwentts_cli.audio.wav import Pcm
from qwentts_cli.errors import LocalError
from tests.unit.audio.playback.test_player import RATE, SOUND, program

if TYPE_CHECKING:
    from pathlib import Path


def write_at_two_rates(sink: PlaybackSink, player: Path) -> None:
    """The only player goes away before the second can be opened."""
    with sink:
        sink.write(Pcm(SOUND, RATE))
        player.unlink()
        sink.write(Pcm(SOUND, RATE * 2))
        sink.write(Pcm(SOUND, RATE * 2))
        sink.finish()


def test_a_player_that_cannot_be_opened_for_another_rate_is_told_once(programs: Path) -> None:
    """The file goes on."""
    program(programs, "paplay", "cat > /dev/null")
    told: list[LocalError] = []
    write_at_two_rates(PlaybackSink(on_failure=told.append), programs / "paplay")
    assert ["no player was found" in error.message for error in told] == [True]


def test_where_only_the_player_gets_the_sound_it_is_an_error(programs: Path) -> None:
    program(programs, "paplay", "cat > /dev/null")
    with pytest.raises(LocalError, match="no player was found"):
        write_at_two_rates(PlaybackSink(), programs / "paplay")
