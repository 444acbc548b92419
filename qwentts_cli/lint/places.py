"""Where a text of a document stands in its file, whose lines break elsewhere and are full of marks."""

from __future__ import annotations

from bisect import bisect_right

from qwentts_cli.lint.remark import Place
from qwentts_cli.text.boundaries import LINE_BREAK


class Places:
    """Finds texts in the `source` they came from, passage by passage."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._begins = [0, *(found.end() for found in LINE_BREAK.finditer(source))]
        self._next = 0

    def begin(self, line: int) -> None:
        """Go to the passage that begins in that line."""
        if 0 < line <= len(self._begins):
            self._next = self._begins[line - 1]

    def find(self, text: str, nth: int) -> Place:
        """Find the `nth` (from 0) of the places where `text` stands in the passage."""
        index = self._next - 1
        for _ in range(nth + 1):
            index = self._source.find(text, index + 1)
            if index < 0:
                return Place(bisect_right(self._begins, self._next))
        line = bisect_right(self._begins, index)
        return Place(line, index - self._begins[line - 1] + 1)
