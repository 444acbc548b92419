"""Subtitles beside a recording."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import partial
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from qwentts_cli.audio.target import check_path
from qwentts_cli.errors import UsageError
from qwentts_cli.subtitles.formats import SubtitleFormat, SubtitleWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from qwentts_cli.speech.voice_settings import VoiceSettings
    from qwentts_cli.subtitles.cues import CueTrack
    from qwentts_cli.subtitles.formats import Cue

    OpenFile = Callable[[Path], AbstractContextManager[IO[bytes]]]


def check_subtitles(paths: Sequence[Path], *, overwrite: bool) -> None:
    """Find out before anything is paid for whether subtitles can be written there.

    Raises:
        UsageError: a name is not that of subtitles or stands twice, or nothing can be written there.
    """
    for number, path in enumerate(paths):
        SubtitleFormat.from_path(path)
        check_path(path, overwrite=overwrite)
        if path in paths[:number]:
            raise UsageError(f"--subtitles names {path} twice")


@contextmanager
def open_cues(
    voice: VoiceSettings, paths: Sequence[Path], open_file: OpenFile, *, may_overlap: bool = False
) -> Iterator[CueTrack | None]:
    """Write what the track gives to each path; the files appear when the recording is complete.

    `open_file` opens a file that appears under its name when its block ends well. With `may_overlap` the cues
    are those of a film.
    """
    if not paths:
        yield None
        return
    from qwentts_cli.subtitles.cues import CueTrack

    with open_subtitles(paths, open_file, may_overlap=may_overlap) as write:
        yield CueTrack(write, language=voice.language_code, line_breaks=voice.line_breaks)


@contextmanager
def open_subtitles(
    paths: Sequence[Path], open_file: OpenFile, *, may_overlap: bool
) -> Iterator[Callable[[Cue], None]]:
    """Write each cue to every path, in the format of its name; see `open_cues`."""
    with ExitStack() as files:
        writers = []
        for path in paths:
            file = files.enter_context(open_file(path))
            format_ = SubtitleFormat.from_path(path)
            writers.append(SubtitleWriter(cast("BinaryIO", file), format_, may_overlap=may_overlap))
        yield partial(_write_to_all, writers)
        for writer in writers:
            writer.finish()


def _write_to_all(writers: Sequence[SubtitleWriter], cue: Cue) -> None:
    for writer in writers:
        writer.write(cue)
