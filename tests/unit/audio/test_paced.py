"""A sound given on at another pace while it comes."""

from __future__ import annotations

import numpy as np
import pytest

from qwentts_cli.audio.timing.paced import PacedSound
from qwentts_cli.audio.timing.stretch import stretch
from qwentts_cli.audio.wav import Pcm, Word, join_pcm
from qwentts_cli.errors import RejectedError

RATE = 24_000
SOUND = np.rint(6000 * np.sin(np.arange(3 * RATE) ** 1.2 / 50)).astype(np.int16)


def pace(speed: float, pieces: list[Pcm]) -> Pcm:
    given: list[Pcm] = []
    sound = PacedSound(speed, given.append)
    for piece in pieces:
        sound.feed(piece)
    sound.finish()
    return join_pcm(given)


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 2.0])
@pytest.mark.parametrize("size", [700, 5000, 3 * RATE])
def test_pieces_are_stretched_as_the_whole_is(speed: float, size: int) -> None:
    """To the sample, whatever their size."""
    parts = [SOUND[start : start + size] for start in range(0, len(SOUND), size)]
    made = pace(speed, [Pcm(part.tobytes(), RATE) for part in parts])
    assert made.data == stretch(SOUND, speed, RATE).tobytes()


def test_words_are_said_at_their_new_times() -> None:
    """Those of pieces that have come, and those that are told of at the end."""
    half = len(SOUND) // 2
    first = Pcm(SOUND[:half].tobytes(), RATE, words=(Word("one", 0, 500),))
    second = Pcm(SOUND[half:].tobytes(), RATE, words=(Word("two", 500, 900),))
    last = Pcm(b"", RATE, words=(Word("three", -600, 0),))
    assert pace(2.0, [first, second, last]).words == (
        Word("one", 0, 250),
        Word("two", 1000, 1200),
        Word("three", 1200, 1500),
    )


def test_more_channels_are_refused() -> None:
    """Speech has one."""
    with pytest.raises(RejectedError, match="2 channels"):
        pace(2.0, [Pcm(bytes(400), RATE, 2)])
