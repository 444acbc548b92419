"""Where a user-perceived character (a grapheme cluster) must not be cut."""

from __future__ import annotations

import unicodedata

_ZWJ = "\u200d"
_ZWNJ = "\u200c"
_VIRAMA = 9  # the canonical combining class of the signs that tie two Indic consonants together
_MARKS = frozenset({"Mn", "Me", "Mc"})
# Not marks by category, yet extending: ZWNJ, ZWJ, half-width voicing signs, the Thai and Lao sara am.
_EXTENDING = frozenset("\u200c\u200d\uff9e\uff9f\u0e33\u0eb3")
_PREPENDED = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\u1cf5\u1cf6\U000110bd\U000110cd\U000111c2"
    "\U000111c3\U000113d1\U0001193f\U00011941\U00011a3a\U00011a84\U00011a85\U00011a86\U00011a87\U00011a88"
    "\U00011a89\U00011d46\U00011f02"
)


def joined(text: str, place: int) -> bool:
    """Tell whether cutting `text` before index `place` would cut a grapheme cluster (0 < place < len).

    Follows the extended clusters of Unicode Standard Annex 29. Where its property tables are finer than the
    general categories, this joins more than the annex, never less.
    """
    before, after = text[place - 1], text[place]
    if before < "\u0300" and after < "\u0300":
        return before == "\r" and after == "\n"
    return (
        _extends(after)
        or (before == _ZWJ and not after.isspace())
        or before in _PREPENDED
        or _one_hangul_syllable(before, after)
        or (_is_flag_half(after) and _flag_halves_before(text, place) % 2 == 1)
        or (unicodedata.category(after) == "Lo" and _tied_by_virama(text, place))
    )


def _extends(char: str) -> bool:
    return (
        unicodedata.category(char) in _MARKS
        or char in _EXTENDING
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= char <= "\U000e007f"  # the tags of subdivision flags
    )


def _one_hangul_syllable(before: str, after: str) -> bool:
    match _hangul_kind(before):
        case "L":
            return _hangul_kind(after) != "" and _hangul_kind(after) != "T"
        case "V" | "LV":
            return _hangul_kind(after) in {"V", "T"}
        case "T" | "LVT":
            return _hangul_kind(after) == "T"
    return False


def _hangul_kind(char: str) -> str:
    if "\u1100" <= char <= "\u115f" or "\ua960" <= char <= "\ua97c":
        return "L"
    if "\u1160" <= char <= "\u11a7" or "\ud7b0" <= char <= "\ud7c6":
        return "V"
    if "\u11a8" <= char <= "\u11ff" or "\ud7cb" <= char <= "\ud7fb":
        return "T"
    if "\uac00" <= char <= "\ud7a3":
        return "LV" if (ord(char) - 0xAC00) % 28 == 0 else "LVT"
    return ""


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_halves_before(text: str, place: int) -> int:
    first = place
    while first and _is_flag_half(text[first - 1]):
        first -= 1
    return place - first


def _tied_by_virama(text: str, place: int) -> bool:
    for char in reversed(text[:place]):
        if unicodedata.combining(char) == _VIRAMA:
            return True
        if char not in {_ZWJ, _ZWNJ} and unicodedata.category(char) not in _MARKS:
            return False
    return False
