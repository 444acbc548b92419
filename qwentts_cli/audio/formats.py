"""The formats audio is written in, and the bit rates each can have."""

from __future__ import annotations

import re
from enum import StrEnum, unique
from itertools import pairwise
from typing import TYPE_CHECKING

from qwentts_cli.errors import LocalError, UsageError

if TYPE_CHECKING:
    from pathlib import PurePath

# With a letter in it, and no space: "take.2" and "Vol. 3. The End" have none.
_EXTENSION = r"\.\w*[^\W\d]\w*"
_OPUS_RATES = (8000, 12_000, 16_000, 24_000, 48_000)
_MP3_RATES = (8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
# MPEG-2.5, 2 and 1 begin at these sample rates, each with its own lowest and highest bit rate.
_MP3_KBPS = {8000: (8, 64), 16_000: (8, 160), 32_000: (32, 320)}
_OPUS_KBPS = (6, 256)
_AAC_RATES = (8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000)
_AAC_LEAST_KBPS = 16
# A frame of 1024 samples holds at most so many bits of a channel (ISO/IEC 14496-3).
_AAC_FRAME_BITS = 6144
_TITLES = {"opus": "Opus"}
# What libvorbis aims at for one channel at 24 kHz, by libsndfile's compression level.
_VORBIS_KBPS = ((24, 1.0), (30.4, 0.9), (35.3, 0.8), (45.1, 0.6), (58, 0.4), (74, 0.2), (90, 0.0))


@unique
class AudioFormat(StrEnum):
    """A format of audio files and pipes, named as on the command line.

    `OGG` is Vorbis; `M4A` and `M4B` are both AAC, and players keep the second among the books.
    """

    WAV = "wav"
    FLAC = "flac"
    MP3 = "mp3"
    OPUS = "opus"
    OGG = "ogg"
    M4A = "m4a"
    M4B = "m4b"
    PCM = "pcm"

    @classmethod
    def from_path(cls, path: PurePath) -> AudioFormat | None:
        """Tell the format by the file's extension, in capitals or not; `None` if it is no format's."""
        extension = path.suffix.lower()
        return next((fmt for fmt in cls if extension in fmt.extensions), None)

    @classmethod
    def for_path(cls, path: PurePath, default: AudioFormat) -> AudioFormat:
        """Tell the format by the file's extension, or take `default` for a name without one ("part.1").

        Raises:
            UsageError: it is the extension of something else.
        """
        found = cls.from_path(path)
        if not found and re.fullmatch(_EXTENSION, path.suffix):
            known = ", ".join(fmt.extensions[0] for fmt in cls)
            raise UsageError(
                f"{path}: {path.suffix} is not a format that can be written", hint=f"Choose one of {known}."
            )
        return found or default

    @property
    def extensions(self) -> tuple[str, ...]:
        """The file extensions of this format, the usual one first."""
        other = {AudioFormat.OGG: (".oga",), AudioFormat.PCM: (".raw",)}
        return (f".{self.value}", *other.get(self, ()))

    @property
    def has_chapters(self) -> bool:
        """Whether it has a place for chapters, as for all that a file says about itself."""
        return self not in {AudioFormat.WAV, AudioFormat.PCM}

    @property
    def has_label(self) -> bool:
        """Whether it has a place for the label of what was made by AI."""
        return self is not AudioFormat.PCM

    @property
    def is_lossy(self) -> bool:
        """Whether it has a bit rate to choose."""
        return self in {AudioFormat.MP3, AudioFormat.OPUS, AudioFormat.OGG} or self.is_mp4

    @property
    def is_mp4(self) -> bool:
        """Whether it is written by an optional library, and only to a file that can seek."""
        return self in {AudioFormat.M4A, AudioFormat.M4B}


def check_format(
    fmt: AudioFormat, *, sample_rate: int, channels: int = 1, bitrate_kbps: int | None = None
) -> None:
    """Find out before anything is sent whether `fmt` can be written so.

    Raises:
        UsageError: the bit rate does not suit the format, or its library is not installed.
        LocalError: the format does not have this sample rate.
    """
    if fmt.is_mp4:
        _check_extra(fmt)
    rates = _rates(fmt)
    if rates and sample_rate not in rates:
        raise LocalError(
            f"{_TITLES.get(fmt, fmt.upper())} cannot hold audio of {sample_rate} Hz, only of "
            f"{', '.join(map(str, rates))}",
            hint=f"Choose another format, such as flac{' or mp3' if fmt is AudioFormat.OPUS else ''}.",
        )
    if bitrate_kbps is None:
        return
    if not fmt.is_lossy:
        raise UsageError(
            f"{fmt} has no bit rate to choose", hint="Leave out --bitrate, or choose mp3, opus, ogg or m4b."
        )
    low, high = _bitrate_range(fmt, sample_rate, channels)
    if not low <= bitrate_kbps <= high:
        raise UsageError(
            f"{fmt} cannot have {bitrate_kbps} kbit/s", hint=f"Choose a bit rate from {low} to {high}."
        )


def check_choice(fmt: AudioFormat, *, sample_rate: int, bitrate_kbps: int | None) -> None:
    """Likewise, while all of it can still be chosen.

    Raises:
        UsageError: the format does not have this sample rate or bit rate.
    """
    try:
        check_format(fmt, sample_rate=sample_rate, bitrate_kbps=bitrate_kbps)
    except LocalError as error:
        raise UsageError(error.message, hint=error.hint) from error


def compression_level(fmt: AudioFormat, *, sample_rate: int, channels: int, bitrate_kbps: int) -> float:
    """Translate a bit rate that `check_format` accepts into libsndfile's level from 0 (large) to 1 (small).

    Opus keeps it on average. Vorbis has a quality instead, so that its bit rate follows the sound.
    """
    if fmt is AudioFormat.OGG:
        return _vorbis_level(bitrate_kbps / channels)
    low, high = _bitrate_range(fmt, sample_rate, channels)
    return (high - bitrate_kbps) / (high - low)


def _check_extra(fmt: AudioFormat) -> None:
    from importlib.util import find_spec

    if find_spec("av") is None:
        raise UsageError(f"{fmt} needs the extra m4b", hint="Install it with: pip install 'qwentts[m4b]'.")


def _rates(fmt: AudioFormat) -> tuple[int, ...]:
    """The sample rates it can have; nothing where there is no limit."""
    if fmt.is_mp4:
        return _AAC_RATES
    return {AudioFormat.OPUS: _OPUS_RATES, AudioFormat.MP3: _MP3_RATES}.get(fmt, ())


def _bitrate_range(fmt: AudioFormat, sample_rate: int, channels: int) -> tuple[int, int]:
    if fmt is AudioFormat.MP3:
        return _MP3_KBPS[max((start for start in _MP3_KBPS if start <= sample_rate), default=8000)]
    if fmt.is_mp4:
        return _AAC_LEAST_KBPS * channels, _AAC_FRAME_BITS * channels * sample_rate // 1_024_000
    low, high = _OPUS_KBPS if fmt is AudioFormat.OPUS else (int(_VORBIS_KBPS[0][0]), int(_VORBIS_KBPS[-1][0]))
    return low * channels, high * channels


def _vorbis_level(kbps: float) -> float:
    for (low, high_level), (high, low_level) in pairwise(_VORBIS_KBPS):
        if kbps <= high:
            return high_level + (low_level - high_level) * (kbps - low) / (high - low)
    return 0.0
