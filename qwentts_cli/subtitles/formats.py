"""Subtitles as files: SubRip (.srt) and WebVTT (.vtt), UTF-8 with LF."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING, BinaryIO

from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import PurePath

_VTT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@unique
class SubtitleFormat(StrEnum):
    """A format of subtitles, named like its file extension."""

    SRT = "srt"
    VTT = "vtt"

    @classmethod
    def from_path(cls, path: PurePath) -> SubtitleFormat:
        """Tell the format by the file's extension, in capitals or not.

        Raises:
            UsageError: the extension is no format's.
        """
        extension = path.suffix.lower().removeprefix(".")
        if extension in set(cls):
            return cls(extension)
        raise UsageError(
            f"{path} is not named like subtitles",
            hint="End the file's name in .srt (SubRip) or .vtt (WebVTT).",
        )


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown from `start_s` to `end_s`, seconds from the start of the audio: one or more lines.

    `speaker` is who says it, as far as that is known; only WebVTT has a place for it.
    """

    start_s: Fraction
    end_s: Fraction
    lines: tuple[str, ...]
    speaker: str = ""


class SubtitleWriter:
    """Writes cues, in order and none before the end of the last, as they come.

    A line is at least one visible character and no line break. Times are rounded to whole milliseconds; a cue
    shorter than one lasts one.
    """

    def __init__(self, out: BinaryIO, format: SubtitleFormat) -> None:  # noqa: A002 - the field's own word
        self._out = out
        self._format = format
        self._count = 0
        self._end_ms = 0
        if format is SubtitleFormat.VTT:
            out.write(b"WEBVTT\n")

    def write(self, cue: Cue) -> None:
        start_ms = max(round(cue.start_s * 1000), self._end_ms)
        self._end_ms = max(round(cue.end_s * 1000), start_ms + 1)
        self._count += 1
        text = "\n".join(cue.lines)
        rendered = (
            _vtt(start_ms, self._end_ms, text, cue.speaker)
            if self._format is SubtitleFormat.VTT
            else _srt(self._count, start_ms, self._end_ms, text)
        )
        self._out.write(rendered.encode())


def _srt(number: int, start_ms: int, end_ms: int, text: str) -> str:
    gap = "" if number == 1 else "\n"
    return f"{gap}{number}\n{_time(start_ms, ',')} --> {_time(end_ms, ',')}\n{text}\n"


def _vtt(start_ms: int, end_ms: int, text: str, speaker: str) -> str:
    voice = f"<v {speaker.translate(_VTT_ESCAPES)}>" if speaker else ""
    return f"\n{_time(start_ms, '.')} --> {_time(end_ms, '.')}\n{voice}{text.translate(_VTT_ESCAPES)}\n"


def _time(ms: int, point: str) -> str:
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{ms:03}"
