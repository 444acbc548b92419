"""The words of a document as a reader would say them: white space, addresses, emoji, and pauses at ends."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from qwentts_cli.text.punctuation import CLAUSE_MARKS, CLOSERS, HAN, KANA, TERMINATORS

if TYPE_CHECKING:
    from collections import Counter

_WHITE_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_LINE_ENDS: Final = re.compile(r" *\n *")
# Soft hyphen, zero-width space, word joiner, byte order mark: set for the eye.
_INVISIBLE: Final = re.compile("[\u00ad\u200b\u2060\ufeff]")
_ADDRESS: Final = re.compile(r"\b(?:https?|ftp)://[!-~]+|\bwww\.[A-Za-z0-9-]+\.[!-~]+")
_AFTER_ADDRESS: Final = ".,;:!?'\")]}>*_"
# Pictures only: arrows, check marks of text, currency and letters in circles are left as they are.
_EMOJI: Final = re.compile(
    r"(?:[\U0001f000-\U0001f0ff\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]|[\u2600-\u27bf\u2b00-\u2bff]\ufe0f"
    r"|[\u231a\u231b\u23e9-\u23f3\u2614\u2615\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u26a1\u2b50\u2b55])"
    r"[\ufe0f\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
)
_SELECTORS: Final = re.compile(r"[\ufe0e\ufe0f]\u20e3?")
_PAUSES: Final = frozenset(TERMINATORS + CLAUSE_MARKS + ",;:")


def tidy(text: str, left_out: Counter[str]) -> str:
    r"""Make the text of a block as it stands in a file into what is said.

    White space becomes one space, and none where a line was broken between Chinese or Japanese characters;
    `\v` is a line break the author wanted. Of a bare address its host is said. Emoji are left out.
    """
    text = _unwrapped().sub("", _WHITE_SPACE.sub(_one_space, _INVISIBLE.sub("", text)))
    text = _WHITE_SPACE.sub(" ", text).replace("\v", "\n")
    text, emoji = _EMOJI.subn("", text) if not text.isascii() else (text, 0)
    if emoji:
        left_out["emoji"] += emoji
    text = _SELECTORS.sub("", say_hosts(text, left_out))
    return _LINE_ENDS.sub("\n", re.sub(" {2,}", " ", text)).strip()


def say_hosts(text: str, left_out: Counter[str]) -> str:
    """Put the host in the place of each bare address: "See https://docs.example.org/a?b." says the host."""
    if "://" not in text and "www." not in text:
        return text

    def host(match: re.Match[str]) -> str:
        address = match[0].rstrip(_AFTER_ADDRESS)
        address += ")" * (
            match[0][len(address) :].startswith(")") and address.count("(") > address.count(")")
        )
        left_out["address"] += 1
        return _host(address) + match[0][len(address) :]

    return _ADDRESS.sub(host, text)


def end_with_pause(text: str) -> str:
    """End a heading or an item with a full stop where nothing there makes a voice pause."""
    last = text.rstrip(CLOSERS + "\"'")[-1:]
    if not last or last in _PAUSES:
        return text
    return text + ("。" if re.search(f"[{HAN}{KANA}]", text) else ".")


def with_comma(text: str) -> str:
    """End a cell of a table with a comma where nothing there makes a voice pause."""
    return text if text.rstrip(CLOSERS + "\"'")[-1:] in _PAUSES else f"{text},"


def _one_space(match: re.Match[str]) -> str:
    return "\n" if "\n" in match[0] else " "


def _host(address: str) -> str:
    try:
        name = urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    return name.removeprefix("www.")


# Compiled when the first document needs it: going through all of Han takes milliseconds.
@cache
def _unwrapped() -> re.Pattern[str]:
    east_asian = f"{HAN}{KANA}\u3000-\u303f\uff00-\uffef"
    or_quote = f"{east_asian}\u2014\u2018-\u201d\u2026"
    return re.compile(f"(?<=[{east_asian}])\n(?=[{or_quote}])|(?<=[{or_quote}])\n(?=[{east_asian}])")
