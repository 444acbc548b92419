"""What is asked of one text; light, because every `--help` and every TAB loads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from qwentts_cli.documents.options import TagOptions

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.documents.lexicon import Lexicon
    from qwentts_cli.speech.source import Source
    from qwentts_cli.speech.utterance import Utterance

STDOUT_NAMES = {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}


class Pauses(Struct, frozen=True):
    """Seconds of silence before a segment, and before one that begins a paragraph."""

    segment_s: float = 0.0
    paragraph_s: float | None = None

    @property
    def by_paragraph(self) -> bool:
        """Whether paragraphs are to be segments of their own."""
        return self.paragraph_s is not None

    def before(self, utterance: Utterance) -> float:
        if utterance.pause_s is not None:
            return utterance.pause_s
        if utterance.segment.starts_paragraph and self.paragraph_s is not None:
            return self.paragraph_s
        return self.segment_s


class CacheUse(Struct, frozen=True, kw_only=True):
    """How far the cache is used: `--no-cache` not at all, `--refresh` only to keep what is made."""

    is_on: bool = True
    is_read: bool = True


class OutputOptions(Struct, frozen=True, kw_only=True):
    """What was typed of the output: `path` `-` is stdout, `None` none at all; `loudness` is in LUFS."""

    path: str | None = None
    format: str | None = None
    bitrate_kbps: int | None = None
    overwrite: bool = False
    loudness: float | None = None


class SpeechOptions(Struct, frozen=True, kw_only=True):
    """How it is spoken; the voice, the model and the language come from the settings.

    With `fits`, what is too long for its time in a film is made faster.
    """

    instructions: str | None = None
    optimize_instructions: bool = False
    lexicon: Lexicon | None = None
    is_labelled: bool = False
    pauses: Pauses = field(default_factory=Pauses)
    fits: bool = False


class RequestOptions(Struct, frozen=True, kw_only=True):
    """How the service is asked, and what that may cost; `retakes` are for sounds of odd length."""

    max_cost: str | None = None
    max_characters: int | None = None
    cache_use: CacheUse = field(default_factory=CacheUse)
    retakes: int = 0
    waits_for_network: bool = False


class SayOptions(Struct, frozen=True, kw_only=True):
    """What was asked for of one text; `is_played` `None` leaves it to whether there is an `output`."""

    source: Source
    output: OutputOptions
    speech: SpeechOptions = field(default_factory=SpeechOptions)
    requests: RequestOptions = field(default_factory=RequestOptions)
    is_played: bool | None = None
    tags: TagOptions = field(default_factory=TagOptions)
    subtitles: tuple[Path, ...] = ()
