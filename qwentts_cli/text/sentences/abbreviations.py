"""Whether a full stop ends a sentence or only an abbreviation, an initial or an ordinal."""

# ruff: noqa: RUF001, SIM905 - Cyrillic, and words that are easier to read in a row
from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from qwentts_cli.text.sentences.language import GUESSED, guess_language

_VOWELS: Final = frozenset("aeiouy" + "аеиоуыэюяі" + "αεηιουω")
_SHORTENED: Final = 4  # letters at most in an abbreviation that is known by its shape alone
_INITIALS: Final = 2  # and in each part of one with full stops inside
_ORDINAL_DIGITS: Final = 2
_MONTHS: Final = frozenset("JFMASOND")  # with which German months begin
_GUESSED_FROM: Final = 300  # characters before the full stop, of which the language is told
# Missing from the lists of sentencex, or looked up in another language's where the language is not told.
_LONG_ABBREVIATIONS: Final = frozenset(
    (
        "approx arq assoc av avda avv boul blvd bldg calç chap dipl dott dra excl exa exma gral hno hnos "
        "incl ing lic mme mmes mlle mlles núm núms orig pág págs pagg profa sig sigg sra sras srta sta ste "
        "trav ud uds urb univ vda vds "
        "акад изд им коп напр обл проф просп ред руб тел тов тыс ул"
    ).split()
)
_STREET: Final = "str"  # German joins it to the name: Hauptstr.
_CONTEXT: Final = 120  # characters before the full stop that are looked at
_FOLLOWING: Final = 3  # characters of a window from the full stop on
# Languages whose own full stops are never in doubt; in them English rules serve the foreign words.
_WITHOUT_RULES: Final = frozenset({"", "auto", "zh", "ja", "ko", "th"})

# A quotation mark before an abbreviation hides it from sentencex, and 1.0.32 panics over a wide space
# (no-break, ideographic) between a letter and a full stop.
_NOT_PLAIN: Final = re.compile(r"[^\w .,'&-]")


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
    if _is_label(before) or _is_ordinal(text, stop, following, language):
        return False
    if not following:
        return True
    judges = {"ru" if "\u0400" <= word[-1:] <= "\u04ff" else "en"} | ({language} - _WITHOUT_RULES)
    window = f"{_NOT_PLAIN.sub(' ', before)}. {following if following.isalnum() else 'A'}"
    if not all(_is_end(judge, window) for judge in judges):
        return False
    return bool(language) or not _is_guessed_abbreviation(text, stop, word, window)


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
    if word.lower() in _LONG_ABBREVIATIONS or (word.endswith(_STREET) and len(word) > _SHORTENED):
        return True
    if not 0 < len(word) <= _SHORTENED:
        return False
    letters = unicodedata.normalize("NFD", word)
    return len(word) == 1 or (not word.isupper() and _VOWELS.isdisjoint(letters.lower()))


def _is_label(before: str) -> bool:
    """Tell whether all there is of the sentence is the number of a list item."""
    label = before.lstrip()
    return label.isdecimal() and len(label) < _CONTEXT


def _is_ordinal(text: str, stop: int, following: str, language: str) -> bool:
    """Tell whether the full stop makes the number before it an ordinal, as in German."""
    start = stop
    while start and stop - start <= _ORDINAL_DIGITS and text[start - 1].isdecimal():
        start -= 1
    if not 0 < stop - start <= _ORDINAL_DIGITS:
        return False
    if language not in _WITHOUT_RULES:
        return language == "de"
    guessed = guess_language(text[max(0, stop - _GUESSED_FROM) : stop])
    return guessed == "de" or (not guessed and following in _MONTHS)


def _is_guessed_abbreviation(text: str, stop: int, word: str, window: str) -> bool:
    """Ask the list of the language that the text seems to be in, where nobody has said which it is."""
    if not 0 < len(word) <= _SHORTENED or not word.isascii():
        return False
    suspicious = [language for language in GUESSED if language != "en" and not _is_end(language, window)]
    return bool(suspicious) and guess_language(text[max(0, stop - _GUESSED_FROM) : stop]) in suspicious


def _is_end(language: str, window: str) -> bool:
    before = window[:-_FOLLOWING]
    word = before[before.rfind(" ") + 1 :]
    # Only quotation marks and other full stops make anything before the word count.
    if len(word) > 1 and word.isalpha() and "'" not in before and "." not in before:
        return _remember(language, window[-len(word) - _FOLLOWING :])
    return _judge(language, window)


@lru_cache(maxsize=8192)
def _remember(language: str, window: str) -> bool:
    return _judge(language, window)


def _judge(language: str, window: str) -> bool:
    import sentencex

    return len(sentencex.segment(language, window)[-1]) == 1
