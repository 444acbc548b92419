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
class Recording:
    """`max_seconds` is where the model falls silent, whatever is left of the text."""

    utterance: Utterance
    sound: SoundFormat = field(default_factory=SoundFormat)
    max_seconds: float | None = None


def record(engine: VoiceEngine, recording: Recording) -> Iterator[bytes]:
    """Yield mono s16le at the rate of the recording, in pieces, each as soon as it exists.

    Raises:
        EngineFailed: the engine cannot, or cannot go on.
    """
    rate = recording.sound.rate
    left = None if recording.max_seconds is None else 2 * int(recording.max_seconds * rate)
    for piece in resample(engine.speak(recording.utterance), rate):
        if left is None:
            yield piece
            continue
        if left > 0:
            yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return
