"""Whether a line break is one of the author's, or of a program that fills lines to a width."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from qwentts_cli.text.punctuation import CLAUSE_MARKS, CLOSERS, HAN, KANA, TERMINATORS

INDENT: Final = "\u3000"
_FILLED: Final = 60  # a line of so many columns may have been broken by an editor, not its author
# Kana, Hangul and full-width marks take two columns, as Han does.
_WIDE: Final = f"[{HAN}{KANA}\u3000-\u303f\uac00-\ud7a3\uff01-\uff60]"
_NEW_LINE_MARKS: Final = frozenset("-*+•‣◦▪#|>")  # lists, headings, tables, quoted mail
_COLUMNS: Final = r"\S(?: {3,}|\t)\S"
# Not compiled before it is needed: going through all of Han takes milliseconds.
_UNSPACED_SEAM: Final = f"[{HAN}{KANA}{CLAUSE_MARKS}]$"


class LineBreaks(StrEnum):
    """What a single line break is taken for: `auto` decides by the lines beside it."""

    AUTO = "auto"
    KEEP = "keep"
    JOIN = "join"


def is_filled(line: str) -> bool:
    """Tell whether a line is so long that an editor may have broken it."""
    columns = len(line) if line.isascii() else len(line) + len(re.findall(_WIDE, line))
    return columns >= _FILLED


def begin_of(line: str) -> str:
    """Give the first visible character, or the ideographic space that indents a paragraph."""
    return INDENT if line.startswith(INDENT) else line.lstrip()[:1]


def goes_on(line: str, following: str, line_breaks: LineBreaks = LineBreaks.AUTO) -> bool:
    """Tell whether `line` goes on in the next one, of which `following` is the beginning (see `begin_of`).

    Where that is decided by the lines, only a long one does, that is no row of a table. It is told by a small
    letter, or one of a script without capitals; before a capital, as German nouns have, the line must not end
    with any mark, as verses do. In a script without capitals it must not end a sentence.
    """
    if line_breaks is not LineBreaks.AUTO:
        return line_breaks is LineBreaks.JOIN
    line = line.rstrip()
    if following in _NEW_LINE_MARKS or not is_filled(line) or re.search(_COLUMNS, line.lstrip()):
        return False
    if following.islower():
        return True
    if following.isalpha() and following.lower() == following.upper():
        return line.rstrip(CLOSERS + "\"'»")[-1:] not in TERMINATORS
    return following.isalnum() and line[-1].isalnum()


def close_seams(text: str) -> str:
    """Remove line breaks between characters of scripts that have no space between words."""
    if text.isascii() or "\n" not in text:
        return text
    return re.sub(f"(?<=[{HAN}{KANA}{CLAUSE_MARKS}])[ \t]*\n[ \t]*(?=[{HAN}{KANA}])", "", text)


def join_lines(lines: list[str], line_breaks: LineBreaks = LineBreaks.AUTO) -> str:
    """Put lines together: wrapped ones to one, the others with a line break between."""
    text = ""
    last = ""
    for line in lines:
        following = line.lstrip()
        if not last:
            text = line
        elif not goes_on(last, begin_of(line), line_breaks):
            text = f"{text}\n{line}"
        else:
            is_word_cut = last.rstrip().endswith("-") and following[:1].islower()
            is_unspaced = re.search(_UNSPACED_SEAM, last.rstrip()) and re.match(f"[{HAN}{KANA}]", following)
            text = text.rstrip() + ("" if is_word_cut or is_unspaced else " ") + following
        last = line
    return text
