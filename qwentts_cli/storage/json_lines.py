"""JSON Lines that every reader takes for the same lines."""

from __future__ import annotations

import json
import re
from typing import Any

# They end a line for some readers of JSON Lines, Python's `splitlines` among them.
_LINE_ENDS = "[\x85\u2028\u2029]"


def encode_line(document: dict[str, Any]) -> bytes:
    """One line of JSON in UTF-8, without its line end; what is no Unicode in a file's name is escaped."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return re.sub(_LINE_ENDS, lambda end: f"\\u{ord(end[0]):04x}", text).encode(errors="backslashreplace")
