"""A text of many requests that is quickly said: each paragraph is asked for by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tones import read_back

if TYPE_CHECKING:
    from pathlib import Path

BY_PARAGRAPH = ("--paragraph-pause", "0")


def paragraphs(count: int) -> str:
    return "\n\n".join(f"no {number}." for number in range(count))


def said_in(path: Path) -> str:
    """The text that a file says, as `paragraphs` would have it."""
    return "\n\n".join(read_back(path).replace("\n", "").replace(".", ".\n").split("\n")[:-1])
