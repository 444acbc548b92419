"""Audio files read back as samples, a block at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.audio.formats import AudioFormat
from qwentts_cli.audio.native import load_av, load_soundfile, sound_error_text
from qwentts_cli.audio.stream import RAW_SAMPLE_RATE
from qwentts_cli.audio.wav import SAMPLE_BYTES, Pcm
from qwentts_cli.errors import LocalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    import soundfile

_BLOCK_FRAMES = 65_536
_LOUDEST = 32_767


def decode(path: Path, fmt: AudioFormat, *, raw_rate: int = RAW_SAMPLE_RATE) -> Iterator[Pcm]:
    """Read a file that was written here; PCM has no header, and `raw_rate` is its rate in Hz.

    Raises:
        LocalError: it cannot be read, or is damaged.
    """
    try:
        with path.open("rb") as file:
            if fmt.is_mp4:
                yield from _decoded_mp4(path, file)
            elif fmt is AudioFormat.PCM:
                yield from _raw(file, raw_rate)
            else:
                yield from _decoded(path, file, is_lossy=fmt.is_lossy)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error


def _raw(file: BinaryIO, rate: int) -> Iterator[Pcm]:
    while data := file.read(_BLOCK_FRAMES * SAMPLE_BYTES):
        yield Pcm(data, rate)


def _decoded(path: Path, file: BinaryIO, *, is_lossy: bool) -> Iterator[Pcm]:
    soundfile = load_soundfile()
    read = _clipped if is_lossy else _exact
    try:
        # By its number, since libsndfile cannot take every name a file can have.
        with soundfile.SoundFile(file.fileno(), closefd=False) as sound:
            while data := read(sound):
                yield Pcm(data, sound.samplerate, sound.channels)
    except soundfile.SoundFileError as error:
        raise _unreadable(path, sound_error_text(error)) from error


def _decoded_mp4(path: Path, file: BinaryIO) -> Iterator[Pcm]:
    av = load_av()
    try:
        with av.open(file) as container:
            stream = container.streams.audio[0]
            resampler = av.AudioResampler(format="s16", layout=stream.layout)
            channels, rate = stream.channels, stream.rate
            length = stream.duration  # a container need not tell it; the encoder filled its last frame up
            left = None if length is None else round(length * stream.time_base * rate)
            for frame in (out for coded in container.decode(stream) for out in resampler.resample(coded)):
                frames = frame.samples if left is None else min(frame.samples, left)
                left = None if left is None else left - frames
                if frames:
                    yield Pcm(bytes(frame.planes[0])[: frames * channels * SAMPLE_BYTES], rate, channels)
    except (av.FFmpegError, IndexError) as error:
        raise _unreadable(path, str(error)) from error


def _exact(sound: soundfile.SoundFile) -> bytes:
    return bytes(sound.buffer_read(_BLOCK_FRAMES, dtype="int16"))


def _clipped(sound: soundfile.SoundFile) -> bytes:
    """A lossy codec may come out louder than it went in, and libsndfile would let a sample wrap around."""
    import numpy as np

    samples = sound.read(_BLOCK_FRAMES, dtype="float32")
    whole = np.clip(np.rint(samples * _LOUDEST), -_LOUDEST - 1, _LOUDEST)
    return bytes(whole.astype("<i2").tobytes())


def _unreadable(path: Path, why: str) -> LocalError:
    return LocalError(f"cannot read {path}: {why}", hint="Remove it and run the command again.")
