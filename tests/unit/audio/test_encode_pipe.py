from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import soundfile

from qwentts_cli.audio.encode import open_encoder
from qwentts_cli.audio.formats import AudioFormat
from qwentts_cli.audio.tags import Tags
from tests.recordings import RATE, encode, encoded, sound

if TYPE_CHECKING:
    from pathlib import Path

PIPED = [fmt for fmt in AudioFormat if not fmt.is_mp4]
FILES = [fmt for fmt in PIPED if fmt is not AudioFormat.PCM]
LOSSLESS = [AudioFormat.WAV, AudioFormat.FLAC]


def piped(fmt: AudioFormat, pcm: bytes, command: list[str]) -> bytes:
    """Encode into the stdin of a real process; return what it writes to stdout."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        encode(fmt, [pcm], process.stdin, seekable=False)  # type: ignore[arg-type]  # an IO[bytes] is one
        process.stdin.close()
        heard = process.stdout.read()
    assert process.returncode == 0
    return heard


def test_a_wav_in_a_pipe_leaves_its_length_open() -> None:
    data = encoded(AudioFormat.WAV, [b"\x01\x00"], seekable=False)
    assert data[4:8] == data[40:44] == b"\xff\xff\xff\xff"
    assert len(data) == 46


def test_the_tags_of_an_mp3_in_a_pipe_come_first() -> None:
    assert encoded(AudioFormat.MP3, [sound(5000)], seekable=False, tags=Tags(title="你好"))[:3] == b"ID3"


FULL_DECODERS = {
    "ffmpeg": ["ffmpeg", "-v", "error", "-i", "-", "-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"],
    "sox": ["sox", "-V1", "-t", "{type}", "-", "-t", "raw", "-e", "signed", "-b", "16", "-"],
}
# What is installed decides, and each case names its decoder; soundfile below is always there.
PIPES = [
    pytest.param(fmt, FULL_DECODERS[name], id=f"{name}-{fmt}")
    for name in FULL_DECODERS
    if shutil.which(name)
    for fmt in (LOSSLESS if name == "sox" else FILES)
]


@pytest.mark.parametrize(("fmt", "command"), PIPES or [(AudioFormat.PCM, ["cat"])])
def test_a_decoder_reads_the_pipe_to_the_last_sample(fmt: AudioFormat, command: list[str]) -> None:
    """Through a real pipe, without seeking: the exact samples, or as many for a lossy format.

    An MP3 that cannot say its length keeps the encoder's run-out: up to two of its frames.
    """
    pcm = sound(RATE * 2 + 5)
    heard = piped(fmt, pcm, [part.replace("{type}", fmt) for part in command])
    if fmt is AudioFormat.MP3:
        assert len(pcm) <= len(heard) <= len(pcm) + 2 * 576 * 2
    elif fmt.is_lossy:
        assert len(heard) == len(pcm)
    else:
        assert heard == pcm


@pytest.mark.parametrize("fmt", [AudioFormat.OPUS, AudioFormat.OGG, AudioFormat.WAV])
def test_soundfile_reads_the_piped_bytes_exactly(fmt: AudioFormat) -> None:
    data = encoded(fmt, [sound(RATE + 5)], seekable=False)
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        assert len(file.read()) == RATE + 5


@pytest.mark.parametrize("frames", [1, 700, RATE * 2])
def test_a_pipe_gets_what_libsndfile_writes_to_a_pipe(frames: int, tmp_path: Path) -> None:
    """Byte for byte, but for the 27 bytes of FLAC header that it appends as if it had gone back."""
    pcm, path = sound(frames), tmp_path / "piped"
    with path.open("wb") as file, subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=file) as cat:
        assert cat.stdin
        with soundfile.SoundFile(
            os.dup(cat.stdin.fileno()), "w", samplerate=RATE, channels=1, format="FLAC"
        ) as direct:
            for start in range(0, len(pcm), 32_768):
                direct.buffer_write(pcm[start : start + 32_768], dtype="int16")
        cat.stdin.close()
    assert encoded(AudioFormat.FLAC, [pcm], seekable=False) == path.read_bytes()[:-27]


@pytest.mark.parametrize("fmt", PIPED)
def test_a_pipe_gets_sound_before_the_end(fmt: AudioFormat) -> None:
    """After 1.2 s of speech its beginning has left, flushed, in every format."""
    reader, writer = os.pipe()
    with open(reader, "rb", buffering=0) as pipe, open(writer, "wb", 1_000_000) as out:  # noqa: PTH123 - descriptors
        encoder = open_encoder(fmt, out, sample_rate=RATE, seekable=False)
        os.set_blocking(reader, False)
        left = b""
        for _ in range(12):
            encoder.write(sound(RATE // 10))
            left += pipe.read(100_000) or b""
        assert len(left) > 2000


@pytest.mark.parametrize("fmt", PIPED)
@pytest.mark.parametrize("seekable", [True, False])
def test_a_full_disk_is_said_by_the_system(fmt: AudioFormat, seekable: bool) -> None:  # noqa: FBT001 - a case
    """No encoder swallows or rewords it."""
    with (
        open("/dev/full", "wb", buffering=0) as out,  # noqa: PTH123 - a device
        pytest.raises(OSError, match="No space left"),
    ):
        encode(fmt, [sound(RATE)], out, seekable=seekable)


@pytest.mark.parametrize("fmt", PIPED)
def test_a_closed_pipe_is_a_broken_pipe(fmt: AudioFormat, capfd: pytest.CaptureFixture[str]) -> None:
    """As itself, for the caller ends quietly on it; and no library prints anything."""
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb", buffering=0) as out, pytest.raises(BrokenPipeError):  # noqa: PTH123 - a descriptor
        encode(fmt, [sound(RATE)] * 2, out, seekable=False)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("fmt", [AudioFormat.MP3, AudioFormat.OPUS, AudioFormat.M4B])
def test_ctrl_c_stops_an_encoder(fmt: AudioFormat) -> None:
    """It reaches the caller even while a library calls back into Python, which would print and drop it."""
    script = (
        "import io, os, signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a background job ignores it
        "from qwentts_cli.audio.encode import open_encoder\n"
        "from qwentts_cli.audio.formats import AudioFormat\n"
        f"fmt = AudioFormat({fmt.value!r})\n"
        "encoder = open_encoder(fmt, io.BytesIO(), sample_rate=24000, seekable=True)\n"
        "noise = os.urandom(2_000_000)\n"
        "encoder.write(noise[:48_000])\n"
        "try:\n"
        "    print('ready', flush=True)\n"
        "    while True: encoder.write(noise)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        try:
            out, errors = process.communicate(timeout=200)
        finally:
            process.kill()
    assert (out, errors, process.returncode) == ("interrupted\n", "", 0)
