"""Each utterance at its time of a film: what dubs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from qwentts_cli.audio.timing.stretch import stretch
from qwentts_cli.audio.timing.timeline import Timeline
from qwentts_cli.audio.wav import SAMPLE_BYTES, Pcm
from qwentts_cli.errors import RejectedError
from qwentts_cli.speech.laying.layout import Overrun

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qwentts_cli.audio.sink import Recording
    from qwentts_cli.speech.utterance import Utterance
    from qwentts_cli.subtitles.cues import CueTrack

FASTEST: Final = 1.3  # times the speed, beyond which speech sounds hurried
_HEARD: Final = 256  # of 32,768: what is quieter does not count as too long
_LEAST_OVER_S: Final = 0.05  # nobody notices less


class AtTimes:
    """Lays each cue so that it begins at its time to the sample, whatever came before.

    Sounds that overlap are mixed. With `fits` a sound that is too long is made faster, at its own pitch. The
    sound of one cue is held, and what it overlaps with; `overruns` are the cues that did not fit.
    """

    def __init__(self, recording: Recording, cues: CueTrack | None = None, *, fits: bool = False) -> None:
        self._recording = recording
        self._timeline = Timeline(recording)
        self._cues = cues
        self._fits = fits
        self._begun: Utterance | None = None
        self._cue: Utterance | None = None
        self._text = ""
        self._sound = bytearray()
        self._rate = 0
        self.overruns: list[Overrun] = []

    @property
    def duration_s(self) -> float:
        return self._recording.duration_s

    def write(self, utterance: Utterance, pcm: Pcm) -> None:
        if pcm.channels != 1:
            raise RejectedError(f"the audio has {pcm.channels} channels, and a film is dubbed with one")
        self._rate = pcm.sample_rate
        if self._begun is not utterance:
            self._begin(utterance)
        self._sound += pcm.data

    def finish(self, pause_s: float) -> None:
        del pause_s  # the times of a film say where it ends
        self._lay()
        self._timeline.finish()
        if self._cues:
            self._cues.finish()

    def _begin(self, utterance: Utterance) -> None:
        self._begun = utterance
        if utterance.start_s is not None:
            self._lay()
            self._cue = utterance
        elif utterance.pause_s:
            self._sound += bytes(SAMPLE_BYTES * round(utterance.pause_s * self._rate))
        self._text += utterance.segment.text

    def _lay(self) -> None:
        """Lay the cue whose sound is complete, if there is one."""
        cue, self._cue = self._cue, None
        text, self._text = self._text, ""
        samples, self._sound = np.frombuffer(self._sound, "<i2"), bytearray()
        if cue is None or cue.start_s is None or cue.end_s is None:
            return
        samples = self._fitted(samples, cue.segment.line, cue.end_s - cue.start_s)
        frame = round(cue.start_s * self._rate)
        self._timeline.lay(samples, frame, self._rate)
        if self._cues:
            self._cues.begin(text, start_frame=frame, speaker=cue.speaker)
            self._cues.feed(Pcm(samples.tobytes(), self._rate))

    def _fitted(self, samples: NDArray[np.int16], line: int, room_s: float) -> NDArray[np.int16]:
        heard_s = _heard_frames(samples) / self._rate
        speed = 1.0
        if self._fits and heard_s > room_s + _LEAST_OVER_S:
            speed = min(FASTEST, heard_s / room_s) if room_s else FASTEST
            samples = stretch(samples, speed, self._rate)
        over_s = heard_s / speed - room_s
        if over_s > _LEAST_OVER_S:
            self.overruns.append(Overrun(line=line, over_s=over_s, speed=speed))
        return samples


def _heard_frames(samples: NDArray[np.int16]) -> int:
    """How many there are up to the last one that is heard."""
    loud = np.flatnonzero((samples >= _HEARD) | (samples <= -_HEARD))
    return int(loud[-1]) + 1 if len(loud) else 0
