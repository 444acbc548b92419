"""What looks wrong with a sound, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qwentts_cli.synthesis.usage import Doubt


def tell_doubt(doubt: Doubt) -> str:
    """What looks wrong with a sound, and where its text is."""
    return (
        f"text at line {doubt.line}, column {doubt.column}: {doubt.had_s:.1f} s of sound where about "
        f"{doubt.expected_s:.1f} s were expected; listen to it, or ask for it again with --retake"
    )
