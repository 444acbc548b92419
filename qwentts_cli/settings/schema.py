"""The settings there are, and what a value of each must look like."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from qwentts_cli.errors import UsageError
from qwentts_cli.settings.credentials import ApiKey
from qwentts_cli.wording import suggest

if TYPE_CHECKING:
    from collections.abc import Callable

SettingValue = str | int | float | ApiKey
MAX_JOBS = 64
_MAX_RPM = 60_000
_MAX_TIMEOUT_S = 3600
BUDGET = r"(?P<amount>[0-9.]+) (?P<currency>USD|CNY)/(?P<period>day|month)"
_PERIODS = ("day", "month")
_NO_BUDGET = "none"
_OF_A_SHELL = {"|", "||", "&", "&&", ";", "<", ">", ">>", "2>"}
_FORMATS = ("wav", "flac", "mp3", "opus", "ogg", "m4a", "m4b", "pcm")
LINE_BREAKS = ("auto", "keep", "join")


class Setting(Struct, frozen=True):
    """`parse` takes what a person typed and raises `ValueError` with what it should have been.

    Without a variable it is taken from the configuration file alone.
    """

    name: str
    about: str
    parse: Callable[[str], SettingValue]
    has_variable: bool = True

    @property
    def variable(self) -> str:
        return f"QWENTTS_{self.name.upper()}"

    def read(self, value: object, origin: str) -> SettingValue:
        """Check a value from anywhere; the message names the place, never the value.

        Raises:
            UsageError: the value is not one this setting can have.
        """
        if isinstance(value, ApiKey):
            return value
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise UsageError(
                f"{origin}: {self.name}: expected a text or a number, not a {type(value).__name__}"
            )
        try:
            return self.parse(str(value))
        except ValueError as error:
            is_named = origin in {self.variable, f"--{self.name.replace('_', '-')}"}
            place = origin if is_named else f"{origin}: {self.name}"
            raise UsageError(f"{place}: {error}") from None


def setting(name: str, place: str = "") -> Setting:
    """Find a setting by its name, which stands at `place`.

    Raises:
        UsageError: there is none of that name; the message suggests one.
    """
    if name in SETTINGS:
        return SETTINGS[name]
    raise UsageError(
        f"{place}: there is no setting {name!r}" if place else f"there is no setting {name!r}",
        hint=suggest(name, SETTINGS, "Settings"),
    )


def _text(value: str) -> str:
    stripped = value.strip()
    if not stripped or not stripped.isprintable():
        raise ValueError("expected a text of printable characters")
    return stripped


def _secret(value: str) -> ApiKey:
    if not value.strip():
        raise ValueError("expected a key")
    return ApiKey(value)


def _command(value: str) -> str:
    import shlex

    try:
        words = shlex.split(value)
    except ValueError:
        raise ValueError("expected a command; a quotation mark in it is not closed") from None
    if not words or not value.isprintable():
        raise ValueError("expected a command such as 'pass show qwen'")
    if _OF_A_SHELL.intersection(words):
        raise ValueError("no shell runs this command; put it into a script, or into sh -c '...'")
    return value.strip()


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        # int() also takes other scripts' digits, signs and underscores.
        if not re.fullmatch("[0-9]{1,6}", value) or not low <= int(value) <= high:
            raise ValueError(f"expected a whole number from {low} to {high}")
        return int(value)

    return parse


def _factor(value: str) -> float:
    if not re.fullmatch(r"[0-9]{0,3}\.?[0-9]{1,6}", value.strip()) or not 0.5 <= float(value) <= 2:  # noqa: PLR2004 - the message has them
        raise ValueError("expected a number from 0.5 to 2")
    return float(value)


def _seconds(value: str) -> float:
    problem = f"expected seconds, more than 0 and at most {_MAX_TIMEOUT_S}"
    try:
        seconds = float(value)
    except ValueError:
        raise ValueError(problem) from None
    if not math.isfinite(seconds) or not 0 < seconds <= _MAX_TIMEOUT_S:
        raise ValueError(problem)
    return seconds


def _format(value: str) -> str:
    return _one_of(*_FORMATS)(value.strip().removeprefix("."))


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        lowered = value.strip().lower()
        if lowered not in words:
            raise ValueError(f"expected one of {', '.join(words)}")
        return lowered

    return parse


def _budget(value: str) -> str:
    from qwentts_cli.settings.amount import BILLED_IN, read_amount

    typed, _, period = (part.strip() for part in value.partition("/"))
    if value.strip().lower() == _NO_BUDGET:
        return _NO_BUDGET
    try:
        number, currency = read_amount(typed)
    except ValueError:
        currency = None
    if currency not in BILLED_IN or period.lower() not in _PERIODS:
        raise ValueError("expected an amount such as '20 USD/month', '5 CNY/day' or 'none'")
    return f"{number:f} {currency}/{period.lower()}"


SETTINGS = {
    row.name: row
    for row in (
        Setting("api_key", "the key of the service", _secret),
        Setting(
            "api_key_command",
            "a program whose output is the key, such as 'pass show qwen'",
            _command,
            has_variable=False,
        ),
        Setting("region", "the region the key belongs to", _text),
        Setting("base_url", "another server that speaks this API", _text),
        Setting("workspace", "the workspace whose own host is used", _text),
        Setting("model", "the model", _text),
        Setting("voice", "the voice", _text),
        Setting("language", "the language of the text", _text),
        Setting("ai_label_by", "who hands the sound on, for --ai-label", _text),
        Setting("ai_label_id", "their number for the sound, likewise", _text),
        Setting("format", "the audio format where the file's name does not say", _format),
        Setting(
            "line_breaks", "what a line break in a paragraph is: auto, keep or join", _one_of(*LINE_BREAKS)
        ),
        Setting("speed", "how fast, from 0.5 to 2 times the usual", _factor),
        Setting("pitch", "how high, from 0.5 to 2, for models that take it", _factor),
        Setting("volume", "how loud, from 0 to 100, likewise", _whole(0, 100)),
        Setting("seed", "a number that makes a take come out again, likewise", _whole(0, 65_535)),
        Setting("sample_rate", "samples a second, such as 48000, likewise", _whole(8000, 48_000)),
        Setting("jobs", "requests at the same time", _whole(1, MAX_JOBS)),
        Setting("rpm", "requests a minute, at most", _whole(1, _MAX_RPM)),
        Setting("cache_max_mb", "megabytes of audio the cache may keep", _whole(0, 999_999)),
        Setting("budget", "what may be spent in a day or a month, such as '20 USD/month'", _budget),
        Setting("timeout", "seconds one request may take", _seconds),
    )
}
