"""Subtitles beside a recording."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from qwentts_cli.audio.target import check_path
from qwentts_cli.storage.atomic import atomic_write
from qwentts_cli.subtitles.formats import SubtitleFormat, SubtitleWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qwentts_cli.speech.voice_settings import VoiceSettings
    from qwentts_cli.subtitles.cues import CueTrack


def check_subtitles(path: Path, *, overwrite: bool) -> None:
    """Find out before anything is paid for whether subtitles can be written there.

    Raises:
        UsageError: the name is not that of subtitles, or nothing can be written there.
    """
    SubtitleFormat.from_path(path)
    check_path(path, overwrite=overwrite)


@contextmanager
def open_cues(voice: VoiceSettings, path: Path | None, *, overwrite: bool) -> Iterator[CueTrack | None]:
    """Write what the track gives; the file appears when the recording is complete."""
    if path is None:
        yield None
        return
    from qwentts_cli.subtitles.cues import CueTrack

    with atomic_write(path, overwrite=overwrite) as file:
        writer = SubtitleWriter(cast("BinaryIO", file), SubtitleFormat.from_path(path))
        yield CueTrack(writer.write, language=voice.language_code)
