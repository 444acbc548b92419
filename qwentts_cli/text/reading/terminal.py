"""What a program wrote for a terminal, without what was meant for the terminal alone."""

from __future__ import annotations

import re
from typing import Final

# ECMA-48: control sequences (colours), strings (titles, the links of OSC 8), and two-character escapes.
_INTRODUCERS: Final = "\x1b\x90\x98\x9b\x9d\x9e\x9f"  # escape, and those that are one character
_STRING_START: Final = "(?:\x1b[]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c\r\n]*"
_CONTROL_START: Final = "(?:\x1b\\[|\x9b)[0-?]*[ -/]*"
_SEQUENCE: Final = f"{_STRING_START}(?:\x07|\x1b\\\\|\x9c)|{_CONTROL_START}[@-~]|\x1b[ -/]*[0-~]"
_ERASED: Final = "\x1b[2K"
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
        if any(introducer in text for introducer in _INTRODUCERS):
            if not is_last:
                text = self._hold(text, _unfinished_at(text))
            text = self._without_erased(text)
            text, removed = re.subn(_SEQUENCE, "", text)
            self.removed += removed
        if self._has_overstrikes or "\b" in text:
            self._has_overstrikes = True
            return self._struck(text, is_last=is_last)
        return text

    def _without_erased(self, text: str) -> str:
        """Leave out what was on a line before all of it was erased, as it is to show how far a program is."""
        if _ERASED not in text:
            return text
        lines = text.split("\n")
        self.removed += text.count(_ERASED)
        return "\n".join(line.rpartition(_ERASED)[2] for line in lines)

    def _struck(self, text: str, *, is_last: bool) -> str:
        """Leave out what is printed over; the last two characters may be by what comes next."""
        end = len(text if is_last else text.rstrip("\b"))
        before, after = text[:end], text[end:]
        while "\b" in before and (count := (found := re.subn(_OVERSTRUCK, "", before))[1]):
            before = found[0]
            self.removed += count
        return before if is_last else self._hold(before + after, max(0, len(before) - 2))

    def _hold(self, text: str, end: int) -> str:
        """Keep back what begins at `end`: a sequence that goes on, or characters that may be struck over."""
        self._held = text[end:] + self._held
        return text[:end]


def _unfinished_at(text: str) -> int:
    unfinished = re.compile(_UNFINISHED).search(text, max(0, len(text) - _LONGEST))
    return unfinished.start() if unfinished else len(text)
