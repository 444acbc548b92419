"""What a list is that has no name to tell it, the one on stdin, and what ends the cells of a table."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import TYPE_CHECKING, Final

from qwentts_cli.manifest.lines import BadLineError
from qwentts_cli.manifest.sources import Kind
from qwentts_cli.text.reading.likeness import Likeness, likeness

if TYPE_CHECKING:
    from qwentts_cli.manifest.streams import Stream

_HEAD_BYTES: Final = 4096


def sniff_list(stream: Stream, encoding: str | None) -> tuple[Kind, str | None]:
    """Tell how the rows of `stream` are written, and for a table what ends its cells, and start it over.

    Raises:
        BadLineError: it is a document that nobody wants to hear line by line.
    """
    head = _decode(stream.read(_HEAD_BYTES), encoding)
    stream.seek(0)
    kind = likeness(head)
    if kind is Likeness.JSON_LINES:
        return Kind.JSONL, None
    if kind is Likeness.TABLE:
        header = head.splitlines()[0]
        delimiter = max("\t;|,", key=header.count)
        return (Kind.TSV if delimiter == "\t" else Kind.CSV), delimiter
    if kind in {Likeness.JSON, Likeness.RTF}:
        raise BadLineError(
            f"this looks like {kind}, not like a list",
            line=1,
            column=1,
            hint="Add --input-format lines to have each line spoken.",
        )
    return Kind.LINES, None


def sniff_delimiter(stream: Stream) -> str:
    """Tell what ends the cells of a CSV, by its header, and start it over.

    Spreadsheets write a semicolon where a comma is a part of numbers.
    """
    header = next(iter(stream.read(_HEAD_BYTES).splitlines()), b"")
    stream.seek(0)
    other = max(";\t|", key=lambda char: header.count(char.encode()))
    return other if b"," not in header and other.encode() in header else ","


def _decode(data: bytes, encoding: str | None) -> str:
    """What can be decoded; whoever reads all of it tells what cannot."""
    is_utf16 = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    return data.decode(encoding or ("utf-16" if is_utf16 else "utf-8"), "ignore")
