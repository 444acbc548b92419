"""About how long a text sounds, reckoned from its characters."""

from __future__ import annotations

import math
import re

from msgspec import Struct

# Seconds of a character as voices of usual pace speak it, and by how much they may differ from that; the
# first that matches counts. Syllables of East Asian scripts are longer than letters.
_STOPS = ("[.!?\u3002\uff01\uff1f\u2026\n]+", 0.3, 0.1)  # ends of sentences
_EAST_ASIAN_KINDS = (
    ("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]", 0.21, 0.0),  # Han
    ("[\u3041-\u30ff]", 0.14, 0.0),  # kana
    ("[\uac00-\ud7a3]", 0.19, 0.0),  # Hangul
)
_KINDS = (
    ("[0-9\uff10-\uff19]", 0.25, 0.25),  # 7, 1998 and 3,000,000 are said in very different ways
    (r"\b[A-Z]{2,6}\b", 0.6, 0.4),  # NASA, or BBC letter by letter
    ("[,;:\uff0c\u3001\uff1b\uff1a]", 0.15, 0.05),  # ends of clauses
    (r"[^\W\d_]|\s", 0.062, 0.0),  # other letters, and the spaces between words
    (r"[^\w\s]", 0.15, 0.15),  # symbols, which may be read out
)
_SLACK_S = 0.3


class Length(Struct, frozen=True, kw_only=True):
    """Seconds that a text takes at the usual pace, and what may be added to or taken from that."""

    usual_s: float
    slack_s: float


def reckon_length(text: str) -> Length:
    """How long it takes to speak `text`."""
    usual_s = doubt = 0.0
    kinds = (_STOPS, *_KINDS) if text.isascii() else (_STOPS, *_EAST_ASIAN_KINDS, *_KINDS)
    for kind, each_s, doubt_s in kinds:
        rest, found = re.subn(kind, "", text)
        usual_s += found * each_s
        doubt += found * doubt_s**2  # what is said longer and what is said shorter make up for each other
        text = rest
    return Length(usual_s=usual_s, slack_s=_SLACK_S + math.sqrt(doubt))
