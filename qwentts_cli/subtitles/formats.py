"""Subtitles as files: SubRip (.srt), WebVTT (.vtt), lyrics (.lrc) and JSON, UTF-8 with LF."""

from __future__ import annotations

import json
from enum import StrEnum, unique
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from fractions import Fraction
    from pathlib import PurePath

    from qwentts_cli.audio.wav import Word


# A player of lyrics shows a line until the next one; after a pause that long, an empty one takes it away.
_LRC_CLEARS_MS = 1000
_VTT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@unique
class SubtitleFormat(StrEnum):
    """A format of subtitles, named like its file extension."""

    SRT = "srt"
    VTT = "vtt"
    LRC = "lrc"
    JSON = "json"

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
            hint="End the file's name in .srt (SubRip), .vtt (WebVTT), .lrc (lyrics) or .json.",
        )


class Cue(Struct, frozen=True):
    """What is shown from `start_s` to `end_s`, seconds from the start of the audio: one or more lines.

    `speaker` is who says it, as far as that is known, which WebVTT and JSON have a place for; `words` are the
    words in it, as far as their times are known, which only JSON has.
    """

    start_s: Fraction
    end_s: Fraction
    lines: tuple[str, ...]
    speaker: str = ""
    words: tuple[Word, ...] = ()

    def moved(self, seconds: Fraction) -> Cue:
        """The same, so much later."""
        words = tuple(word.moved(round(seconds * 1000)) for word in self.words)
        return replace(self, start_s=self.start_s + seconds, end_s=self.end_s + seconds, words=words)


def read_cues(data: bytes) -> Iterator[Cue]:
    """The cues of a JSON that was written here."""
    from fractions import Fraction

    from qwentts_cli.audio.wav import Word

    for segment in json.loads(data)["segments"]:
        yield Cue(
            Fraction(segment["start_ms"], 1000),
            Fraction(segment["end_ms"], 1000),
            tuple(segment["text"].split("\n")),
            segment.get("speaker", ""),
            tuple(Word(**word) for word in segment.get("words", ())),
        )


class _Shown(Struct, frozen=True, kw_only=True):
    """A cue as it is written: `after_ms` is the end of the one before it."""

    number: int
    after_ms: int
    start_ms: int
    end_ms: int
    cue: Cue

    @property
    def text(self) -> str:
        return "\n".join(self.cue.lines)


class SubtitleWriter:
    """Writes cues, in order and none before the end of the last, as they come; those of a film may overlap.

    A line is at least one visible character and no line break. Times are rounded to whole milliseconds; a cue
    shorter than one lasts one.
    """

    def __init__(
        self,
        out: BinaryIO,
        format: SubtitleFormat,  # noqa: A002 - the field's own word
        *,
        may_overlap: bool = False,
    ) -> None:
        self._out = out
        self._format = format
        self._may_overlap = may_overlap
        self._count = 0
        self._end_ms = 0
        out.write(_HEADS.get(format, b""))

    def write(self, cue: Cue) -> None:
        after_ms = self._end_ms
        start_ms = max(round(cue.start_s * 1000), 0 if self._may_overlap else after_ms)
        self._end_ms = max(round(cue.end_s * 1000), start_ms + 1)
        self._count += 1
        shown = _Shown(number=self._count, after_ms=after_ms, start_ms=start_ms, end_ms=self._end_ms, cue=cue)
        self._out.write(_RENDERERS[self._format](shown).encode())

    def finish(self) -> None:
        """Write what belongs behind the last cue."""
        if self._format is SubtitleFormat.JSON:
            self._out.write(b"\n]}\n")
        elif self._format is SubtitleFormat.LRC and self._count:
            self._out.write(f"{_lrc_time(self._end_ms)}\n".encode())


def _srt(shown: _Shown) -> str:
    gap = "" if shown.number == 1 else "\n"
    times = f"{_time(shown.start_ms, ',')} --> {_time(shown.end_ms, ',')}"
    return f"{gap}{shown.number}\n{times}\n{shown.text}\n"


def _vtt(shown: _Shown) -> str:
    speaker = shown.cue.speaker.translate(_VTT_ESCAPES)
    voice = f"<v {speaker}>" if speaker else ""
    times = f"{_time(shown.start_ms, '.')} --> {_time(shown.end_ms, '.')}"
    return f"\n{times}\n{voice}{shown.text.translate(_VTT_ESCAPES)}\n"


def _lrc(shown: _Shown) -> str:
    is_late = shown.number > 1 and shown.start_ms - shown.after_ms >= _LRC_CLEARS_MS
    clearing = f"{_lrc_time(shown.after_ms)}\n" if is_late else ""
    return f"{clearing}{_lrc_time(shown.start_ms)}{' '.join(shown.cue.lines)}\n"


def _json(shown: _Shown) -> str:
    segment: dict[str, object] = {"start_ms": shown.start_ms, "end_ms": shown.end_ms, "text": shown.text}
    if shown.cue.speaker:
        segment["speaker"] = shown.cue.speaker
    if shown.cue.words:
        segment["words"] = [word._asdict() for word in shown.cue.words]
    gap = "" if shown.number == 1 else ","
    return f"{gap}\n{json.dumps(segment, ensure_ascii=False)}"


_HEADS = {SubtitleFormat.VTT: b"WEBVTT\n", SubtitleFormat.JSON: b'{"segments": ['}
_RENDERERS: dict[SubtitleFormat, Callable[[_Shown], str]] = {
    SubtitleFormat.SRT: _srt,
    SubtitleFormat.VTT: _vtt,
    SubtitleFormat.LRC: _lrc,
    SubtitleFormat.JSON: _json,
}


def _lrc_time(ms: int) -> str:
    minutes, rest = divmod(ms // 10, 6000)
    return f"[{minutes:02}:{rest // 100:02}.{rest % 100:02}]"


def _time(ms: int, point: str) -> str:
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{ms:03}"
