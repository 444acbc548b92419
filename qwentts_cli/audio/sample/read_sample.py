"""A recording of a voice, read and made into what the service takes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.audio.decode import decode
from qwentts_cli.audio.formats import AudioFormat
from qwentts_cli.audio.native import load_av, load_soundfile
from qwentts_cli.audio.sample.facts import SampleFacts, measure
from qwentts_cli.audio.wav import wav_header
from qwentts_cli.errors import LocalError, UsageError
from qwentts_cli.wording import shown_bytes

if TYPE_CHECKING:
    from pathlib import Path

    import soundfile

    from qwentts_cli.audio.sample.facts import Samples

# An hour of studio sound; whatever is larger is no sample, and would fill the memory.
_MOST_BYTES = 200_000_000
_MOST_SECONDS = 600
_LOUDEST = 32_767
_NAMES = {"WAVEX": "WAV", "MPEG": "MP3"}


class Sample(Struct, frozen=True, kw_only=True):
    """The file as it is to be sent.

    `facts` are those of the recording as it was, `None` if it cannot be read here; `changes` says to the user
    what was made of it.
    """

    data: bytes
    extension: str
    media_type: str
    facts: SampleFacts | None
    changes: tuple[str, ...] = ()


def read_sample(path: Path) -> Sample:
    """Read a recording; what the service does not take as it is becomes a WAV of 16 bits and one channel.

    Raises:
        UsageError: it cannot be read, is far too large, or is no sound.
        LocalError: the library that reads sound is not there.
    """
    data = _read(path)
    if data[4:8] == b"ftyp":
        return _read_m4a(path, data)
    soundfile = load_soundfile()
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as sound:
            return _convert(path, data, sound)
    except soundfile.LibsndfileError as error:
        raise _no_sound(path, error.error_string.rstrip(".")) from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > _MOST_BYTES:
        raise UsageError(
            f"{path} is larger than {shown_bytes(_MOST_BYTES)}", hint="Cut it to 10 to 20 seconds."
        )
    return data


def _read_m4a(path: Path, data: bytes) -> Sample:
    """An M4A, which the service takes; it can be looked into where the library for AAC is installed."""
    as_it_is = Sample(data=data, extension="m4a", media_type="audio/mp4", facts=None)
    try:
        load_av()
    except LocalError:
        return as_it_is
    import numpy as np

    try:
        pieces = list(decode(path, AudioFormat.M4A))
    except LocalError as error:
        raise _no_sound(path, error.message) from error
    if not pieces:
        raise _no_sound(path, "it is empty")
    rate, channels = pieces[0].sample_rate, pieces[0].channels
    whole = np.frombuffer(b"".join(piece.data for piece in pieces), "<i2").reshape(-1, channels)
    mixed = (whole.mean(axis=1) / (_LOUDEST + 1)).astype(np.float32)
    facts = measure(mixed, rate, container="M4A", channels=channels)
    if channels == 1:
        return replace(as_it_is, facts=facts)
    return _as_wav(mixed, facts, (_mixed(channels),))


def _convert(path: Path, data: bytes, sound: soundfile.SoundFile) -> Sample:
    if sound.frames > _MOST_SECONDS * sound.samplerate:
        length = f"{sound.frames / sound.samplerate:,.0f} s"
        raise UsageError(f"{path} has {length}, which is far too long", hint="Cut it to 10 to 20 seconds.")
    container = _NAMES.get(sound.format, sound.format)
    mixed = sound.read(dtype="float32", always_2d=True).mean(axis=1)
    facts = measure(mixed, sound.samplerate, container=container, channels=sound.channels)
    changes = tuple(_changes(sound, container))
    if not changes:
        is_wav = container == "WAV"
        extension, media_type = ("wav", "audio/wav") if is_wav else ("mp3", "audio/mpeg")
        return Sample(data=data, extension=extension, media_type=media_type, facts=facts)
    return _as_wav(mixed, facts, changes)


def _as_wav(mixed: Samples, facts: SampleFacts, changes: tuple[str, ...]) -> Sample:
    import numpy as np

    whole = np.clip(np.rint(mixed * _LOUDEST), -_LOUDEST - 1, _LOUDEST).astype("<i2").tobytes()
    wav = wav_header(len(whole), facts.rate) + whole
    return Sample(data=wav, extension="wav", media_type="audio/wav", facts=facts, changes=changes)


def _changes(sound: soundfile.SoundFile, container: str) -> list[str]:
    changes = []
    if container not in {"WAV", "MP3"}:
        changes.append(f"made a WAV of {container}")
    elif container == "WAV" and sound.subtype != "PCM_16":
        changes.append(f"made 16 bits of {sound.subtype_info}")
    if sound.channels > 1:
        changes.append(_mixed(sound.channels))
    return changes


def _mixed(channels: int) -> str:
    return f"mixed {channels} channels into one"


def _no_sound(path: Path, why: str) -> UsageError:
    return UsageError(f"{path} is no sound that can be read: {why}", hint="Save it as WAV, MP3, FLAC or M4A.")
