"""Whether a stop, which is a run of `.?!` and their kin or a line break, ends the sentence before it."""

from __future__ import annotations

import re
from typing import Final

from qwentts_cli.text.punctuation import CLOSERS, CLOSING_QUOTES, EAST_ASIAN, FULL_STOPS, TERMINATORS
from qwentts_cli.text.sentences.abbreviations import stop_ends_sentence
from qwentts_cli.text.sentences.closing import GOES_ON

# Runs are bounded so that a megabyte of them is not looked at again and again while it arrives.
_STOP: Final = re.compile(rf"[{re.escape(TERMINATORS)}]{{1,64}}|[\r\n]")
# One set of characters is looked for three times as fast as what may be several of them or one.
_ANY_MARK: Final = re.compile(rf"[{re.escape(TERMINATORS)}\r\n]")

_FULL_STOP = re.compile(f"[{FULL_STOPS}]")
_SINGLE_STOPS: Final = frozenset({".", "\uff0e"})
_EAST_ASIAN_START: Final = f"[{EAST_ASIAN}\u3008-\u301b\uff08\u2018\u201c]"
_QUOTING: Final = CLOSING_QUOTES | frozenset(CLOSERS)
# After a quotation these go on with the sentence around it: と言った, の声, 的声音.
_PARTICLES: Final = frozenset("とっのを的")
_HANGUL: Final = ("\uac00", "\ud7a3")  # Korean sets a space between sentences, none before a particle
_KOREAN_SAYING: Final = r"\s+(?:하[고며는자]|라[고며는]|이라)"  # but it may set one before "said"


def find_stop(text: str, place: int) -> re.Match[str] | None:
    """Find the first stop from `place` on."""
    found = _ANY_MARK.search(text, place)
    return _STOP.match(text, found.start()) if found else None


def finishes_sentence(
    text: str, stop: re.Match[str], *, after: int, following: str, spaced: bool, sentence: int, language: str
) -> bool:
    """Tell whether the marks `stop`, closed at `after`, end the sentence that began at `sentence`.

    `following` is the first visible character behind them, empty if there is or need be none; `spaced` says
    whether white space is before that.
    """
    closers = text[stop.end() : after]
    is_quoted = not _QUOTING.isdisjoint(closers)
    if following in GOES_ON or (is_quoted and _is_particle(text, after, following, spaced=spaced)):
        return False
    if _FULL_STOP.search(text, stop.start(), after):
        return True
    if following.islower() or not (spaced or _is_east_asian_start(following)):
        return False
    if stop[0] not in _SINGLE_STOPS:
        return spaced or "!" in stop[0] or "?" in stop[0]
    if not spaced and text[stop.start() - 1 : stop.start()].isdigit():
        return False
    return not CLOSING_QUOTES.isdisjoint(closers) or stop_ends_sentence(
        text, stop.start(), sentence=sentence, following=following, language=language
    )


def _is_east_asian_start(following: str) -> bool:
    # The pattern is compiled only where it can match: going through all of Han takes milliseconds.
    return not following.isascii() and re.match(_EAST_ASIAN_START, following) is not None


def may_be_particle(char: str) -> bool:
    """Tell whether a Korean word that says who spoke may begin so; its second syllable decides."""
    return bool(char) and char in "하라이"


def _is_particle(text: str, after: int, following: str, *, spaced: bool) -> bool:
    """Tell whether what follows a quotation goes on with the sentence around it."""
    if spaced:
        return may_be_particle(following) and re.compile(_KOREAN_SAYING).match(text, after) is not None
    return following in _PARTICLES or _HANGUL[0] <= following <= _HANGUL[1]
