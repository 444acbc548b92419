"""How a document is to be read, from the options of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qwentts_cli.documents.input_format import InputFormat
from qwentts_cli.documents.options import DocumentOptions
from qwentts_cli.errors import UsageError
from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.cli.console.output import Output
    from qwentts_cli.documents.lexicon import Lexicon

_MOST_WORDS: Final = 5


def choose_reading(
    input_format: InputFormat,
    chapters: str | None,
    pattern: str | None,
    cast: str | None,
    *,
    markup: bool,
    keeps_times: bool = False,
) -> DocumentOptions:
    """What the options say of a document; a script needs to know the voices there are."""
    from qwentts_cli.dashscope.catalog import load_catalog

    has_speakers = cast or input_format is InputFormat.SCRIPT
    return DocumentOptions(
        format=input_format,
        chapters=chapters or "",
        pattern=pattern or "",
        markup=markup,
        keeps_times=keeps_times,
        cast=cast or "",
        voices=tuple(load_catalog().voices) if has_speakers else (),
    )


def choose_lexicon(path: Path | None) -> Lexicon | None:
    """What the option says of how words are said."""
    if path is None:
        return None
    from qwentts_cli.documents.lexicon import read_lexicon

    return read_lexicon(path)


def check_one_text(input_format: InputFormat) -> InputFormat:
    """Refuse a list of texts, which is for batch."""
    if input_format.is_list:
        raise UsageError(f"--input-format {input_format} is a list of texts", hint="Use 'qwentts batch'.")
    return input_format


def tell_unused(output: Output, lexicon: Lexicon | None) -> None:
    """Tell which words of a lexicon were in no text: one of them may be a slip."""
    unused = lexicon.unused if lexicon else ()
    if unused:
        words = ", ".join(entry.word for entry in unused[:_MOST_WORDS])
        more = ", …" if unused[_MOST_WORDS:] else ""
        output.note(f"{plural(len(unused), 'word')} of the lexicon not found: {words}{more}")
