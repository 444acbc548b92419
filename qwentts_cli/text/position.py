"""Lines and columns in a text that passes by in parts."""

from __future__ import annotations

from qwentts_cli.text.boundaries import LINE_BREAK

_BLANK_LINE_BREAKS = 2


class Position:
    """An index in a text, its line and column (from 1), and the line breaks since something visible."""

    def __init__(
        self, index: int = 0, line: int = 1, column: int = 1, *, breaks: int = _BLANK_LINE_BREAKS
    ) -> None:
        self.index = index
        self.line = line
        self.column = column
        self._breaks = breaks

    @property
    def after_blank_line(self) -> bool:
        """Whether a blank line, or the start of the text, is between this and the last visible character."""
        return self._breaks >= _BLANK_LINE_BREAKS

    def advance(self, text: str) -> None:
        """Move behind `text`, in which lines end with LF, CRLF or CR."""
        self.index += len(text)
        visible_end = len(text.rstrip())
        if visible_end:
            self._breaks = 0
        line_start = 0
        for line_break in LINE_BREAK.finditer(text):
            line_start = line_break.end()
            self.line += 1
            self.column = 1
            self._breaks += line_break.start() >= visible_end
        self.column += len(text) - line_start
