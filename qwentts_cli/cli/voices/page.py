"""`voices preview --html`: a page to choose a voice by ear, in one file that needs nothing else."""

from __future__ import annotations

import base64
import shlex
from html import escape
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from qwentts_cli.speech.page import fill_page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwentts_cli.cli.voices.facts import VoiceFacts

_TEMPLATE = Path(__file__).with_name("page.html")


def write_page(file: IO[bytes], rows: Iterable[dict[str, Any]], *, text: str) -> None:
    """Write the page; `text` is what all voices say, empty where each speaks its own language."""
    hint = f"All say: “{text}”" if text else "Each speaks its own language."
    file.writelines(
        fill_page(
            _TEMPLATE,
            slots={"hint": escape(f"{hint} A click copies what uses a voice.")},
            rows=rows,
            media="blob:",
        )
    )


def make_row(voice: VoiceFacts, *, model: str, mp3: bytes, seconds: float) -> dict[str, Any]:
    """What the page has of one voice."""
    return {
        "id": voice.id,
        "zh": voice.name_zh,
        "gender": voice.gender,
        "about": voice.speaks,
        "speaks": [*filter(None, [voice.dialect]), *voice.languages],
        "character": voice.character,
        "models": list(voice.models) or [model],
        "options": f"-v {shlex.quote(voice.id)} -m {shlex.quote(model)}",
        "seconds": round(seconds, 3),
        "sound": base64.b64encode(mp3).decode(),
    }
