"""Small parts of messages that several parts of the program share."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_KILO = 1000
_TEN = 10
# Comparing takes time by the square of the length, and somebody may give a whole text for a name.
_LONGEST_NAME = 100
_MINUTE_S = 60
_HOUR_S = 3600


def plural(number: int, noun: str) -> str:
    """A number with its noun: "1 item", "2 items"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}{'es' if noun.endswith('s') else 's'}"


def suggest(typed: str, known: Iterable[str], kind: str) -> str:
    """The known name that was probably meant, else all of them: "Did you mean X?", "Regions are: X, Y."."""
    names = list(known)
    close = get_close_matches(typed.strip().lower()[:_LONGEST_NAME], names, n=1)
    return f"Did you mean {close[0]}?" if close else f"{kind} are: {', '.join(names)}."


def clock(seconds: float) -> str:
    """A length of time as players show it: "0:04", "1:02:03"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def shown_bytes(size: int) -> str:
    """A size as people read it: "840 bytes", "56 kB", "1.2 GB"."""
    if size < _KILO:
        return plural(size, "byte")
    units = ("kB", "MB", "GB", "TB")
    number, power = size / _KILO, 0
    while number >= _KILO - 0.5 and power < len(units) - 1:
        number, power = number / _KILO, power + 1
    decimals = 0 if number >= _TEN or not power else 1
    return f"{number:.{decimals}f} {units[power]}"


def about(seconds: float) -> str:
    """A length of time in one unit, for what is not known exactly: "8 s", "4 min", "11 h"."""
    seconds = max(seconds, 1.0)
    if seconds < 2 * _MINUTE_S:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE_S:.0f} min" if seconds < 2 * _HOUR_S else f"{seconds / _HOUR_S:.0f} h"
