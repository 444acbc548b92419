"""How documents are to be read; light, because every `--help` and every TAB loads it."""

from __future__ import annotations

from msgspec import Struct

from qwentts_cli.documents.input_format import InputFormat


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
