"""The characters that end, close, open and join stretches of text, and those a voice can say."""

from __future__ import annotations

# ruff: noqa: RUF001 - look-alikes of ASCII are what this file is about
import re
from typing import Final

# These end a sentence wherever they stand; the others only before a space, and a full stop not even always.
FULL_STOPS: Final = "。！？｡।॥؟۔։።፧။៕‼⁇⁈⁉"
TERMINATORS: Final = FULL_STOPS + ".!?．…‥"
CLOSERS: Final = ")]}）］｝」』】》〉〕〗〙〛”’"
CLOSING_QUOTES: Final = frozenset('"”’」』»')
OPENING_QUOTES: Final = frozenset("“‘")
OPENERS: Final = "([{（［｛「『【《〈〔〖〘〚“‘„‚¿¡"
# Quotation marks that open in one language and close in another.
TURNCOATS: Final = "“‘'«»‹›"
CLAUSE_MARKS: Final = "，、；：،؛—–"
# Inside a word: apostrophe, middle dot, soft hyphen, hyphen without a break.
INNER: Final = "’ʼ·\u00ad\u2011"

HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
KANA: Final = "\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31f0-\u31ff\uff66-\uff9f\U0001b000-\U0001b16f"
_SOUTH_EAST: Final = "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\ua000-\ua4cf"
# Regular expression classes: scripts written without spaces between words, and those plus Korean.
UNSPACED: Final = HAN + KANA + _SOUTH_EAST
EAST_ASIAN: Final = HAN + KANA + "\uac00-\ud7a3"

# No line begins with these (punctuation apart): small kana, length and iteration marks, Thai and Lao endings.
TRAILING: Final = "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶーｰ々ゝゞヽヾ・·％%℃°ะาำๅๆฯະາຳໆ"
# Thai and Lao vowels written before the consonant they belong to.
LEADING: Final = "เแโใไເແໂໃໄ"

# Letters, digits, currency, and the symbols a voice can read: letter-like signs, mathematics, emoji. Not the
# stars, dots and flowers that make a line of ornaments, nor a length mark, which lengthens a vowel.
_LENGTH_MARKS: Final = "\u30fc\uff70"
_LETTERS: Final = rf"[^\W_{_LENGTH_MARKS}]"
_SYMBOLS: Final = (
    r"[$¢-¥฿\u20a0-\u20cf\u2100-\u214f\u2200-\u2216\u221a-\u223b\u223d-\u22c3\u22c7-\u22ff]"
    r"|[\u2600-\u2604\u2607-\u2618\u261a-\u265f\u2661\u2665\u2668\u2670-\u2721\u2728\u2744\u274c\u274e"
    r"\u2753-\u2755\u2757\u2763-\u2764\u2795-\u27af\u27b1-\u27be\u2b05-\u2b07\u2b50\u2b55]"
    r"|[\u2600-\u2bff]\ufe0f|[\U0001f000-\U0001f64f\U0001f680-\U0001f77f\U0001f7e0-\U0001faff]"
)
_SPEAKABLE: Final = f"{_LETTERS}|{_SYMBOLS}"


def first_speakable(text: str) -> int:
    """Return the index of the first character a voice can say; `len(text)` when there is none."""
    if text[:1].isalnum() and text[0] not in _LENGTH_MARKS:  # most texts, and then nothing is compiled
        return 0
    found = re.search(_SPEAKABLE, text)
    return found.start() if found else len(text)


def last_speakable(text: str) -> int:
    """Return the index of the last character a voice can say; -1 when there is none."""
    return len(text) - 1 - first_speakable(text[::-1])


def is_speakable(text: str) -> bool:
    return first_speakable(text) < len(text)
