"""How a document is to be read, from the options of a command."""

from __future__ import annotations

from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.documents.input_format import InputFormat
from qwentts_cli.documents.reader import DocumentOptions


def choose_reading(
    input_format: InputFormat, *, chapters: str | None, pattern: str | None, markup: bool, cast: str | None
) -> DocumentOptions:
    """What the options say of a document; a script needs to know the voices there are."""
    has_speakers = cast or input_format is InputFormat.SCRIPT
    return DocumentOptions(
        format=input_format,
        chapters=chapters or "",
        pattern=pattern or "",
        markup=markup,
        cast=cast or "",
        voices=tuple(load_catalog().voices) if has_speakers else (),
    )
