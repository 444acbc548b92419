"""Server-sent events, read from bytes as they arrive.

The framing follows captures of the service: `id:1`, `event:result`, a comment `:HTTP_STATUS/200` and one or
more `data:` lines, ended by an empty line or by the end of the stream.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from qwentts_cli.errors import RejectedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_EVENT_BYTES = 8 << 20
_STATUS = rb":\s*HTTP_STATUS/(\d{3})"
_LINE_END = rb"\r\n|\n|\r"


class Event(Struct, frozen=True):
    """`status` is the one of the comment line, where there is one."""

    name: str
    data: bytes
    status: int | None

    @property
    def is_done(self) -> bool:
        """Whether it is the mark with which some routes end a stream."""
        return self.data.strip() == b"[DONE]"


def parse_events(pieces: Iterable[bytes]) -> Iterator[Event]:
    """Give each event that has data as soon as its last line is there.

    Raises:
        RejectedError: one event is larger than 8 MiB.
    """
    draft = _Draft()
    for number, line in enumerate(_lines(pieces)):
        if line:
            draft.add(line if number else line.removeprefix(codecs.BOM_UTF8))
            continue
        if event := draft.finish():
            yield event
        draft = _Draft()
    if event := draft.finish():
        yield event


def looks_like_events(body: bytes) -> bool:
    """Whether a body is SSE, whatever its content type says; the gateway labels such errors as JSON."""
    return bool(re.match(rb"\s*(id|event|data|retry)?:", body))


class _Draft:
    def __init__(self) -> None:
        self._name = b"message"
        self._data: list[bytes] = []
        self._status: int | None = None
        self._size = 0

    def add(self, line: bytes) -> None:
        self._size += len(line)
        if self._size > MAX_EVENT_BYTES:
            raise too_large()
        if status := re.match(_STATUS, line):
            self._status = int(status[1])
            return
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._name = value

    def finish(self) -> Event | None:
        data = b"\n".join(self._data)
        if not data.strip() and self._name != b"error":  # nothing, or a sign of life
            return None
        return Event(self._name.decode("utf-8", "replace"), data, self._status)


def too_large() -> RejectedError:
    message = f"the service sent an event of more than {MAX_EVENT_BYTES >> 20} MiB"
    return RejectedError(message, maybe_billed=True)


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Split on LF, CRLF and CR wherever the pieces were cut."""
    parts: list[bytes] = []
    size, after_cr = 0, False
    for arrived in pieces:
        piece = arrived[1:] if after_cr and arrived.startswith(b"\n") else arrived
        after_cr = arrived.endswith(b"\r")
        first, *following = re.split(_LINE_END, piece)
        parts.append(first)
        size += len(first)
        for line in following:
            yield b"".join(parts)
            parts, size = [line], len(line)
        if size > MAX_EVENT_BYTES:
            raise too_large()
    if rest := b"".join(parts):
        yield rest
