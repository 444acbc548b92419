"""What is asked of a batch."""

from __future__ import annotations

import json
from enum import StrEnum, unique
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from msgspec import Struct, field

from qwentts_cli.documents.options import TagOptions
from qwentts_cli.manifest.item import ListOptions
from qwentts_cli.speech.options import Pauses, RequestOptions, SpeechOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwentts_cli.audio.formats import AudioFormat
    from qwentts_cli.speech.voice_settings import VoiceSettings
    from qwentts_cli.subtitles.formats import SubtitleFormat

_LONGEST = 60


@unique
class OnRefused(StrEnum):
    """What to do about a sentence that the service's content filter refuses."""

    FAIL = "fail"
    SKIP = "skip"


class Selection(Struct, frozen=True, kw_only=True):
    """Which of the items: every one of `shard` (part, parts), and of those the first `limit`."""

    shard: tuple[int, int] | None = None
    limit: int | None = None

    @property
    def is_part(self) -> bool:
        return self.shard is not None or self.limit is not None


class FileOptions(Struct, frozen=True, kw_only=True):
    """Where the files go and how they are named; their format comes from the settings.

    `subtitles` are written beside each.
    """

    folder: Path = Path()
    template: str | None = None
    portable: bool = False
    bitrate_kbps: int | None = None
    loudness: float | None = None
    subtitles: tuple[SubtitleFormat, ...] = ()
    is_forced: bool = False


class BatchOptions(Struct, frozen=True, kw_only=True):
    """One batch, as the user asks for it.

    `stdin` is what the input `-` reads; `join` and `report` are files to write; `tags` is what the
    joined one says about itself.
    """

    inputs: Sequence[str]
    stdin: BinaryIO | None = None
    lists: ListOptions = field(default_factory=ListOptions)
    selection: Selection = field(default_factory=Selection)
    files: FileOptions = field(default_factory=FileOptions)
    speech: SpeechOptions = field(default_factory=SpeechOptions)
    requests: RequestOptions = field(default_factory=RequestOptions)
    on_refused: OnRefused = OnRefused.FAIL
    join: Path | None = None
    tags: TagOptions = field(default_factory=TagOptions)
    report: Path | None = None
    fail_fast: bool = False


class OutputSettings(Struct, frozen=True, kw_only=True):
    """All that decides the files of a batch but their texts and the names in its list.

    `is_sandbox` keeps the sandbox's voices from being taken for Qwen's; `keeps_copies` keeps a lossless copy
    of each file, to be joined. `loudness`, in LUFS, is that of each file.
    """

    voice: VoiceSettings
    format: AudioFormat
    bitrate_kbps: int | None
    pauses: Pauses
    on_refused: OnRefused
    is_sandbox: bool
    keeps_copies: bool = False
    loudness: float | None = None
    fits: bool = False
    subtitles: tuple[SubtitleFormat, ...] = ()


def describe_options(settings: OutputSettings, voice: VoiceSettings, title: str | None) -> str:
    """What was chosen, by the name of the option, as JSON; what is as usual is left out."""
    lexicon = repr(voice.lexicon.entries) if voice.lexicon else ""
    facts: dict[str, Any] = {
        "voice": voice.voice,
        "model": voice.model,
        "language": voice.language,
        "instructions": voice.instructions,
        "optimize-instructions": voice.optimize_instructions,
        **{name.replace("_", "-"): value for name, value in voice.tuning.asked().items()},
        "lexicon": lexicon and _digest(lexicon),
        "format": settings.format.value,
        "bitrate": settings.bitrate_kbps,
        "pause": settings.pauses.segment_s or None,
        "paragraph-pause": settings.pauses.paragraph_s,
        "on-refused": settings.on_refused.value,
        "subtitles": " ".join(settings.subtitles),
        "title": title,
        "line-breaks": "" if voice.line_breaks == "auto" else voice.line_breaks.value,
        "ai-label": voice.file_label if voice.ai_label else "",
        "fit": settings.fits,
        "loudness": settings.loudness,
        "sandbox": settings.is_sandbox,
    }
    chosen = {
        name: _shorten(_shown(value))
        for name, value in facts.items()
        if value not in {None, ""} and value is not False  # a seed of 0 is a choice
    }
    return json.dumps(chosen, ensure_ascii=False)


def _shown(value: object) -> str:
    if value is True:
        return "yes"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _shorten(text: str) -> str:
    """A long text is told from another one by its beginning and a digest of all of it."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST - 12]}... ({_digest(text)})"


def _digest(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:6]
