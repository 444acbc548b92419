"""Whether a full stop ends a sentence or only an abbreviation, an initial or an ordinal."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import sentencex

_VOWELS: Final = frozenset("aeiouy" + "аеиоуыэюяі" + "αεηιουω")
_SHORTENED: Final = 4  # letters at most in an abbreviation that is known by its shape alone
_INITIALS: Final = 2  # and in each part of one with full stops inside
_ORDINAL_DIGITS: Final = 2
# Found in texts whose language is not told, and in no list that is asked then.
_LONG_ABBREVIATIONS: Final = frozenset(
    ("approx", "assoc", "avv", "dipl", "dott", "excl", "incl", "orig", "sig", "sra", "srta")
)
_CONTEXT: Final = 120  # characters before the full stop that are looked at
# Languages whose own full stops are never in doubt; in them English rules serve the foreign words.
_WITHOUT_RULES: Final = frozenset({"", "auto", "zh", "ja", "ko", "th"})

# A quotation mark before an abbreviation hides it from sentencex, and 1.0.32 panics over a wide space
# (no-break, ideographic) between a letter and a full stop.
_NOT_PLAIN: Final = re.compile(r"[^\w.,'&-]")


def stop_ends_sentence(text: str, stop: int, *, sentence: int, following: str, language: str) -> bool:
    """Judge the full stop at `text[stop]` of the sentence that began at index `sentence`.

    `following` is the first character of what comes next, empty when that is unknown or the end of the text.
    `language` is an ISO 639-1 code or empty. What its shape does not settle is looked up in the lists of
    sentencex, the language's and English's: to join two sentences by mistake does little harm.
    """
    word = _last_word(text, stop)
    if word and not is_cased(word[-1]):
        return True
    if _shortened(word) or (following.isdigit() and 0 < len(word) <= _SHORTENED):
        return False
    before = text[max(sentence, stop - _CONTEXT) : stop]
    if _is_label_or_ordinal(before, language):
        return False
    if not following:
        return True
    judges = {"ru" if "\u0400" <= word[-1:] <= "\u04ff" else "en"} | ({language} - _WITHOUT_RULES)
    window = f"{_NOT_PLAIN.sub(' ', before)}. {following if following.isalnum() else 'A'}"
    return all(len(sentencex.segment(judge, window)[-1]) == 1 for judge in judges)


def is_abbreviation(text: str, stop: int) -> bool:
    """Tell by its shape whether the word before the full stop `text[stop]` is an initial or an abbreviation.

    That is one letter (`M.`), short parts with full stops between (`z.B.`), or no vowel (`Mrs.`).
    """
    word = _last_word(text, stop)
    return bool(word) and is_cased(word[-1]) and _shortened(word)


def is_cased(char: str) -> bool:
    return char.lower() != char.upper()


def _last_word(text: str, stop: int) -> str:
    """Return the letters, and full stops between them, right before `text[stop]`."""
    start = stop
    while start and stop - start < _CONTEXT and (text[start - 1].isalpha() or text[start - 1] == "."):
        start -= 1
    return text[start:stop].lstrip(".")


def _shortened(word: str) -> bool:
    if "." in word:
        return all(0 < len(part) <= _INITIALS for part in word.split("."))
    if word.lower() in _LONG_ABBREVIATIONS:
        return True
    if not 0 < len(word) <= _SHORTENED:
        return False
    letters = unicodedata.normalize("NFD", word)
    return len(word) == 1 or (not word.isupper() and _VOWELS.isdisjoint(letters.lower()))


def _is_label_or_ordinal(before: str, language: str) -> bool:
    """Tell whether the number of a list item is before the full stop, or in German an ordinal."""
    number = before[len(before.rstrip("0123456789")) :]
    is_ordinal = language == "de" and len(number) <= _ORDINAL_DIGITS
    return bool(number) and (is_ordinal or not before[: -len(number)].strip())
