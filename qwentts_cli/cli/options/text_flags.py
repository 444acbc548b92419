"""How a text is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from qwentts_cli.cli.options.flag_groups import FlagGroup
from qwentts_cli.documents.input_format import InputFormat
from qwentts_cli.documents.options import DocumentOptions
from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from qwentts_cli.documents.lexicon import Lexicon


class TextFlags(FlagGroup, frozen=True, kw_only=True):
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="NAME", help="Text encoding (default: UTF-8).")
    ] = None
    input_format: Annotated[
        InputFormat,
        typer.Option(
            "--input-format",
            metavar="FORMAT",
            help=f"What the input is: {', '.join(InputFormat)}; auto goes by the file's name.",
        ),
    ] = InputFormat.AUTO
    chapters: Annotated[
        str | None, typer.Option("--chapters", metavar="LIST", help="Only these chapters, such as 3-7,9.")
    ] = None
    lexicon: Annotated[
        Path | None,
        typer.Option("--lexicon", metavar="FILE", help="A TOML file that says how words are pronounced."),
    ] = None
    line_breaks: Annotated[
        str | None,
        typer.Option(
            "--line-breaks", metavar="HOW", help="Line breaks in a paragraph: auto, keep, or join the lines."
        ),
    ] = None

    def documents(self) -> DocumentOptions:
        """How files are read; a script needs to know the voices there are."""
        voices = _all_voices() if self.input_format is InputFormat.SCRIPT else ()
        return DocumentOptions(format=self.input_format, chapters=self.chapters or "", voices=voices)

    def check_one_text(self) -> None:
        """Refuse a list of texts, which is for batch."""
        if self.input_format.is_list:
            raise UsageError(
                f"--input-format {self.input_format} is a list of texts", hint="Use 'qwentts batch'."
            )

    def read_lexicon(self) -> Lexicon | None:
        if self.lexicon is None:
            return None
        from qwentts_cli.documents.lexicon import read_lexicon

        return read_lexicon(self.lexicon)


class SpokenTextFlags(TextFlags, frozen=True, kw_only=True):
    """Those of a text that is spoken, of which a film or a play may be made too."""

    chapter_pattern: Annotated[
        str | None,
        typer.Option("--chapter-pattern", metavar="REGEX", help="What the title of a chapter looks like."),
    ] = None
    cast: Annotated[
        str | None,
        typer.Option(
            "--cast", metavar="LIST|FILE", help="Voices of the speakers, such as Ann=Cherry,Bob=Ethan."
        ),
    ] = None
    markup: Annotated[
        bool, typer.Option("--markup", help="Obey marks such as [[pause 1s]] and [[voice Ethan]].")
    ] = False
    dub: Annotated[
        bool | None,
        typer.Option(
            "--dub/--no-dub",
            help="Speak each subtitle at its time, or one after the other (default: at its time, in a file).",
        ),
    ] = None

    def documents(self, *, is_dubbed_unasked: bool = True) -> DocumentOptions:
        read = super().documents()
        return replace(
            read,
            pattern=self.chapter_pattern or "",
            markup=self.markup,
            cast=self.cast or "",
            voices=_all_voices() if self.cast else read.voices,
            keeps_times=is_dubbed_unasked if self.dub is None else self.dub,
        )


def _all_voices() -> tuple[str, ...]:
    from qwentts_cli.dashscope.catalog import load_catalog

    return tuple(load_catalog().voices)
