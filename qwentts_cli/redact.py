"""Foreign text made fit to be shown: no secrets in it, and nothing that drives a terminal."""

from __future__ import annotations

import re

from qwentts_cli.known_secrets import hide_known_secrets

MAX_SHOWN = 500
# Nothing further on could be shown, however much before it is hidden.
_LONGEST = 20
# Controls, the marks that reorder or hide text, line separators and lone surrogates.
_UNSAFE = (
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SIGNED = r"(?i)((?:signature|ossaccesskeyid|expires|security-token|x-oss-[a-z-]+|x-amz-[a-z-]+)"
# Each with what any match of it has: most texts have none of these, and then no pattern is compiled.
_SECRETS = (
    ("authorization", r"(?i)(authorization\W{1,4}(?:bearer|basic)?\s*)[^\s\"',;]+"),
    ("bearer", r"(?i)(bearer\s+)[^\s\"',;]+"),
    ("sk-", r"()\bsk-[A-Za-z0-9_-]{6,}"),
    ("=", _SIGNED + r"=)[^&\s\"']+"),
    ("%3d", _SIGNED + r"%3d)[^&\s\"']+"),
    ("@", r"(://)[^/\s@]+(?=@)"),
)


def redact(text: str) -> str:
    """Hide keys, authorisation headers, signatures of links and user names in addresses."""
    text = hide_known_secrets(text)
    for sign, pattern in _SECRETS:
        if sign in text.lower():
            text = re.sub(pattern, r"\1***", text)
    return text


def safe(text: str, limit: int = MAX_SHOWN) -> str:
    """One line that is safe on a terminal: secrets hidden, unsafe characters escaped, length capped."""
    shown = redact(text[: _LONGEST * limit])
    if not shown.isprintable():
        shown = re.sub(_UNSAFE, _escape, shown)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] in "\r\n\t":
        return " "
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - one byte
