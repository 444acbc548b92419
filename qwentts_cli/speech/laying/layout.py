"""How the sounds of utterances become one recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwentts_cli.audio.wav import Pcm
    from qwentts_cli.speech.utterance import Utterance


class Overrun(Struct, frozen=True, kw_only=True):
    """A cue whose sound, at `speed`, is longer than its time; `line` is where it begins in the file."""

    line: int
    over_s: float
    speed: float

    def document(self) -> dict[str, float]:
        """The stable shape for scripts."""
        return {"line": self.line, "over_s": round(self.over_s, 3), "speed": round(self.speed, 3)}


class Layout(Protocol):
    @property
    def overruns(self) -> Sequence[Overrun]:
        """What was longer than its time, where there are times."""

    @property
    def duration_s(self) -> float:
        """How much of the recording there is."""

    def write(self, utterance: Utterance, pcm: Pcm) -> None:
        """Take the next piece of an utterance's sound; those of another one end it."""

    def finish(self, pause_s: float) -> None:
        """Lay what is still held, and after it the silence that was asked for at the end."""
