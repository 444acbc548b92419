"""Whether a stop, which is a run of `.?!` and their kin or a line break, ends the sentence before it."""

from __future__ import annotations

import re
from typing import Final

from qwentts_cli.text.abbreviations import is_abbreviation, is_cased, stop_ends_sentence
from qwentts_cli.text.punctuation import (
    CLAUSE_MARKS,
    CLOSERS,
    CLOSING_QUOTES,
    EAST_ASIAN,
    FULL_STOPS,
    OPENING_QUOTES,
    TERMINATORS,
    TURNCOATS,
)
from qwentts_cli.text.units import count_units

# Runs are bounded so that a megabyte of them is not looked at again and again while it arrives.
STOP: Final = re.compile(rf"[{re.escape(TERMINATORS)}]{{1,64}}|[\r\n]")
_MOST_CLOSERS: Final = 32

_FULL_STOP = re.compile(f"[{FULL_STOPS}]")
_SINGLE_STOPS: Final = frozenset({".", "\uff0e"})
_CLOSING: Final = frozenset(CLOSERS + TERMINATORS)
# After these such a mark always opens; only German closes with it, after its own stops.
_BEFORE_OPENING: Final = frozenset(FULL_STOPS + CLOSERS)
# French sets a space before the mark that closes.
_DOUBTFUL_CLOSER = re.compile(f'[ \u00a0\u202f]{{1,2}}[»\u203a]|["{TURNCOATS}]')
_BLANKS = re.compile("[ \u00a0\u202f]{1,2}")
# Not compiled before it is needed: going through all of Han takes milliseconds.
_EAST_ASIAN_START: Final = f"[{EAST_ASIAN}\u3008-\u301b\uff08\u2018\u201c]"
_GOES_ON: Final = frozenset(CLAUSE_MARKS + ",;:")
_JAPANESE_QUOTATIVE: Final = frozenset({"と", "っ"})
_WRAPPED_LINE_UNITS: Final = 60  # a line at least this long may have been broken by an editor, not its author


def closing_end(text: str, place: int, *, quoted: bool, final: bool) -> int | None:
    """Return the index behind the marks from `place` on that close what the stop before `place` ended.

    `quoted` says whether `place` is inside straight quotation marks. The answer is None if it depends on what
    comes after `text`; nothing does if `final`.
    """
    last = place + _MOST_CLOSERS
    while place < min(len(text), last):
        if text[place] in _CLOSING or (quoted and text[place] == '"'):
            quoted = quoted and text[place] != '"'
            place += 1
            continue
        if text[place] in OPENING_QUOTES and text[place - 1] in _BEFORE_OPENING:
            return place
        doubtful = _DOUBTFUL_CLOSER.match(text, place)
        end = doubtful.end() if doubtful else _end_of_blanks(text, place)
        if end == len(text) and not final:
            return None
        closes = doubtful and (
            text[end : end + 1].isspace() or text[end : end + 1] in _CLOSING or end == len(text)
        )
        if not closes:
            return place
        place = end
    return place if final or place < len(text) else None


def _end_of_blanks(text: str, place: int) -> int:
    blanks = _BLANKS.match(text, place)
    return blanks.end() if blanks else place


def finishes_sentence(
    text: str, stop: re.Match[str], *, after: int, following: str, spaced: bool, sentence: int, language: str
) -> bool:
    """Tell whether the marks `stop`, closed at `after`, end the sentence that began at `sentence`.

    `following` is the first visible character behind them, empty if there is or need be none; `spaced` says
    whether white space is before that.
    """
    if following in _GOES_ON:
        return False
    if _FULL_STOP.search(text, stop.start(), after):
        return after == stop.end() or following not in _JAPANESE_QUOTATIVE
    if following.islower() or not (spaced or re.match(_EAST_ASIAN_START, following)):
        return False
    if stop[0] not in _SINGLE_STOPS:
        return spaced or "!" in stop[0] or "?" in stop[0]
    if not spaced and text[stop.start() - 1 : stop.start()].isdigit():
        return False
    return not CLOSING_QUOTES.isdisjoint(text[stop.end() : after]) or stop_ends_sentence(
        text, stop.start(), sentence=sentence, following=following, language=language
    )


def may_be_wrapped(line: str) -> bool:
    return count_units(line) >= _WRAPPED_LINE_UNITS


def goes_on_in_next_line(text: str, stop: re.Match[str], following: str) -> bool:
    """Tell whether the long line that ends at `stop` seems to go on with `following`."""
    without_case = following.isalpha() and not is_cased(following)
    return following.islower() or without_case or (stop[0] == "." and is_abbreviation(text, stop.start()))
