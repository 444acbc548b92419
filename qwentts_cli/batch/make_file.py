"""One item of a batch made into its file."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import cache, partial
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from msgspec.structs import replace

from qwentts_cli.audio.formats import AudioFormat
from qwentts_cli.audio.mastering.level import make_leveller
from qwentts_cli.audio.mastering.spool import SpooledSink
from qwentts_cli.audio.sink import EncodedSink, Recording, Sink
from qwentts_cli.audio.tags import Tags
from qwentts_cli.batch.journal import name_beside
from qwentts_cli.batch.options import OnRefused
from qwentts_cli.batch.outcome import Status
from qwentts_cli.batch.tasks import digestible
from qwentts_cli.errors import LocalError, UsageError
from qwentts_cli.manifest.sources import leads_outside
from qwentts_cli.observer import Observer
from qwentts_cli.speech.laying.in_turn import InTurn
from qwentts_cli.speech.open_subtitles import open_cues
from qwentts_cli.speech.speak import speak
from qwentts_cli.storage.atomic import atomic_write, remove_leftovers
from qwentts_cli.storage.os_errors import os_errors_as_local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from qwentts_cli.batch.journal import Journal
    from qwentts_cli.batch.outcome import Outcome
    from qwentts_cli.batch.tasks import Task
    from qwentts_cli.billing.price import PriceList
    from qwentts_cli.documents.model import Passage
    from qwentts_cli.speech.laying.layout import Layout
    from qwentts_cli.speech.length_check import LengthCheck
    from qwentts_cli.speech.pipeline import WorkerPool
    from qwentts_cli.subtitles.cues import CueTrack
    from qwentts_cli.synthesis.synthesizer import Synthesizer

# What the report shows of a text.
_MAX_SHOWN = 2000


def make_file(
    task: Task,
    *,
    synthesizer: Synthesizer,
    journal: Journal,
    pool: WorkerPool | None,
    observer: Observer,
    prices: PriceList,
    length_check: LengthCheck,
) -> Outcome:
    """Speak a text into its file; called by several threads at once.

    Raises:
        QwenTTSError: it cannot be spoken or written; there is no file then, or still the old one.
    """
    settings, text = task.settings, _SpokenText(task)
    with ExitStack() as stack, _counted(observer) as counter:
        recording = Recording(_open_sinks(task, stack, journal, observer))
        cues = stack.enter_context(
            open_cues(
                task.voice,
                task.beside,
                partial(_open_subtitles, task, journal),
                may_overlap=task.is_dubbed,
            )
        )
        layout = _choose_layout(task, recording, cues)
        spoken = speak(
            task.utter(text.passages()),
            synthesizer,
            layout,
            pool=pool,
            observer=counter,
            rank=task.number,
            skips_refused=settings.on_refused is OnRefused.SKIP,
            length_check=length_check,
        )
        if not spoken.segments:
            raise UsageError(f"{task.source}: there is nothing in it to speak")
        recording.finish()
    for path in task.subtitles:
        journal.finish(name_beside("subtitles", path, task.folder), "", path)
    return replace(
        task.outcome(Status.MADE),
        key=text.key,
        text=text.beginning,
        cost=prices.total(spoken.usage.billed),
        duration_s=recording.duration_s,
        usage=spoken.usage,
        overruns=tuple(layout.overruns),
    )


def _choose_layout(task: Task, recording: Recording, cues: CueTrack | None) -> Layout:
    if not task.is_dubbed:
        return InTurn(recording, task.settings.pauses, cues)
    from qwentts_cli.speech.laying.at_times import AtTimes

    return AtTimes(recording, cues, fits=task.settings.fits)


class _SpokenText:
    """A text on its way to be spoken: its key and its beginning are noted, so that it is read only once."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._digest = task.begin_key()
        self.beginning = ""

    def passages(self) -> Iterator[Passage]:
        for number, passage in enumerate(self._task.read()):
            self._digest.update(digestible(passage))
            if len(self.beginning) < _MAX_SHOWN:
                separator = passage.separator if number else ""
                self.beginning = f"{self.beginning}{separator}{passage.text}"[:_MAX_SHOWN]
            yield passage

    @property
    def key(self) -> str:
        """That of the task, if all pieces were taken."""
        return self._digest.hexdigest()


class _Counter(Observer):
    """Passes on what is spoken of one item, and adds it up."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._characters, self._seconds = 0, 0.0

    def text_spoken(self, characters: int, seconds: float) -> None:
        self._characters += characters
        self._seconds += seconds
        self._observer.text_spoken(characters, seconds)

    def take_back(self) -> None:
        self._observer.text_spoken(-self._characters, -self._seconds)


@contextmanager
def _counted(observer: Observer) -> Iterator[_Counter]:
    """What was spoken of an item that then failed does not count."""
    counter = _Counter(observer)
    try:
        yield counter
    except BaseException:
        counter.take_back()
        raise


def _open_sinks(task: Task, stack: ExitStack, journal: Journal, observer: Observer) -> list[Sink]:
    settings = task.settings
    if leads_outside(task.output.parent, task.folder):
        raise LocalError(f"{task.output} is not written: a link leads out of {task.folder}")
    tags = Tags(title=task.title, artist=task.voice.voice, ai_label=task.voice.file_label)
    file = _open(task.output, stack, partial(journal.recognise, task.name, task.output))
    bitrate = settings.bitrate_kbps
    encode = partial(EncodedSink, settings.format, file, seekable=True, bitrate_kbps=bitrate, tags=tags)
    leveller = make_leveller(settings.loudness, settings.format, task.output, observer.warn)
    sinks: list[Sink] = [SpooledSink(task.output.parent, encode, leveller) if leveller else encode()]
    if settings.keeps_copies:
        sinks.append(EncodedSink(AudioFormat.FLAC, _open(task.copy, stack), seekable=True))
    else:
        copy = task.copy
        with os_errors_as_local(copy):
            copy.unlink(missing_ok=True)
    return sinks


def _open_subtitles(task: Task, journal: Journal, path: Path) -> AbstractContextManager[IO[bytes]]:
    if path not in task.subtitles:  # it is the copy
        with os_errors_as_local(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        return atomic_write(path)
    name = name_beside("subtitles", path, task.folder)
    return atomic_write(path, before_naming=partial(journal.recognise, name, path))


def _open(path: Path, stack: ExitStack, before_naming: Callable[[IO[bytes]], None] | None = None) -> BinaryIO:
    with os_errors_as_local(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    _tidy(path.parent)
    return cast("BinaryIO", stack.enter_context(atomic_write(path, before_naming=before_naming)))


@cache
def _tidy(folder: Path) -> None:
    """Remove what a killed run left there; once is enough."""
    remove_leftovers(folder)
