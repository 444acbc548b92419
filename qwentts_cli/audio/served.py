"""Samples out of finished audio as it was served, whatever container it came in."""

from __future__ import annotations

import io

from qwentts_cli.audio.native import load_soundfile
from qwentts_cli.audio.wav import Pcm, not_wav, parse_wav
from qwentts_cli.errors import BadAudioError

# Containers that some models and routes send although a WAV was asked for.
COMPRESSED = (b"ID3", b"OggS", b"fLaC")
# An MP3 without tags; samples may begin like this too, so that it tells nothing of a stream of them.
_MP3_FRAMES = (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")
_LOUDEST = 32_767


def read_served_audio(body: bytes, *, is_whole: bool) -> Pcm:
    """Take the samples out of a WAV, or of what libsndfile reads.

    Args:
        body: the file as it was served.
        is_whole: the transfer proved that nothing is missing.

    Raises:
        NetworkError: a part of it was lost on the way.
        BadAudioError: it is no audio, damaged, cannot be shown to be complete, or has no samples.
    """
    if not body.startswith(COMPRESSED + _MP3_FRAMES):
        return parse_wav(body, is_whole=is_whole)
    if not is_whole:
        raise BadAudioError("the audio cannot be shown to be complete: the answer has no length")
    return _decode(body)


def _decode(body: bytes) -> Pcm:
    import numpy as np

    soundfile = load_soundfile()
    try:
        with soundfile.SoundFile(io.BytesIO(body)) as sound:
            samples = sound.read(dtype="float32")
            rate, channels = sound.samplerate, sound.channels
    except soundfile.SoundFileError as error:
        raise not_wav(body) from error
    if not len(samples):
        raise BadAudioError("the service sent empty audio", hint="Change the text or try again.")
    # libsndfile would let a sample that a lossy codec made too loud wrap around.
    whole = np.clip(np.rint(samples * _LOUDEST), -_LOUDEST - 1, _LOUDEST)
    return Pcm(whole.astype("<i2").tobytes(), rate, channels)
