"""What is billed, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from qwentts_cli.metered import Metered


def tell_billed(metered: Metered, *, at_most: bool = False) -> str:
    """Characters, and tokens where these are what is paid for: "27 characters, 50 tokens"."""
    characters = plural(metered.characters, "character")
    most = "at most " if at_most else ""
    return f"{characters}, {most}{plural(metered.tokens, 'token')}" if metered.tokens else characters
