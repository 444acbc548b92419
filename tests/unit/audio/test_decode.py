"""Files read back as samples."""

from __future__ import annotations

import array
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.audio.decode import decode
from qwentts_cli.audio.encode import open_encoder
from qwentts_cli.audio.formats import AudioFormat
from qwentts_cli.audio.native import load_av
from qwentts_cli.errors import LocalError

if TYPE_CHECKING:
    from pathlib import Path

RATE = 24_000
# A square wave as loud as it can be, which no lossy codec keeps within its bounds.
LOUD = array.array("h", [32_767] * 60 + [-32_768] * 60) * 400


def write(path: Path, fmt: AudioFormat) -> None:
    with path.open("wb") as out:
        encoder = open_encoder(fmt, out, sample_rate=RATE, seekable=True)
        encoder.write(LOUD.tobytes())
        encoder.finish()


@pytest.mark.parametrize("fmt", AudioFormat)
def test_what_was_written_is_read(tmp_path: Path, fmt: AudioFormat) -> None:
    """Exactly, or as near as a codec is; the loudest sound stays loud on its own side of zero."""
    path = tmp_path / "ünïcode 声.bin"
    write(path, fmt)
    blocks = list(decode(path, fmt))
    assert {(block.sample_rate, block.channels) for block in blocks} == {(RATE, 1)}
    samples = array.array("h", b"".join(block.data for block in blocks))
    assert len(samples) == len(LOUD)
    if not fmt.is_lossy:
        assert samples == LOUD
        return
    middles = range(4830, len(LOUD) - 4830, 60)
    assert all((samples[middle] > 0) == (LOUD[middle] > 0) for middle in middles)
    assert max(samples) == 32_767
    assert min(samples) == -32_768


def test_raw_samples_have_the_rate_that_is_told(tmp_path: Path) -> None:
    """There is no header to say it."""
    path = tmp_path / "a.pcm"
    write(path, AudioFormat.PCM)
    blocks = list(decode(path, AudioFormat.PCM, raw_rate=48_000))
    assert {block.sample_rate for block in blocks} == {48_000}


def test_a_file_that_does_not_tell_its_length_is_read_to_its_end(tmp_path: Path) -> None:
    """Some containers have none before their end."""
    av = load_av()
    path = tmp_path / "a.m4a"
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("aac", rate=RATE, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=RATE)
        frame.planes[0].update(bytes(2 * RATE))
        frame.sample_rate = RATE
        for some in (frame, None):
            container.mux(stream.encode(some))
    assert sum(len(block.data) for block in decode(path, AudioFormat.M4A)) >= 2 * RATE


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    with pytest.raises(LocalError, match=r"cannot read .*a\.flac: No such file"):
        list(decode(path, AudioFormat.FLAC))
    path.write_bytes(b"no sound at all")
    with pytest.raises(LocalError, match=r"cannot read .*a\.flac"):
        list(decode(path, AudioFormat.FLAC))
