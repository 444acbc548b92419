"""How documents are to be read; light, because every `--help` and every TAB loads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from qwentts_cli.documents.input_format import InputFormat

if TYPE_CHECKING:
    from pathlib import Path


class DocumentOptions(Struct, frozen=True, kw_only=True):
    """How files are read.

    `chapters` are those wanted ("3-7,9"), `pattern` is what a title looks like, `cast` is who speaks with
    which voice, and `voices` are those there are. With `keeps_times` each subtitle is spoken at its time.
    """

    format: InputFormat = InputFormat.AUTO
    chapters: str = ""
    pattern: str = ""
    markup: bool = False
    cast: str = ""
    voices: tuple[str, ...] = ()
    keeps_times: bool = False


class TagOptions(Struct, frozen=True, kw_only=True):
    """What a file is to say about itself where that is not what its text says."""

    title: str | None = None
    artist: str | None = None
    album: str | None = None
    cover: Path | None = None

    @property
    def typed(self) -> list[str]:
        """The options that were given, as they are typed."""
        return [
            f"--{name}" for name in ("title", "artist", "album", "cover") if getattr(self, name) is not None
        ]
