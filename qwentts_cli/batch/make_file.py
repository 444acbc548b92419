"""One item of a batch made into its file."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, BinaryIO, cast

from qwentts_cli.audio.formats import AudioFormat
from qwentts_cli.audio.sink import EncodedSink, Recording
from qwentts_cli.audio.tags import Tags
from qwentts_cli.batch.outcome import Status
from qwentts_cli.errors import UsageError
from qwentts_cli.observer import Observer
from qwentts_cli.speech.speak import Spoken, speak
from qwentts_cli.speech.voice_settings import cut_text
from qwentts_cli.storage.atomic import atomic_write, remove_leftovers
from qwentts_cli.storage.os_errors import os_errors_as_local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from qwentts_cli.batch.outcome import Outcome
    from qwentts_cli.batch.plan import Planner
    from qwentts_cli.batch.runner import Task
    from qwentts_cli.speech.pipeline import WorkerPool
    from qwentts_cli.synthesis.synthesizer import Synthesizer

# What the report shows of a text.
_MAX_SHOWN = 2000


@dataclass(frozen=True, slots=True)
class FileMaker:
    """Called by several threads at once; `on_spoken` is told of the characters as they become sound."""

    planner: Planner
    synthesizer: Synthesizer
    on_spoken: Callable[[int], None]

    def __call__(self, task: Task, pool: WorkerPool | None) -> Outcome:
        with ExitStack() as stack:
            recording = Recording(self._sinks(task, stack))
            text, tally = self._speak(task, recording, pool)
            recording.finish()
        return _made(task, recording, text, tally)

    def _sinks(self, task: Task, stack: ExitStack) -> list[EncodedSink]:
        style, copy = self.planner.style, self.planner.copy_of(task)
        tags = Tags(title=task.output.stem, artist=task.recipe.voice)
        file = _open(task.output, stack)
        sinks = [EncodedSink(style.format, file, seekable=True, bitrate_kbps=style.bitrate_kbps, tags=tags)]
        if style.keeps_copies:
            sinks.append(EncodedSink(AudioFormat.FLAC, _open(copy, stack), seekable=True))
        else:
            with os_errors_as_local(copy):
                copy.unlink(missing_ok=True)
        return sinks

    def _speak(self, task: Task, recording: Recording, pool: WorkerPool | None) -> tuple[str, Spoken]:
        """Speak a text into `recording`; gives its beginning too."""
        style, text = self.planner.style, ""

        def pieces() -> Iterator[str]:
            nonlocal text
            for piece in task.read():
                text = text if len(text) == _MAX_SHOWN else (text + piece)[:_MAX_SHOWN]
                yield piece

        hearing = _Hearing(self.on_spoken)
        try:
            tally = speak(
                cut_text(pieces(), task.recipe, by_paragraph=style.pauses.paragraph_s is not None),
                task.recipe,
                self.synthesizer,
                recording,
                pool=pool,
                pauses=style.pauses,
                rank=task.number,
                skips_refused=style.on_refused == "skip",
                observer=hearing,
            )
        except BaseException:
            self.on_spoken(-hearing.characters)
            raise
        if not tally.segments:
            raise UsageError(f"{task.source}: there is nothing in it to speak")
        return text, tally


class _Hearing(Observer):
    """Adds up the characters of one item, and passes them on."""

    def __init__(self, on_spoken: Callable[[int], None]) -> None:
        self.characters = 0
        self._on_spoken = on_spoken

    def text_spoken(self, characters: int, seconds: float) -> None:  # noqa: ARG002 - the observer's signature
        self.characters += characters
        self._on_spoken(characters)


@cache
def _tidy(folder: Path) -> None:
    """Remove what a killed run left there; once is enough."""
    remove_leftovers(folder)


def _open(path: Path, stack: ExitStack) -> BinaryIO:
    with os_errors_as_local(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    _tidy(path.parent)
    return cast("BinaryIO", stack.enter_context(atomic_write(path)))


def _made(task: Task, recording: Recording, text: str, tally: Spoken) -> Outcome:
    return replace(
        task.outcome(Status.MADE),
        text=text,
        duration_s=recording.duration_s,
        usage=tally.usage,
    )
