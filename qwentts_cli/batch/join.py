"""`--join`: all items of a batch in order as one file, with a chapter for each."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING

from qwentts_cli.audio.decode import decode
from qwentts_cli.audio.formats import AudioFormat, check_format
from qwentts_cli.audio.sink import EncodedSink, Recording
from qwentts_cli.audio.stream import RAW_SAMPLE_RATE
from qwentts_cli.audio.tags import MOST_CHAPTERS, Chapter, Tags
from qwentts_cli.audio.target import Target
from qwentts_cli.batch.journal import Journal, State, begun_key, name_beside
from qwentts_cli.cli.console.progress import Progress
from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from qwentts_cli.audio.wav import Pcm
    from qwentts_cli.batch.plan import OutputSettings, Planner
    from qwentts_cli.batch.runner import Task
    from qwentts_cli.cli.console.output import Output


@dataclass(frozen=True, slots=True)
class Join:
    """Where the one file goes; `pause_s` is the silence between items."""

    target: Target
    path: Path
    bitrate_kbps: int | None
    pause_s: float

    def refuse_same(self, task: Task) -> None:
        """Keep an item from being overwritten by the whole.

        Raises:
            UsageError: the item's file is the joined one.
        """
        if task.output.resolve() == self.path.resolve():
            raise UsageError(
                f"--join {self.path} is the file of an item too ({task.source})", hint="Name another file."
            )

    def state(self, folder: Path, journal: Journal, parts: Sequence[Part]) -> State:
        """Compare the joined file with the files of all items; without `parts` these are not there."""
        if not self.target.is_file:
            return State.NEW
        return journal.state(self.path, self._name(folder), self._key(parts))

    def write(self, planner: Planner, journal: Journal, parts: Sequence[Part], output: Output) -> float:
        """Write the file from the items' files, all of which are there; it appears when it is whole.

        Returns:
            Its duration in seconds.

        Raises:
            LocalError: one of them cannot be read, or the file cannot be written.
        """
        style, name, key = planner.style, self._name(planner.folder), self._key(parts)
        journal.begin(name, key)
        with ExitStack() as stack:
            progress = stack.enter_context(Progress(output, len(parts)))
            recording = self._open(stack, parts, style, output)
            for number, part in enumerate(parts, start=1):
                if recording.frames:
                    recording.silence(self.pause_s)
                for pcm in part.sound(style.format):
                    recording.write(pcm)
                progress.reach(number, partial(self._progress, number, len(parts)))
            recording.finish()
        if self.target.is_file:
            journal.finish(name, key, self.path, duration_s=recording.duration_s)
        return recording.duration_s

    def _progress(self, number: int, total: int) -> str:
        return f"{number} of {total} items joined in {self.path}"

    def _open(
        self, stack: ExitStack, parts: Sequence[Part], style: OutputSettings, output: Output
    ) -> Recording:
        if len(parts) > MOST_CHAPTERS and self.target.format.has_chapters:
            output.warn(f"{self.path} has no chapters: {len(parts)} are more than {MOST_CHAPTERS}")
            chapters: tuple[Chapter, ...] = ()
        else:
            chapters = _chapters(parts, self.pause_s)
        tags = Tags(title=self.path.stem, artist=style.recipe.voice, chapters=chapters)
        sink = EncodedSink(
            self.target.format,
            stack.enter_context(self.target.open()),
            seekable=self.target.is_file,
            bitrate_kbps=self.bitrate_kbps,
            tags=tags,
        )
        return Recording([sink])

    def _name(self, folder: Path) -> str:
        return name_beside("join", self.path, folder)

    def _key(self, parts: Sequence[Part]) -> str:
        key = begun_key(
            self.target.format,
            self.bitrate_kbps,
            self.pause_s,
            [(part.name, part.size, part.mtime_ns) for part in parts],
        )
        return key.hexdigest()


@dataclass(frozen=True, slots=True)
class Part:
    """The finished file of one item; `name` is that in the journal, `copy` what a lossy file was made of."""

    name: str
    path: Path
    copy: Path
    duration_s: float
    size: int | None
    mtime_ns: int | None

    def sound(self, fmt: AudioFormat) -> Iterator[Pcm]:
        if self.copy.exists():
            return decode(self.copy, AudioFormat.FLAC)
        return decode(self.path, fmt)


def choose_join(typed: Path | None, style: OutputSettings, *, is_part: bool) -> Join | None:
    """What `--join` leads to; a bit rate is for every file that has one.

    Raises:
        UsageError: it is stdout, or cannot have this bit rate, or there are only parts of the items.
    """
    if typed is None:
        return None
    if str(typed) == "-":
        raise UsageError("--join writes a file, not stdout", hint="Name a file, such as --join book.mp3.")
    if is_part:
        raise UsageError(
            "--join needs all items, and --shard and --limit take a part of them",
            hint="Make all of them first, then run it with --join.",
        )
    format_ = AudioFormat.for_path(typed, style.format)
    bitrate = style.bitrate_kbps if format_.is_lossy else None
    check_format(format_, sample_rate=RAW_SAMPLE_RATE, bitrate_kbps=bitrate)
    pauses = style.pauses
    pause_s = pauses.segment_s if pauses.paragraph_s is None else pauses.paragraph_s
    return Join(Target(typed, format_, overwrite=True), typed, bitrate, pause_s)


def parts_of(planner: Planner, journal: Journal) -> list[Part]:
    """The items' files in order, as the journal knows them."""
    entries = ((task, journal.find(task.output, task.relative)) for task in planner.tasks())
    return [
        Part(
            task.relative,
            task.output,
            planner.copy_of(task),
            entry.duration_s,
            entry.size,
            entry.mtime_ns,
        )
        for task, entry in entries
        if entry
    ]


def _chapters(parts: Sequence[Part], pause_s: float) -> tuple[Chapter, ...]:
    starts = list(accumulate((part.duration_s + pause_s for part in parts), initial=0.0))
    # A pause belongs to the chapter before it; there is none after the last.
    ends = [*starts[1:-1], starts[-1] - pause_s]
    return tuple(
        Chapter(part.path.stem, start, end) for part, start, end in zip(parts, starts, ends, strict=False)
    )
