"""What a program wrote for a terminal, without what was meant for the terminal alone."""

from __future__ import annotations

import re
from typing import Final

# ECMA-48: control sequences (colours), strings (titles, the links of OSC 8), and two-character escapes.
_STRING_START: Final = "(?:\x1b[]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c\r\n]*"
_CONTROL_START: Final = "(?:\x1b\\[|\x9b)[0-?]*[ -/]*"
_SEQUENCE: Final = f"{_STRING_START}(?:\x07|\x1b\\\\|\x9c)|{_CONTROL_START}[@-~]|\x1b[ -/]*[0-~]"
_UNFINISHED: Final = f"(?:{_STRING_START}\x1b?|{_CONTROL_START}|\x1b[ -/]*)\\Z"
_LONGEST: Final = 1 << 13
# A letter printed twice is bold, one over an underscore underlined; a wide one goes back two columns.
_OVERSTRUCK: Final = "[\u1100-\uffef\U00020000-\U0003ffff]\b\b|[^\b\r\n]\b"


class TerminalFilter:
    """Leaves out escape sequences and overstruck characters of a text that comes in pieces; counts both."""

    def __init__(self) -> None:
        self.removed = 0
        self._held = ""
        self._has_overstrikes = False

    def feed(self, text: str, *, is_last: bool) -> str:
        text = self._held + text
        self._held = ""
        if "\x1b" in text or "\x9b" in text or "\x9d" in text:
            text, removed = re.subn(_SEQUENCE, "", text)
            self.removed += removed
        if not is_last:
            text = self._hold(text)
        if "\b" in text:
            self._has_overstrikes = True
            while count := (found := re.subn(_OVERSTRUCK, "", text))[1]:
                text = found[0]
                self.removed += count
        return text

    def _hold(self, text: str) -> str:
        """Keep back the beginning of a sequence, and a character that may be struck over."""
        unfinished = re.compile(_UNFINISHED).search(text, max(0, len(text) - _LONGEST))
        end = unfinished.start() if unfinished else len(text)
        if self._has_overstrikes or "\b" in text[-1:]:
            end = max(0, end - 2)
        self._held = text[end:]
        return text[:end]
