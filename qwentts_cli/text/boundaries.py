"""The kinds of place at which a text may be cut."""

from __future__ import annotations

import re
from enum import IntEnum, unique
from typing import Final

# Lines end here and nowhere else: a form feed or U+2028 is white space inside a line.
LINE_BREAK: Final = re.compile(r"\r\n|\n|\r")


@unique
class Boundary(IntEnum):
    """What lies at a place where a text may be cut, the worst place first."""

    CLUSTER = 0  # inside one grapheme cluster
    WORD = 1  # inside a word, a number, an address, or between a bracket and what it holds
    CHARACTER = 2  # between characters of a script written without spaces
    SPACE = 3
    CLAUSE = 4
    LINE = 5  # a line break after something that is no sentence: a heading, a verse
    SENTENCE = 6
    SENTENCE_AND_LINE = 7
    PARAGRAPH = 8  # a blank line, or the end of the text
