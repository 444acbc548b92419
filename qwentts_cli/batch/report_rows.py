"""What a report says of one item, as JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from qwentts_cli.errors import error_document

if TYPE_CHECKING:
    from qwentts_cli.batch.outcome import Outcome

# They end a line for some readers of JSON Lines, Python's `splitlines` among them.
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")


def item_document(outcome: Outcome) -> dict[str, Any]:
    """The stable shape of an item for scripts; its text is not in it."""
    return {
        "number": outcome.number,
        "source": outcome.source,
        "output": str(outcome.output),
        "status": outcome.status.value,
        "voice": outcome.voice,
        "model": outcome.model,
        "duration_s": round(outcome.duration_s, 6),
        "characters": outcome.usage.characters,
        "billed": outcome.usage.billed,
        "requests": outcome.usage.requests,
        "request_ids": list(outcome.usage.request_ids),
        "gaps": [
            {"line": gap.line, "column": gap.column, "characters": gap.characters}
            for gap in outcome.usage.gaps
        ],
        "error": error_document(outcome.error) if outcome.error else None,
    }


def encoded(document: dict[str, Any]) -> bytes:
    """One line of JSON in UTF-8, without its line end; what is no Unicode in a file's name is escaped."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return _LINE_ENDS.sub(lambda end: f"\\u{ord(end[0]):04x}", text).encode(errors="backslashreplace")
