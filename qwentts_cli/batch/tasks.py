"""The items of a batch as tasks: each with its voice, its file, and what decides the file's content."""

from __future__ import annotations

import os
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from qwentts_cli.batch.journal import HIDDEN
from qwentts_cli.batch.options import describe_options
from qwentts_cli.batch.outcome import Outcome, Status
from qwentts_cli.batch.rows import begin_key
from qwentts_cli.documents.model import Manner, as_passages
from qwentts_cli.manifest.output_names import MAX_BYTES
from qwentts_cli.manifest.shard import select
from qwentts_cli.speech.utterance import utter_passages
from qwentts_cli.speech.voice_settings import VoiceSettings, rename_voice
from qwentts_cli.storage.private import check_folders_below, check_own_file
from qwentts_cli.synthesis.usage import Usage
from qwentts_cli.text.wrapping import LineBreaks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from hashlib import _Hash as Hash
    from pathlib import Path

    from qwentts_cli.batch.options import OutputSettings
    from qwentts_cli.dashscope.request import Tuning
    from qwentts_cli.documents.model import Passage
    from qwentts_cli.documents.reader import DocumentReader
    from qwentts_cli.manifest.check import Manifest
    from qwentts_cli.manifest.item import Item
    from qwentts_cli.speech.utterance import Utterance


class Task(Struct, frozen=True, kw_only=True, dict=True):
    """One item, ready to be made. The journal knows it by its `name`, a path in `folder`.

    `where` is its file as a string: to make a million paths takes seconds. `begun` is the digest of all that
    decides its file but its title and its text.
    """

    item: Item
    folder: Path
    where: str
    voice: VoiceSettings
    begun: Hash
    settings: OutputSettings
    reader: DocumentReader

    @property
    def number(self) -> int:
        return self.item.number

    @property
    def source(self) -> str:
        return self.item.place

    @property
    def name(self) -> str:
        return self.item.output

    @cached_property
    def output(self) -> Path:
        return self.folder / self.name

    @property
    def title(self) -> str:
        """What its file and its chapter are called."""
        return self.item.title or self.output.stem

    @property
    def copy(self) -> Path:
        """Where the lossless copy of its file is, if one is kept.

        Raises:
            LocalError: something there leads elsewhere.
        """
        return self._copy("flac")

    @property
    def subtitles(self) -> list[Path]:
        """The files of subtitles beside it."""
        return [self.output.with_suffix(f".{fmt}") for fmt in self.settings.subtitles]

    @property
    def cue_copy(self) -> Path:
        """Where its cues are kept, to be joined.

        Raises:
            LocalError: something there leads elsewhere.
        """
        return self._copy("cues.json")

    @property
    def beside(self) -> list[Path]:
        """All files that belong to its own, where it has subtitles."""
        return [*self.subtitles, self.cue_copy] if self.settings.subtitles else []

    def _copy(self, extension: str) -> Path:
        copy = self.folder / HIDDEN / "copies" / f"{self.name}.{extension}"
        if len(os.fsencode(copy.name)) > MAX_BYTES:
            copy = copy.with_name(f"{sha256(os.fsencode(copy.name)).hexdigest()}.{extension}")
        check_folders_below(self.folder / HIDDEN, copy)
        check_own_file(copy)
        return copy

    @property
    def key(self) -> str:
        """The digest of all that decides its file; the text is read for it, unless it was spoken already."""
        digest, text = self.begin_key(), self.item.text
        if text and not self.reader.has_manners:
            digest.update(text.encode())
        else:
            for passage in self.read():
                digest.update(digestible(passage))
        return digest.hexdigest()

    def begin_key(self) -> Hash:
        """Begin the digest that is the key; the pieces of the text are still to be added."""
        digest = self.begun.copy()
        if self.item.title:
            digest.update(repr(("title", self.item.title)).encode())
        return digest

    @property
    def is_dubbed(self) -> bool:
        """Whether each part of its text is spoken at its time in a film."""
        return self.item.file is not None and self.reader.keeps_times(self.item.file)

    @property
    def options(self) -> str:
        """What decides its file besides its text, by the names of the options, as JSON."""
        return describe_options(self.settings, self.voice, self.item.title)

    def read(self) -> Iterator[Passage]:
        """Read the text, in pieces of one manner or in passages that may differ in it."""
        file, text = self.item.file, self.item.text or ""
        if self.reader.has_manners or self.is_dubbed:
            return self.reader.passages(file) if file else self.reader.text_passages(lambda: iter([text]))
        return as_passages(self.reader.file(file) if file else [text])

    def utter(self, passages: Iterator[Passage]) -> Iterator[Utterance]:
        """Cut the text into what is spoken with one request each."""
        by_paragraph = self.settings.pauses.by_paragraph
        return utter_passages(passages, self.voice, self.reader.note, by_paragraph=by_paragraph)

    def outcome(self, status: Status, *, duration_s: float = 0.0, usage: Usage | None = None) -> Outcome:
        """An outcome of this task; what is not given is still to be filled in."""
        item, voice = self.item, self.voice
        return Outcome(
            number=item.number,
            id=item.id,
            source=item.place,
            where=self.where,
            voice=voice.voice,
            model=voice.model,
            tuning=voice.tuning,
            status=status,
            duration_s=duration_s,
            usage=usage or Usage(),
        )


class TaskList(Struct, frozen=True, kw_only=True):
    """The tasks of a batch, each made when its turn comes: there may be millions."""

    manifest: Manifest
    folder: Path
    settings: OutputSettings
    reader: DocumentReader
    shard: tuple[int, int] | None = None
    limit: int | None = None

    def __len__(self) -> int:
        index, parts = self.shard or (1, 1)
        count = len(range(index, self.manifest.count + 1, parts))
        return count if self.limit is None else min(count, self.limit)

    def __iter__(self) -> Iterator[Task]:
        choose = lru_cache(maxsize=64)(self._choose)
        names: tuple[object, ...] = ()
        start = os.path.join(self.folder, "")  # noqa: PTH118 - a path drops the separator at its end
        for item in select(self.manifest, shard=self.shard, limit=self.limit):
            if (found := _names(item)) != names:
                names, (voice, begun) = found, choose(*found)
            yield Task(
                item=item,
                folder=self.folder,
                where=start + item.output,
                voice=voice,
                begun=begun,
                settings=self.settings,
                reader=self.reader,
            )

    def _choose(self, *names: Any) -> tuple[VoiceSettings, Hash]:  # noqa: ANN401 - what `_names` gives
        voice, _ = _choose_voice(self.settings.voice, *names)
        return voice, _begin_key(self.settings, voice)

    @property
    def characters(self) -> int | None:
        """How many are billed, if nothing is there yet; `None` for a part of a list."""
        return self.manifest.characters if len(self) == self.manifest.count else None


def digestible(passage: Passage) -> bytes:
    """All of a passage that decides its sound; a plain one is its text."""
    is_plain = passage.manner == Manner() and passage.pause_s is None and passage.start_s is None
    if is_plain and not passage.substitutions:
        return passage.text.encode()
    times = () if passage.start_s is None else (passage.start_s, passage.end_s)
    return repr((passage.manner, passage.pause_s, passage.substitutions, passage.text, *times)).encode()


def item_voice(item: Item, default: VoiceSettings) -> tuple[VoiceSettings, list[str]]:
    """The voice of the batch with what the item says itself, and what looks wrong with that.

    Raises:
        UsageError: a name is a slip of a known one.
    """
    return _choose_voice(default, *_names(item))


def _names(item: Item) -> tuple[str | None, str | None, str | None, str | None, Tuning]:
    """All of an item that decides its voice; a million items have few different ones."""
    return item.voice, item.model, item.language, item.instructions, item.tuning


def _choose_voice(  # noqa: PLR0917 - the parts of what `_names` gives
    default: VoiceSettings,
    voice: str | None,
    model: str | None,
    language: str | None,
    instructions: str | None,
    tuning: Tuning,
) -> tuple[VoiceSettings, list[str]]:
    return rename_voice(
        default, voice=voice, model=model, language=language, instructions=instructions, tuning=tuning
    )


def _begin_key(settings: OutputSettings, voice: VoiceSettings) -> Hash:
    """The digest of all that decides an item's file but its text; a million items have few different ones."""
    return begin_key(
        voice.request("").canonical(),
        settings.format,
        settings.bitrate_kbps,
        settings.pauses.segment_s,
        settings.pauses.paragraph_s,
        settings.on_refused,
        settings.is_sandbox,
        # Nothing at all without one, so that what was made before there were lexicons is still known.
        *([repr(voice.lexicon.entries)] if voice.lexicon else []),
        *([f"line breaks: {voice.line_breaks}"] if voice.line_breaks is not LineBreaks.AUTO else []),
        *([f"stretched: {voice.stretch}"] if voice.stretch != 1 else []),
        *(["fitted"] if settings.fits else []),
        *([f"label: {voice.file_label}"] if voice.ai_label else []),
        *([f"loudness: {settings.loudness}"] if settings.loudness is not None else []),
        *([f"subtitles: {', '.join(settings.subtitles)}"] if settings.subtitles else []),
    )
