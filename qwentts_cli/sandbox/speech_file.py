"""What is said, and as what kind of file: all that is needed to make the sound again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.formats.resample import resample
from qwentts_cli.sandbox.formats.sound_format import SoundFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.sandbox.voices.engine import Utterance, VoiceEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechFile:
    """`max_seconds` is where the model falls silent, whatever is left of the text."""

    utterance: Utterance
    sound: SoundFormat = field(default_factory=SoundFormat)
    max_seconds: float | None = None


def record(engine: VoiceEngine, speech: SpeechFile) -> Iterator[bytes]:
    """Yield mono s16le at the rate of the file, in pieces, each as soon as it exists.

    Raises:
        EngineFailed: the engine cannot, or cannot go on.
    """
    rate = speech.sound.rate
    left = None if speech.max_seconds is None else 2 * int(speech.max_seconds * rate)
    for piece in resample(engine.speak(speech.utterance), rate):
        if left is None:
            yield piece
            continue
        if left > 0:
            yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return
