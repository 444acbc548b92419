"""Names that have a stop inside, which ends no sentence, such as Yahoo! Japan."""

# ruff: noqa: RUF001 - full-width stops are in such names
from __future__ import annotations

import re
from typing import Final

from qwentts_cli.text.punctuation import HAN, KANA, TERMINATORS

_LONGEST_NAME: Final = 40
# Between the first two is always a title; between the others a name, or what somebody says.
_TITLE_BRACKETS: Final = {"《": "》", "〈": "〉"}
_BRACKETS: Final = {**_TITLE_BRACKETS, "「": "」", "『": "』", "“": "”"}
_STOPS: Final = frozenset(TERMINATORS)
_EXCLAIMED: Final = (
    r"(?i)(?:\b(?:yahoo|jeopardy|joomla|yum|wham|panic|kahoot|mamma mia)"
    r"|モーニング娘|モー娘|けいおん|ラブライブ|ヤフー)\Z"
)
_LONGEST_EXCLAIMED: Final = 12
# Not compiled before it is needed: going through all of Han takes milliseconds.
_EAST_ASIAN: Final = f"[{HAN}{KANA}]"


def is_in_name(text: str, stop: re.Match[str], *, final: bool) -> bool | None:
    """Tell whether the marks `stop` are part of a name; None if that depends on what comes after `text`."""
    if stop[0] in {"!", "！", "。"} and re.compile(_EXCLAIMED).search(
        text, max(0, stop.start() - _LONGEST_EXCLAIMED), stop.start()
    ):
        return True
    low = max(0, stop.start() - _LONGEST_NAME)
    if _BRACKETS.keys().isdisjoint(text[low : stop.start()]):
        return False
    answers = {
        _is_between(text, stop, opener, closer, final=final)
        for opener, closer in _BRACKETS.items()
        if opener in text[low : stop.start()]
    }
    return True if True in answers else None if None in answers else False


def _is_between(text: str, stop: re.Match[str], opener: str, closer: str, *, final: bool) -> bool | None:
    opened = text.rfind(opener, max(0, stop.start() - _LONGEST_NAME), stop.start())
    if text.find(closer, opened, stop.start()) >= 0:
        return False
    if opener == "“" and not re.match(_EAST_ASIAN, text[opened + 1 : opened + 2]):
        return False
    last = opened + _LONGEST_NAME
    closed = text.find(closer, stop.end(), last)
    if closed < 0:
        line_ends = min(last, len(text)) > stop.end() and any(
            char in "\r\n" for char in text[stop.end() : last]
        )
        return None if len(text) < last and not final and not line_ends else False
    if any(char in "\r\n" for char in text[stop.end() : closed]):
        return False
    return opener in _TITLE_BRACKETS or text[closed - 1] not in _STOPS
