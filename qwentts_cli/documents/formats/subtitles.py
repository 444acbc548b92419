"""Subtitles: what is said in a film, each with its time and, where that is told, its speaker."""

# ruff: noqa: RUF001 - brackets, dashes and apostrophes of both scripts
from __future__ import annotations

import re
from collections import Counter
from html import unescape
from typing import TYPE_CHECKING, Final

from qwentts_cli.documents.model import Chapter, Document, Passage, PassageKind
from qwentts_cli.documents.wording import tidy
from qwentts_cli.errors import UsageError
from qwentts_cli.text.boundaries import LINE_BREAK
from qwentts_cli.text.punctuation import is_speakable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pysubs2 import SSAEvent

_TIMING: Final = re.compile(r"\d{1,2}[.,:]\d{1,3}\s*-->")
# The library drops the voice span of VTT, so it is carried past it.
_VOICE_SPAN: Final = re.compile(r"<v(?:\.[^\s>]+)*\s+([^>]+)>")
_CARRIED: Final = re.compile("\ue000([^\ue001]*)\ue001")
_TIMESTAMP: Final = re.compile(r"<\d[\d:.]*>|</v>")
_RUBY: Final = re.compile(r"<rt>.*?(?:</rt>|(?=</ruby>))")
_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)
# What is heard and not said: [door slams], (sighs), *laughs*, ♪ la la ♪.
_SOUND: Final = re.compile(
    r"\[[^\]\n]*\]|^\s*-?\s*(?:[(（【][^)）】\n]*[)）】]|\*[^*\n]+\*)\s*$|[♪♫♬#¶][^\n]*[♪♫♬#¶]|[♪♫♬¶]",
    re.MULTILINE,
)
_GLIMPSE_MS: Final = 50
_FEWEST_GLIMPSES: Final = 3  # one cue of so many
_DASH: Final = re.compile(r"^\s*(?:[-–—]|>{2,3})\s*(?=\S)", re.MULTILINE)  # captions of broadcasts have >>
_SHOUTED_NAME: Final = re.compile(r"\s*(?:>{2,3}\s*)?([A-Z][A-Z0-9 .'’-]{1,24}):\s+(?=\S)")


def parse_subtitles(text: str, kind: str, name: str) -> Document:
    """Read SRT or VTT (`kind`) subtitles; `name` is the file, for messages.

    Raises:
        UsageError: there are no subtitles in it.
    """
    left_out: Counter[str] = Counter()
    passages = list(_cues(text, kind, left_out))
    if not passages:
        raise UsageError(f"{name} has no subtitles", hint="Is it a text? Then add --input-format text.")
    return Document(chapters=lambda: iter([Chapter(title="", passages=passages.__iter__)]), left_out=left_out)


def _cues(text: str, kind: str, left_out: Counter[str]) -> Iterator[Passage]:
    from pysubs2 import Pysubs2Error, SSAFile

    # The library takes any line with two times in it for the times of a cue.
    timeless = _BREAK.sub("\n", _RUBY.sub("", _TIMESTAMP.sub("", text)))
    carried = _VOICE_SPAN.sub("\ue000\\1\ue001", _without_notes(timeless)) if kind == "vtt" else timeless
    try:
        events = SSAFile.from_string(carried, format_=kind).events
    except (Pysubs2Error, ValueError):
        return
    lines = [n for n, line in enumerate(LINE_BREAK.split(text), 1) if _TIMING.search(line)]
    for number, (event, shown) in enumerate(_unrolled(events)):
        speaker, said = _said(shown, left_out)
        if is_speakable(said):
            yield Passage(
                text=said,
                line=lines[number] if len(lines) == len(events) else 0,
                kind=PassageKind.CUE,
                speaker=speaker,
                start_s=event.start / 1000,
                end_s=max(event.start, event.end) / 1000,
            )


def _unrolled(events: Sequence[SSAEvent]) -> Iterator[tuple[SSAEvent, str]]:
    """Give the cues with what is new in each: those of a machine show the line before again, and scroll.

    They are told by cues that are too short to be read, in which it does so.
    """
    rolls = sum(event.end - event.start < _GLIMPSE_MS for event in events) * _FEWEST_GLIMPSES >= len(events)
    before: list[str] = []
    for event in events:
        lines = [line.strip() for line in event.plaintext.split("\n") if line.strip()]
        again = (
            max(n for n in range(len(lines) + 1) if lines[:n] == before[len(before) - n :]) if rolls else 0
        )
        before = lines
        yield event, "\n".join(lines[again:])


def _without_notes(text: str) -> str:
    """Leave of a VTT only its cues: the library takes notes and names for the end of the cue before."""
    cues = []
    for block in "\n".join(LINE_BREAK.split(text)).split("\n\n"):
        lines = block.strip("\n").split("\n")
        timed = next((number for number, line in enumerate(lines) if _TIMING.search(line)), None)
        if timed is not None:
            cues.append("\n".join(lines[timed:]))
    return "\n\n".join(("WEBVTT", *cues))


def _said(text: str, left_out: Counter[str]) -> tuple[str, str]:
    """Give the speaker, empty if it is not told, and what is said."""
    voice = _CARRIED.search(text)
    text = _CARRIED.sub("", text)
    text, sounds = _SOUND.subn("", unescape(text))
    if sounds:
        left_out["sound description"] += sounds
    if voice:
        return unescape(voice[1]).strip(), _lines(text, left_out)
    shouted = _SHOUTED_NAME.match(text)
    if shouted:
        return shouted[1].strip().title(), _lines(text[shouted.end() :], left_out)
    return "", _lines(text, left_out)


def _lines(text: str, left_out: Counter[str]) -> str:
    """Join the lines of a cue, but for those of several speakers, which begin with dashes."""
    lines = _DASH.sub("\v", text) if len(_DASH.findall(text)) > 1 else _DASH.sub("", text)
    return tidy(lines, left_out)
