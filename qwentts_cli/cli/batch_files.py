"""One item of a batch made into its file."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, cast

from qwentts_cli.audio.sink import EncodedSink, Recording
from qwentts_cli.audio.tags import Tags
from qwentts_cli.cli.recipe import cut
from qwentts_cli.errors import UsageError
from qwentts_cli.files import replacing, translated
from qwentts_cli.synthesis.outcome import Status
from qwentts_cli.synthesis.speech import Tally, speak

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.cli.batch_plan import Style
    from qwentts_cli.synthesis.batch import Task
    from qwentts_cli.synthesis.outcome import Outcome
    from qwentts_cli.synthesis.pipeline import Crew
    from qwentts_cli.synthesis.synthesizer import Synthesizer

# What the report shows of a text.
_MAX_SHOWN = 2000


@dataclass(frozen=True, slots=True)
class FileMaker:
    """Called by several threads at once; `on_spoken` is told of the characters as they become sound."""

    style: Style
    synthesizer: Synthesizer
    on_spoken: Callable[[int], None]

    def __call__(self, task: Task, crew: Crew | None) -> Outcome:
        with translated(task.output):
            task.output.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            file = stack.enter_context(replacing(task.output))
            tags = Tags(title=task.output.stem, artist=task.recipe.voice)
            style = self.style
            sink = EncodedSink(
                style.format,
                cast("BinaryIO", file),
                seekable=True,
                bitrate_kbps=style.bitrate_kbps,
                tags=tags,
            )
            recording = Recording([sink])
            tally = self._speak(task, recording, crew)
            recording.finish()
        return _made(task, recording, tally)

    def _speak(self, task: Task, recording: Recording, crew: Crew | None) -> Tally:
        pauses, spoken = self.style.pauses, 0

        def tell(tally: Tally) -> None:
            nonlocal spoken
            self.on_spoken(tally.characters - spoken)
            spoken = tally.characters

        segments = cut(task.read(), task.recipe, by_paragraph=pauses.paragraph_s is not None)
        tally = speak(
            segments,
            task.recipe,
            self.synthesizer,
            recording,
            crew=crew,
            pauses=pauses,
            rank=task.number,
            skips_refused=self.style.on_refused == "skip",
            on_segment=tell,
        )
        if not tally.segments:
            raise UsageError(f"{task.source}: there is nothing in it to speak")
        return tally


def _made(task: Task, recording: Recording, tally: Tally) -> Outcome:
    return replace(
        task.outcome(Status.MADE),
        text="".join(task.read())[:_MAX_SHOWN],
        duration_s=recording.duration_s,
        characters=tally.characters,
        billed=tally.billed,
        requests=tally.requests,
        request_ids=tuple(tally.request_ids),
        gaps=tuple(tally.gaps),
    )
