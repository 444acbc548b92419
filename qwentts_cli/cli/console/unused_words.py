"""Which words of a lexicon were of no use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from qwentts_cli.cli.console.output import Output
    from qwentts_cli.documents.lexicon import Lexicon

_MOST_WORDS: Final = 5


def tell_unused(output: Output, lexicon: Lexicon | None) -> None:
    """Tell which words of a lexicon were in no text: one of them may be a slip."""
    unused = lexicon.unused if lexicon else ()
    if unused:
        words = ", ".join(entry.word for entry in unused[:_MOST_WORDS])
        more = ", …" if unused[_MOST_WORDS:] else ""
        output.note(f"{plural(len(unused), 'word')} of the lexicon not found: {words}{more}")
