"""One utterance after the other, with the pauses that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qwentts_cli.audio.sink import Recording
    from qwentts_cli.audio.wav import Pcm
    from qwentts_cli.speech.options import Pauses
    from qwentts_cli.speech.utterance import Utterance
    from qwentts_cli.subtitles.cues import CueTrack


class InTurn:
    overruns = ()

    def __init__(self, recording: Recording, pauses: Pauses, cues: CueTrack | None = None) -> None:
        self._recording = recording
        self._pauses = pauses
        self._cues = cues
        self._begun: Utterance | None = None

    @property
    def duration_s(self) -> float:
        return self._recording.duration_s

    def write(self, utterance: Utterance, pcm: Pcm) -> None:
        if self._begun is not utterance:
            self._begin(utterance)
        if pcm.data:
            self._recording.write(pcm)
        if self._cues:
            self._cues.feed(pcm)

    def finish(self, pause_s: float) -> None:
        if self._cues:
            self._cues.finish()
        self._recording.silence(pause_s)

    def _begin(self, utterance: Utterance) -> None:
        if self._begun or utterance.pause_s is not None:
            self._recording.silence(self._pauses.before(utterance))
        self._begun = utterance
        if utterance.chapter is not None:
            self._recording.begin_chapter(utterance.chapter)
        if self._cues:
            text, speaker = utterance.segment.text, utterance.speaker
            self._cues.begin(text, start_frame=self._recording.frames, speaker=speaker)
