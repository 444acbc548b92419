"""The previews spoken: heard one after the other, or kept, several at a time."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from msgspec import Struct

from qwentts_cli.audio.sink import Recording, Sink
from qwentts_cli.billing.budget import open_budget
from qwentts_cli.errors import RejectedError
from qwentts_cli.speech.laying.in_turn import InTurn
from qwentts_cli.speech.options import Pauses
from qwentts_cli.speech.pipeline import deliver_in_order, open_pool
from qwentts_cli.speech.source import nothing_to_speak
from qwentts_cli.speech.speak import speak
from qwentts_cli.speech.wiring import open_synthesizer, pool_size
from qwentts_cli.synthesis.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from qwentts_cli.errors import QwenTTSError
    from qwentts_cli.observer import Observer
    from qwentts_cli.speech.context import Context
    from qwentts_cli.speech.options import CacheUse
    from qwentts_cli.speech.pipeline import WorkerPool
    from qwentts_cli.speech.preview.preview import Preview
    from qwentts_cli.synthesis.synthesizer import Emit, Synthesizer

    # Where the sound of a preview goes.
    OpenSink = Callable[[Preview], AbstractContextManager[Sink]]

_DEFAULT_JOBS = 4


class Wish(Enum):
    """What somebody who listens wants instead of the rest of a preview."""

    NEXT = auto()
    STOP = auto()


class Interrupted(Exception):
    """Raised by a sink when somebody has heard enough."""

    def __init__(self, wish: Wish) -> None:
        super().__init__(wish.name)
        self.wish = wish


class PreviewOptions(Struct, frozen=True, kw_only=True):
    """`is_heard`: one after the other, and each while it is made."""

    is_heard: bool
    cache_use: CacheUse
    max_cost: str | None = None


class PreviewResult(Struct):
    """A preview and what became of it; `error` is why the service would not speak it.

    Of one that was interrupted there is no `usage`.
    """

    preview: Preview
    duration_s: float = 0.0
    usage: Usage | None = None
    error: QwenTTSError | None = None


def speak_previews(
    context: Context,
    previews: Sequence[Preview],
    options: PreviewOptions,
    open_sink: OpenSink,
    observer: Observer,
) -> Iterator[PreviewResult]:
    """Speak each, and give them in order as they are done; one that is refused does not keep the others.

    Raises:
        QwenTTSError: a failure that all share.
    """
    budget = open_budget(
        context.prices, previews[0].voice.model, max_cost=options.max_cost, max_characters=None
    )
    jobs = pool_size(int(context.settings.number("jobs", _DEFAULT_JOBS)), observer)
    with (
        open_synthesizer(
            context,
            previews[0].voice.model,
            cache_use=options.cache_use,
            is_streamed=options.is_heard,
            budget=budget,
            observer=observer,
        ) as synthesizer,
        open_pool(jobs, synthesizer) as pool,
    ):
        speaker = _PreviewSpeaker(synthesizer, open_sink, observer)
        yield from (speaker.hear if options.is_heard else speaker.keep)(previews, pool)


class _PreviewSpeaker(Struct, frozen=True):
    synthesizer: Synthesizer
    open_sink: OpenSink
    observer: Observer

    def hear(self, previews: Sequence[Preview], pool: WorkerPool | None) -> Iterator[PreviewResult]:
        for preview in previews:
            result = PreviewResult(preview)
            try:
                self._speak(result, pool)
            except Interrupted as interruption:
                if interruption.wish is Wish.STOP:
                    yield result
                    return
            yield result

    def keep(self, previews: Sequence[Preview], pool: WorkerPool | None) -> Iterator[PreviewResult]:
        """Each is made by one worker, so that as many are made at a time as there are workers."""

        def make(result: PreviewResult, _emit: Emit) -> Usage:
            self._speak(result, None)
            return result.usage or Usage()

        items = map(PreviewResult, previews)
        for result, _ in deliver_in_order(items, make, lambda _item, _pcm: None, pool=pool):
            yield result

    def _speak(self, result: PreviewResult, pool: WorkerPool | None) -> None:
        try:
            with self.open_sink(result.preview) as sink:
                recording = Recording([sink])
                said = speak(
                    result.preview.utter(),
                    self.synthesizer,
                    InTurn(recording, Pauses()),
                    pool=pool,
                    observer=self.observer,
                )
                if not said.segments:
                    raise nothing_to_speak()
                recording.finish()
            result.duration_s, result.usage = recording.duration_s, said.usage
        except RejectedError as error:
            result.error = error
