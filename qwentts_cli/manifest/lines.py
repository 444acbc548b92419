"""The lines of a file, decoded as it is read, with the exact place of what is no text."""

from __future__ import annotations

import io
from itertools import chain
from typing import TYPE_CHECKING, Final

from qwentts_cli.errors import UsageError
from qwentts_cli.text.punctuation import is_speakable
from qwentts_cli.text.reading.decode import TextDecoder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.manifest.item import Row
    from qwentts_cli.manifest.streams import Stream

MAX_CHARS: Final = 5 << 20  # of one line or cell; what is longer belongs in a file of its own
_BLOCK_BYTES: Final = 1 << 16
_WHOLE: Final = "the file"


class BadLineError(Exception):
    """From here on a file cannot be read."""

    def __init__(self, text: str, *, line: int, column: int, hint: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.line = line
        self.column = column
        self.hint = hint


class Lines:
    """The lines of a stream without their ends, which are LF, CRLF and CR.

    Raises:
        BadLineError: a line is too long, or the bytes are not text; then it has the place.
    """

    def __init__(self, stream: Stream, encoding: str | None) -> None:
        self.removed_controls = 0
        self._stream = stream
        self._encoding = encoding

    def __iter__(self) -> Iterator[str]:
        held: list[str] = []
        held_chars = count = 0
        for text in self._texts():
            first, *others = text.split("\n")
            held.append(first)
            held_chars += len(first)
            if held_chars > MAX_CHARS:
                raise BadLineError(
                    f"the line is longer than {MAX_CHARS >> 20} MB",
                    line=count + 1,
                    column=1,
                    hint="Put a long text in a file of its own.",
                )
            if others:
                yield "".join(held)
                held, held_chars = [others.pop()], 0
                yield from others
                count += 1 + len(others)
        yield "".join(held)

    def _texts(self) -> Iterator[str]:
        decoder = TextDecoder(_WHOLE, self._encoding)
        newlines = io.IncrementalNewlineDecoder(None, translate=True)
        start, is_last = 0, False
        while not is_last:
            data = self._stream.read(_BLOCK_BYTES)
            is_last = not data
            try:
                text = decoder.feed(data, is_last=is_last)
            except UsageError as error:
                line, column = self._find_fault(start, data)
                raise BadLineError(error.message, line=line, column=column, hint=error.hint) from None
            start += len(data)
            yield newlines.decode(text, final=is_last)
        self.removed_controls = decoder.removed_controls

    def _find_fault(self, start: int, data: bytes) -> tuple[int, int]:
        """Decode once more up to the block at `start`, and that byte by byte, to learn line and column."""
        decoder = TextDecoder(_WHOLE, self._encoding)
        newlines = io.IncrementalNewlineDecoder(None, translate=True)
        self._stream.seek(0)
        blocks = (self._stream.read(min(_BLOCK_BYTES, start - at)) for at in range(0, start, _BLOCK_BYTES))
        line = column = 1
        try:
            for part in chain(blocks, (bytes((byte,)) for byte in data)):
                ended, newline, after = newlines.decode(decoder.feed(part)).rpartition("\n")
                line += ended.count("\n") + len(newline)
                column = len(after) + (1 if newline else column)
        except UsageError:
            pass
        return line, column


class WholeText:
    """All lines together are one item."""

    def __init__(self, lines: Lines, name: str) -> None:
        self.is_empty = True
        self._lines = lines
        self._name = name

    @property
    def removed_controls(self) -> int:
        return self._lines.removed_controls

    def __iter__(self) -> Iterator[Row]:
        text = "\n".join(self._lines)
        if is_speakable(text):
            self.is_empty = False
            yield {"text": text}

    def place(self, field: str = "") -> str:
        del field
        return self._name


class LineRows:
    """Each line that has anything to speak is an item."""

    def __init__(self, lines: Lines, name: str) -> None:
        self.is_empty = True
        self._lines = lines
        self._name = name
        self._number = 0

    @property
    def removed_controls(self) -> int:
        return self._lines.removed_controls

    def __iter__(self) -> Iterator[Row]:
        for number, line in enumerate(self._lines, 1):
            if is_speakable(line):
                self.is_empty, self._number = False, number
                yield {"text": line.strip()}

    def place(self, field: str = "") -> str:
        del field
        return f"{self._name}:{self._number}"
