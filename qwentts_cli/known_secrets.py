"""Secrets that this process was given, hidden in any text: whole or in part, in any usual form."""

from __future__ import annotations

import base64
import re
import unicodedata

from msgspec import Struct, field

HIDDEN = "***"
# Less is not enough to guess the rest by, and would be found by chance.
_PART = 8
# A shorter secret shares parts with ordinary words, so it is hidden only where it stands as it is.
_LONG = 12
_SHORTEST = 4
# One character of a text, as it stands or behind an escape: %73, %2573, \u0073, \x73, &#115; or &#x73;.
_CHARACTER = re.compile(
    r"%(?:25)*(?P<percent>[0-9a-f]{2})"
    r"|\\+(?:u(?:00|\{0*)|x)(?P<escape>[0-9a-f]{2})\}?"
    r"|&#x0*(?P<hex>[0-9a-f]{2});?"
    r"|&#0*(?P<decimal>[0-9]{2,3});?"
    r"|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)


class _Known(Struct):
    """`parts` of each length, folded; `short` secrets as they are."""

    parts: dict[int, set[str]] = field(default_factory=dict)
    short: set[str] = field(default_factory=set)


_known = _Known()


def remember_secret(secret: str) -> None:
    """Hide this secret from now on."""
    folded = _fold(secret)
    if len(folded) < _LONG:
        if len(secret) >= _SHORTEST:
            _known.short.add(secret)
        return
    forms = (folded, folded[::-1], *map(_fold, _base64_forms(secret.encode())))
    _learn(forms, _PART)
    _learn((secret.encode().hex(),), 2 * _PART)


def hide_known_secrets(text: str) -> str:
    """`text` with what it has of a known secret replaced.

    Found are parts of eight letters and digits or more: plain, in other case, reversed, escaped for an
    address, JSON or HTML, in Base64 or hexadecimal, with anything but letters and digits in between.
    """
    for secret in _known.short:
        text = text.replace(secret, HIDDEN)
    if not _known.parts:
        return text
    folded, places = _folded_with_places(text)
    shown, end = [], 0
    for start, stop in _secret_spans(folded):
        first, last = places[start][0], places[stop - 1][1]
        shown += [text[end:first], HIDDEN]
        end = last
    return "".join([*shown, text[end:]])


def has_known_secret(text: str) -> bool:
    return hide_known_secrets(text) != text


def _learn(forms: tuple[str, ...], size: int) -> None:
    parts = {form[start : start + size] for form in forms for start in range(len(form) - size + 1)}
    _known.parts[size] = _known.parts.get(size, set()) | parts


def _base64_forms(secret: bytes) -> list[str]:
    """The secret in Base64 behind nothing, one and two other bytes, without the characters those share."""
    forms = []
    for before, shared in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(bytes(before) + secret).decode().rstrip("=")
        whole = (before + len(secret)) * 8 // 6
        forms.append(encoded[shared:whole])
    return forms


def _fold(text: str) -> str:
    return _folded_with_places(text)[0]


def _folded_with_places(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The letters and digits of `text` in one case, and where in it each of them stands."""
    folded: list[str] = []
    places: list[tuple[int, int]] = []
    for match in _CHARACTER.finditer(text):
        for char in unicodedata.normalize("NFKC", _decoded(match)).casefold():
            if char.isascii() and char.isalnum():
                folded.append(char)
                places.append(match.span())
    return "".join(folded), places


def _decoded(match: re.Match[str]) -> str:
    code = match["percent"] or match["escape"] or match["hex"]
    if code:
        return chr(int(code, 16))
    return chr(int(match["decimal"])) if match["decimal"] else match[0]


def _secret_spans(folded: str) -> list[tuple[int, int]]:
    """Where in the folded text parts of secrets stand; parts that touch are one."""
    spans: list[tuple[int, int]] = []
    found = (
        (start, start + size)
        for size, parts in _known.parts.items()
        for start in range(len(folded) - size + 1)
        if folded[start : start + size] in parts
    )
    for start, stop in sorted(found):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(stop, spans[-1][1]))
        else:
            spans.append((start, stop))
    return spans
