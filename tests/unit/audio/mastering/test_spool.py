"""A sound that is kept until its end: it arrives whole, and says how much of it is encoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.audio.mastering.spool import SpooledSink
from qwentts_cli.audio.wav import Pcm

if TYPE_CHECKING:
    from pathlib import Path

RATE = 24_000


class Kept:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.data = b""
        self.is_finished = False

    def write(self, pcm: Pcm) -> None:
        self.data += pcm.data

    def finish(self) -> None:
        self.is_finished = True


def test_it_tells_how_many_seconds_are_encoded_and_of_how_many(tmp_path: Path) -> None:
    """Of each block, up to the last."""
    kept, told = Kept(), list[tuple[float, float]]()
    sink = SpooledSink(tmp_path, lambda: kept, told=lambda done_s, total_s: told.append((done_s, total_s)))
    second = bytes(range(250)) * (2 * RATE // 250)
    for _ in range(6):
        sink.write(Pcm(second, RATE, 1))
    assert told == []
    sink.finish()
    assert (kept.data, kept.is_finished) == (second * 6, True)
    assert {total_s for _, total_s in told} == {6.0}
    done = [done_s for done_s, _ in told]
    assert done == sorted(done)
    assert (len(done) > 1, done[-1]) == (True, 6.0)


def test_without_a_sound_nothing_is_told(tmp_path: Path) -> None:
    """The file is begun and ended all the same."""
    kept, told = Kept(), list[float]()
    SpooledSink(tmp_path, lambda: kept, told=lambda done_s, _total_s: told.append(done_s)).finish()
    assert (told, kept.is_finished) == ([], True)
