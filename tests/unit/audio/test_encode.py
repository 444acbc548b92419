from __future__ import annotations

import io
import struct
import subprocess
import sys
import wave
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import mutagen
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from qwentts_cli.audio.encode import open_encoder
from qwentts_cli.audio.formats import AudioFormat
from qwentts_cli.audio.tags import Tags
from qwentts_cli.audio.wav import STREAMING_SIZE
from qwentts_cli.errors import LocalError, UsageError
from tests.recordings import RATE, encode, encoded, sound

if TYPE_CHECKING:
    from pathlib import Path

FILES = [fmt for fmt in AudioFormat if fmt is not AudioFormat.PCM and not fmt.is_mp4]
LOSSLESS = [AudioFormat.WAV, AudioFormat.FLAC]
TAGGED = [AudioFormat.FLAC, AudioFormat.MP3, AudioFormat.OPUS, AudioFormat.OGG]


@pytest.mark.parametrize("fmt", FILES)
@pytest.mark.parametrize("frames", [1, 575, 1152, 24_000 * 3 + 37])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_file_holds_exactly_the_frames_given(
    fmt: AudioFormat, frames: int, channels: int, tmp_path: Path
) -> None:
    """For every format and length, with tags in front, in a real file, read by another library."""
    path = tmp_path / "x"
    pcm = sound(frames, channels)
    with path.open("w+b") as out:
        encode(fmt, [pcm[:10_000], pcm[10_000:]], out, channels=channels, tags=Tags(title="你好"))
    with soundfile.SoundFile(path) as file:
        assert (file.frames, file.samplerate, file.channels) == (frames, RATE, channels)
        assert len(file.read()) == frames


@pytest.mark.parametrize("fmt", LOSSLESS)
@given(chunks=st.lists(st.binary(max_size=600).map(lambda data: data[: len(data) // 2 * 2]), max_size=12))
@settings(max_examples=30)
def test_a_lossless_file_holds_the_samples_in_order(fmt: AudioFormat, chunks: list[bytes]) -> None:
    """However the samples come in pieces."""
    data = io.BytesIO(encoded(fmt, [*chunks, b"\x01\x80"]))
    if fmt is AudioFormat.WAV:  # libsndfile takes samples that spell "OggS" for something else
        with wave.open(data) as file:
            decoded = file.readframes(file.getnframes())
    else:
        decoded = soundfile.read(data, dtype="int16")[0].astype("<i2").tobytes()
    assert decoded == b"".join(chunks) + b"\x01\x80"


def test_pcm_is_the_samples() -> None:
    assert encoded(AudioFormat.PCM, [b"ab", b"cdef"]) == b"abcdef"


def test_a_wav_file_is_canonical() -> None:
    """44 bytes of header, exact sizes, the samples, and nothing else, from where `out` stands."""
    out = io.BytesIO()
    out.write(b"front")
    encode(AudioFormat.WAV, [b"\x01\x00" * 7], out, tags=Tags(title="ignored"))
    data = out.getvalue()[5:]
    assert out.getvalue()[:5] == b"front"
    assert data[44:] == b"\x01\x00" * 7
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    assert struct.unpack("<I", data[40:44])[0] == 14


@pytest.mark.parametrize("fmt", TAGGED)
def test_tags_are_right_in_chinese(fmt: AudioFormat) -> None:
    tags = Tags(title="第一章 你好世界 🎵", artist="芊悦 Cherry", comment="说明", software="qwentts")
    data = encoded(fmt, [sound(5000)], tags=tags)
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert (file.title, file.artist, file.comment) == (tags.title, tags.artist, tags.comment)
    assert "qwentts" in str(mutagen.File(io.BytesIO(data)).tags)


@pytest.mark.parametrize("fmt", [AudioFormat.WAV, AudioFormat.MP3])
def test_an_output_may_take_a_part_at_a_time(fmt: AudioFormat) -> None:
    """An unbuffered file is allowed to; nothing is lost."""

    class Narrow(io.BytesIO):
        def write(self, data: object) -> int:
            return super().write(memoryview(data)[:100])  # type: ignore[arg-type]  # bytes or a view of them

    out = Narrow()
    encode(fmt, [sound(5000)], out)
    with soundfile.SoundFile(io.BytesIO(out.getvalue())) as file:
        assert file.frames == 5000


def test_an_encoder_left_behind_writes_nothing_more() -> None:
    """After a failure the file is closed and gone; a forgotten encoder must not touch it, nor complain."""
    out = io.BytesIO()
    encoder = open_encoder(AudioFormat.MP3, out, sample_rate=RATE, seekable=True)
    encoder.write(sound(50_000))
    out.close()
    del encoder


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("kbps", [16, 48, 128])
@pytest.mark.parametrize("fmt", [AudioFormat.MP3, AudioFormat.OPUS])
def test_a_file_has_the_bit_rate_asked_for(fmt: AudioFormat, kbps: int, channels: int) -> None:
    """In all its channels together, give or take the container, and without losing the exact length."""
    data = encoded(fmt, [sound(RATE * 3, channels)], bitrate_kbps=kbps, channels=channels)
    assert len(data) * 8 / 3 / 1000 == pytest.approx(kbps, rel=0.35)
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert file.frames == RATE * 3


@pytest.mark.parametrize("kbps", [8, 160])
@pytest.mark.parametrize("frames", [100, 5000])
def test_the_ends_of_the_mp3_range_are_exact(kbps: int, frames: int) -> None:
    data = encoded(AudioFormat.MP3, [sound(frames)], bitrate_kbps=kbps)
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert len(file.read()) == frames


def test_vorbis_grows_with_the_bit_rate() -> None:
    """It has a quality, not a rate: more is more, and the ends stay near what was asked."""
    sizes = [len(encoded(AudioFormat.OGG, [sound(RATE * 4)], bitrate_kbps=k)) for k in (24, 32, 48, 64, 90)]
    assert sizes == sorted(set(sizes))


def test_what_cannot_be_encoded_is_refused_before_the_first_byte() -> None:
    out = io.BytesIO()
    with pytest.raises(UsageError):
        open_encoder(AudioFormat.FLAC, out, sample_rate=RATE, seekable=True, bitrate_kbps=64)
    with pytest.raises(LocalError):
        open_encoder(AudioFormat.OPUS, out, sample_rate=22_050, seekable=True)
    with pytest.raises(LocalError):
        open_encoder(AudioFormat.MP3, out, sample_rate=96_000, seekable=True)
    assert out.getvalue() == b""


def test_an_error_of_the_encoder_names_the_format() -> None:
    with pytest.raises(LocalError, match=r"^the flac encoder failed: [^<>]+[^.]$"):
        open_encoder(AudioFormat.FLAC, io.BytesIO(), sample_rate=24_000, channels=99, seekable=True)


def test_wav_costs_no_library() -> None:
    """Neither numpy nor soundfile, nor threads, is loaded for the formats that need no encoder."""
    script = (
        "import io, sys\n"
        "from qwentts_cli.audio.encode import open_encoder\n"
        "from qwentts_cli.audio.formats import AudioFormat\n"
        "for fmt in (AudioFormat.WAV, AudioFormat.PCM):\n"
        "    encoder = open_encoder(fmt, io.BytesIO(), sample_rate=24000, seekable=True)\n"
        "    encoder.write(bytes(100)); encoder.finish()\n"
        "print([name for name in ('numpy', 'soundfile', 'concurrent.futures') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


class Endless(io.RawIOBase):
    """A disk with room for everything; only what is written at its start is kept."""

    def __init__(self) -> None:
        self.place = 0
        self.start = bytearray()

    def write(self, data: Any) -> int:
        if self.place < 100:
            self.start[self.place : self.place + len(data)] = data[: 100 - self.place]
        self.place += len(data)
        return len(data)

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        assert whence == io.SEEK_SET
        self.place = offset
        return offset


@pytest.mark.parametrize(("short_of_most", "size"), [(46, STREAMING_SIZE - 46), (44, STREAMING_SIZE)])
def test_a_wav_longer_than_it_can_tell_goes_on_until_its_end(short_of_most: int, size: int) -> None:
    """A sound of more than a day is kept, and its header says what every reader takes for "all of it"."""
    out = Endless()
    encoder = open_encoder(AudioFormat.WAV, cast("BinaryIO", out), sample_rate=RATE, seekable=True)
    left = STREAMING_SIZE - short_of_most + 1
    block = bytes(1 << 26)
    while left:
        encoder.write(block[:left])
        left -= min(left, len(block))
    encoder.finish()
    assert out.start[:4] == b"RIFF"
    assert struct.unpack("<I", out.start[40:44]) == (size + 1 if size < STREAMING_SIZE else size,)
