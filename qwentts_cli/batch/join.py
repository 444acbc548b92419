"""`--join`: all items of a batch in order as one file, with a chapter for each."""

from __future__ import annotations

from contextlib import ExitStack
from fractions import Fraction
from functools import partial
from hashlib import sha256
from itertools import accumulate, chain
from typing import IO, TYPE_CHECKING, BinaryIO

from msgspec import Struct, field
from msgspec.structs import replace

from qwentts_cli.audio.decode import decode
from qwentts_cli.audio.formats import AudioFormat, check_choice
from qwentts_cli.audio.mastering.level import Leveller, make_leveller
from qwentts_cli.audio.sink import EncodedSink, Recording
from qwentts_cli.audio.tags import MOST_CHAPTERS, Chapter, Tags
from qwentts_cli.audio.target import Target
from qwentts_cli.batch.journal import Journal, State, name_beside
from qwentts_cli.batch.outcome import Joined, Status
from qwentts_cli.batch.rows import begin_key
from qwentts_cli.errors import LocalError, UsageError
from qwentts_cli.speech.open_subtitles import open_subtitles
from qwentts_cli.storage.atomic import atomic_write
from qwentts_cli.storage.os_errors import os_errors_as_local
from qwentts_cli.subtitles.formats import read_cues

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from qwentts_cli.audio.wav import Pcm
    from qwentts_cli.batch.observer import BatchObserver
    from qwentts_cli.batch.options import OutputSettings
    from qwentts_cli.batch.rows import Entry
    from qwentts_cli.batch.tasks import Task, TaskList
    from qwentts_cli.observer import Observer
    from qwentts_cli.subtitles.formats import Cue


class Join(Struct, frozen=True, kw_only=True):
    """Where the one file goes; `pause_s` is the silence between items, `tags` is what all of them are.

    It is `loudness` LUFS loud, if that is given. `subtitles` are files beside it, `ai_label` is as `Tags` has
    it.
    """

    target: Target
    path: Path
    bitrate_kbps: int | None
    pause_s: float
    subtitles: tuple[Path, ...] = ()
    ai_label: str = ""
    tags: Tags = field(default_factory=Tags)
    loudness: float | None = None

    def is_same(self, output: Path) -> bool:
        """Whether the file of an item would be overwritten by the whole."""
        return output.name == self.path.name and output.resolve() == self.path.resolve()

    def has_subtitles_of(self, output: Path) -> bool:
        """Whether subtitles of an item would be overwritten by those of the whole."""
        return bool(self.subtitles) and self.is_same(output.with_suffix(self.path.suffix))

    def compare(self, folder: Path, journal: Journal, parts: Sequence[Part]) -> tuple[State, Joined | None]:
        """The state of the joined file, and the file itself if it is there and made of the items' files.

        Without `parts` the items' files are not there.
        """
        if not self.target.is_file:
            return State.NEW, None
        state, entry = journal.look(self.path, self.name(folder))
        if state is not State.DONE or not entry:
            return state, None
        if entry.key != self._key(parts):
            return State.CHANGED, None
        if not all(path.is_file() for path in self.subtitles):
            return State.MISSING, None
        return state, Joined(output=self.path, status=Status.SKIPPED, duration_s=entry.duration_s)

    def write(
        self, tasks: TaskList, journal: Journal, parts: Sequence[Part], observer: BatchObserver
    ) -> Joined:
        """Write the file from the items' files, all of which are there; it appears when it is whole.

        Raises:
            LocalError: one of them cannot be read, or the file cannot be written.
        """
        settings, name = tasks.settings, self.name(tasks.folder)
        journal.begin(name)
        with ExitStack() as stack:
            before_naming = partial(journal.recognise, name, self.path)
            file = stack.enter_context(self.target.open(before_naming=before_naming))
            open_beside = partial(_open_beside, tasks.folder, journal)
            tell = stack.enter_context(open_subtitles(self.subtitles, open_beside, may_overlap=True))
            leveller = self._hear(settings.format, parts, observer)
            recording = self._record(file, parts, settings.voice.sample_rate, observer)
            for number, part in enumerate(parts, start=1):
                if recording.frames:
                    recording.silence(self.pause_s)
                for cue in part.cues() if self.subtitles else ():
                    tell(cue.moved(Fraction(recording.frames, recording.sample_rate or 1)))
                for pcm in part.sound(settings.format):
                    recording.write(leveller.apply(pcm) if leveller else pcm)
                observer.part_joined(number, len(parts), self.path)
            recording.finish()
        for path in self.subtitles:
            journal.finish(name_beside("subtitles", path, tasks.folder), "", path)
        if self.target.is_file:
            journal.finish(name, self._key(parts), self.path, duration_s=recording.duration_s)
        return Joined(output=self.path, status=Status.MADE, duration_s=recording.duration_s)

    def _hear(self, fmt: AudioFormat, parts: Sequence[Part], observer: Observer) -> Leveller | None:
        """Listen to all parts, if the whole of them is to have a loudness; silence counts for nothing."""
        leveller = make_leveller(self.loudness, self.target.format, self.path, observer.warn)
        if leveller:
            for pcm in chain.from_iterable(part.sound(fmt) for part in parts):
                leveller.hear(pcm)
            leveller.decide()
        return leveller

    def _record(
        self, file: BinaryIO, parts: Sequence[Part], sample_rate: int, observer: Observer
    ) -> Recording:
        if len(parts) > MOST_CHAPTERS and self.target.format.has_chapters:
            observer.warn(f"{self.path} has no chapters: {len(parts)} are more than {MOST_CHAPTERS}")
            chapters: tuple[Chapter, ...] = ()
        else:
            # Silence is whole samples, and what is left of one would add up.
            chapters = _chapters(parts, round(self.pause_s * sample_rate) / sample_rate)
        voices = (part.voice for part in parts)
        tags = replace(self.tags.read_by(voices), chapters=chapters, ai_label=self.ai_label)
        sink = EncodedSink(
            self.target.format,
            file,
            seekable=self.target.is_file,
            bitrate_kbps=self.bitrate_kbps,
            tags=tags,
        )
        return Recording([sink])

    def name(self, folder: Path) -> str:
        """What the journal knows the file by."""
        return name_beside("join", self.path, folder)

    def _key(self, parts: Sequence[Part]) -> str:
        key = begin_key(
            self.target.format,
            self.bitrate_kbps,
            self.pause_s,
            [(part.name, part.size, part.mtime_ns, part.title) for part in parts],
            self.tags.items(),
            self.loudness,
            sha256(self.tags.cover.data).hexdigest() if self.tags.cover else "",
        )
        return key.hexdigest()


class Part(Struct, frozen=True, kw_only=True):
    """The finished file of one item; `name` is that in the journal, `copy` what a lossy file was made of.

    `cue_copy` has its cues, where it has subtitles. `sample_rate` is what was asked for, in Hz.
    """

    name: str
    title: str
    voice: str
    path: Path
    copy: Path
    cue_copy: Path
    sample_rate: int
    duration_s: float
    size: int | None
    mtime_ns: int | None

    @classmethod
    def of(cls, task: Task, entry: Entry) -> Part:
        """The file of a task that is done, as the journal knows it."""
        return cls(
            name=task.name,
            title=task.title,
            voice=task.voice.voice,
            path=task.output,
            copy=task.copy,
            cue_copy=task.cue_copy,
            sample_rate=task.voice.sample_rate,
            duration_s=entry.duration_s,
            size=entry.size,
            mtime_ns=entry.mtime_ns,
        )

    def cues(self) -> Iterator[Cue]:
        try:
            with os_errors_as_local(self.cue_copy):
                yield from read_cues(self.cue_copy.read_bytes())
        except (ValueError, KeyError, TypeError):
            raise LocalError(
                f"{self.cue_copy} is damaged", hint="Remove it, and run the same command again."
            ) from None

    def sound(self, fmt: AudioFormat) -> Iterator[Pcm]:
        if self.copy.exists():
            return decode(self.copy, AudioFormat.FLAC)
        return decode(self.path, fmt, raw_rate=self.sample_rate)


def choose_join(typed: Path, settings: OutputSettings, *, is_part: bool) -> Join:
    """What `--join` leads to; a bit rate is for every file that has one.

    Raises:
        UsageError: it is stdout, or cannot have this bit rate, or there are only parts of the items.
    """
    if str(typed) == "-":
        raise UsageError("--join writes a file, not stdout", hint="Name a file, such as --join book.mp3.")
    if is_part:
        raise UsageError(
            "--join needs all items, and --shard and --limit take a part of them",
            hint="Make all of them first, then run it with --join.",
        )
    format_ = AudioFormat.for_path(typed, settings.format)
    bitrate = settings.bitrate_kbps if format_.is_lossy else None
    check_choice(format_, sample_rate=settings.voice.sample_rate, bitrate_kbps=bitrate)
    pauses = settings.pauses
    pause_s = pauses.segment_s if pauses.paragraph_s is None else pauses.paragraph_s
    return Join(
        target=Target(typed, format_, overwrite=True),
        path=typed,
        bitrate_kbps=bitrate,
        pause_s=pause_s,
        subtitles=tuple(typed.with_suffix(f".{fmt}") for fmt in settings.subtitles),
        ai_label=settings.voice.file_label,
    )


def _open_beside(folder: Path, journal: Journal, path: Path) -> AbstractContextManager[IO[bytes]]:
    name = name_beside("subtitles", path, folder)
    return atomic_write(path, before_naming=partial(journal.recognise, name, path))


def _chapters(parts: Sequence[Part], pause_s: float) -> tuple[Chapter, ...]:
    starts = list(accumulate((part.duration_s + pause_s for part in parts), initial=0.0))
    # A pause belongs to the chapter before it; there is none after the last.
    ends = [*starts[1:-1], starts[-1] - pause_s]
    return tuple(
        Chapter(part.title, start, end) for part, start, end in zip(parts, starts, ends, strict=False)
    )
