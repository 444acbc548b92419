"""MP3: what the frame in front of it tells, and a pipe whose length a player can know."""

from __future__ import annotations

import io
import math

import pytest
import soundfile

from qwentts_cli.audio.formats import AudioFormat
from qwentts_cli.audio.mp3 import crc16, nearest_kbps
from tests.recordings import encode, encoded, sound

RATES = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]


def mp3(
    frames: int, *, rate: int, kbps: int | None = None, channels: int = 1, seekable: bool = True
) -> bytes:
    out = io.BytesIO()
    pcm = sound(frames, channels)
    encode(
        AudioFormat.MP3, [pcm[:1000], pcm[1000:]], out,
        sample_rate=rate, channels=channels, bitrate_kbps=kbps, seekable=seekable,
    )  # fmt: skip
    return out.getvalue()


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", RATES)
def test_every_sample_rate_has_its_exact_length(rate: int, channels: int) -> None:
    """In all three versions of MPEG, read by another library."""
    data = mp3(rate + 123, rate=rate, channels=channels)
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert (file.samplerate, file.channels, len(file.read())) == (rate, channels, rate + 123)


@pytest.mark.parametrize("kbps", [32, 48, 64, 160])
def test_a_pipe_tells_its_length_by_its_rate(kbps: int) -> None:
    """A player that cannot measure a stream divides its bytes by the bit rate of its first frames."""
    data = mp3(24_000 * 5, rate=24_000, kbps=kbps, seekable=False)
    start = data.index(b"\xff\xf3")
    assert len(data[start:]) * 8 / (kbps * 1000) == pytest.approx(5, abs=0.15)


def test_the_first_frame_of_a_pipe_tells_where_the_sound_begins_and_claims_no_length() -> None:
    """LAME begins 576 samples late; a count of 0 frames would be believed."""
    data = mp3(24_000, rate=24_000, seekable=False)
    tag = data[data.index(b"Info") :]
    assert tag[4:8] == bytes(4)
    assert tag[8:17] == b"LAME3.100"
    assert int.from_bytes(tag[8 + 21 : 8 + 24]) >> 12 == 576


def test_the_tag_is_signed_with_the_checksum_of_its_frame() -> None:
    """Some players ignore a tag whose checksum is wrong; this one's known answer is that of "123456789"."""
    assert crc16(b"123456789") == 0xBB3D
    data = mp3(24_000, rate=24_000)
    begin, end = data.index(b"\xff\xf3"), data.index(b"LAME3.100") + 34
    assert int.from_bytes(data[end : end + 2]) == crc16(data[begin:end])


def test_the_tag_counts_the_frames_and_bytes_of_the_whole() -> None:
    data = mp3(24_000 * 2, rate=24_000)
    begin = data.index(b"\xff\xf3")
    tag = data[data.index(b"Info") :]
    frames, size = int.from_bytes(tag[8:12]), int.from_bytes(tag[12:16])
    assert size == len(data) - begin
    assert math.ceil(24_000 * 2 / 576) <= frames <= math.ceil(24_000 * 2 / 576) + 3


@pytest.mark.parametrize(
    ("rate", "asked", "given"), [(24_000, 100, 96), (24_000, 104, 112), (48_000, 300, 320), (8000, 9, 8)]
)
def test_the_nearest_rate_that_mp3_has_is_taken(rate: int, asked: int, given: int) -> None:
    """There are fourteen; of two equally near the better."""
    assert nearest_kbps(rate, asked) == given


def test_the_same_sound_gives_the_same_file() -> None:
    """So that a file that is made again does not differ."""
    assert encoded(AudioFormat.MP3, [sound(5000)]) == encoded(AudioFormat.MP3, [sound(5000)])
