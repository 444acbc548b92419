"""Grapheme clusters as the `regex` module sees them: a second opinion."""

from __future__ import annotations

import regex


def clusters(text: str) -> dict[int, str]:
    """Return the extended grapheme clusters of `text` by their start."""
    return {match.start(): match[0] for match in regex.finditer(r"\X", text)}
