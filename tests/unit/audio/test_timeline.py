"""Sounds laid at their frames."""

from __future__ import annotations

import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.audio.formats import AudioFormat
from qwentts_cli.audio.sink import EncodedSink, Recording
from qwentts_cli.audio.timing.timeline import Timeline, mix

RATE = 24_000


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 60)), max_size=8))
def test_every_sound_is_where_it_should_be(parts: list[tuple[int, int]]) -> None:
    """Sums where they overlap, zeros between."""
    out = io.BytesIO()
    timeline = Timeline(Recording([EncodedSink(AudioFormat.PCM, out, seekable=True)]))
    expected = np.zeros(200, int)
    for number, (begin, length) in enumerate(sorted(parts), 1):
        timeline.lay(np.full(length, number, np.int16), begin, RATE)
        expected[begin : begin + length] += number
    timeline.finish()
    made = np.frombuffer(out.getvalue(), "<i2")
    assert np.array_equal(made, expected[: len(made)])
    assert not expected[len(made) :].any()


def test_a_loud_sum_is_bent_and_not_clipped() -> None:
    """It grows with its parts and stays below full scale; what is not loud is the plain sum."""
    ramp = np.arange(-32768, 32768, 16, dtype=np.int32).astype(np.int16)
    mixed = mix(ramp, ramp).astype(int)
    assert (np.diff(mixed) >= 0).all()
    assert abs(mixed).max() <= 32767
    quiet = abs(ramp.astype(int)) < 13_000
    assert np.array_equal(mixed[quiet], 2 * ramp.astype(int)[quiet])
