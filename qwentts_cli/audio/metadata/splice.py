"""Comments, chapters and a cover in FLAC, Opus and Vorbis: put into the header that their encoder wrote."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final, Protocol

from qwentts_cli.audio.formats import AudioFormat
from qwentts_cli.audio.metadata.ogg import Page, PageReader, read_packets, write_pages
from qwentts_cli.audio.tags import AI_LABEL, field_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.audio.tags import Chapter, Tags

Write = tuple[int, bytes]

_LENGTH_BYTES: Final = 4
_FLAC_COMMENT: Final = 4
_FLAC_PICTURE: Final = 6
_FLAC_HEADER_BYTES: Final = 4
# How many packets the header of a stream has, how its second one begins, and what ends its comments: in
# Vorbis a bit that says the block is whole.
_OGG: Final = {AudioFormat.OPUS: (2, b"OpusTags", b""), AudioFormat.OGG: (3, b"\x03vorbis", b"\x01")}


class Splice(Protocol):
    """Stands between an encoder and its file: the header gets longer, and all that follows moves along."""

    is_done: bool
    """Whether the header was found and what is to be said is in it."""

    def moved(self, writes: list[Write]) -> list[Write]:
        """The same writes, each with its offset, where they belong now; none before the header is whole."""


def splice_tags(fmt: AudioFormat, tags: Tags) -> Splice | None:
    """What puts `tags` into FLAC, Opus or Vorbis; `None` where there is nothing to put in."""
    if tags.is_empty:
        return None
    comments = list(_comments(tags))
    if fmt is AudioFormat.FLAC:
        return _FlacSplice(comments, tags.cover.flac_block() if tags.cover else b"")
    if tags.cover:
        comments.append(b"METADATA_BLOCK_PICTURE=" + base64.b64encode(tags.cover.flac_block()))
    return _OggSplice(fmt, comments)


class _FlacSplice:
    """Finds the comments among the metadata blocks (RFC 9639, section 8); the picture goes before them."""

    def __init__(self, comments: list[bytes], picture: bytes) -> None:
        self.is_done = False
        self._comments = comments
        self._picture = picture
        self._head = b""
        self._end = 0
        self._growth = 0

    def moved(self, writes: list[Write]) -> list[Write]:
        return [place for offset, data in writes for place in self._moved(offset, data)]

    def _moved(self, offset: int, data: bytes) -> list[Write]:
        if self.is_done:
            # The lengths at the beginning are filled in at the end.
            return [(offset + self._growth if offset >= self._end else offset, data)]
        # An encoder writes its header from the first byte to the last.
        self._head += data
        found = self._find()
        if not found:
            return []
        start, end = found
        body = start + _FLAC_HEADER_BYTES
        comments = _with_comments(self._head[body:end], self._comments)
        new = _flac_block(self._head[start], comments)
        if self._picture:
            new = _flac_block(_FLAC_PICTURE, self._picture) + new
        self.is_done, self._end, self._growth = True, end, len(new) - (end - start)
        return [(0, self._head[:start] + new + self._head[end:])]

    def _find(self) -> tuple[int, int] | None:
        start = _FLAC_HEADER_BYTES
        while start + _FLAC_HEADER_BYTES <= len(self._head):
            body = start + _FLAC_HEADER_BYTES
            end = body + int.from_bytes(self._head[start + 1 : body], "big")
            if self._head[start] & 0x7F == _FLAC_COMMENT and end <= len(self._head):
                return start, end
            start = end
        return None


class _OggSplice:
    """Writes the pages of the header anew, and numbers those behind them on."""

    def __init__(self, fmt: AudioFormat, comments: list[bytes]) -> None:
        self.is_done = False
        self._packets, self._magic, self._tail = _OGG[fmt]
        self._comments = comments
        self._reader = PageReader()
        self._header: list[Page] = []
        self._added = 0
        self._sent = 0

    def moved(self, writes: list[Write]) -> list[Write]:
        # An encoder of Ogg never goes back.
        pages = self._reader.feed(b"".join(data for _, data in writes))
        data = b"".join(piece for page in pages for piece in self._passed(page))
        offset, self._sent = self._sent, self._sent + len(data)
        return [(offset, data)] if data else []

    def _passed(self, page: Page) -> Iterator[bytes]:
        if self.is_done:
            yield page.moved(self._added) if self._added else page.data
            return
        self._header.append(page)
        packets = read_packets(self._header)
        if len(packets) < self._packets:
            return
        block = packets[1].removeprefix(self._magic)
        packets[1] = self._magic + _with_comments(block, self._comments) + self._tail
        new = write_pages(packets[1:], serial=page.serial, first=1)
        self.is_done, self._added = True, len(new) + 1 - len(self._header)
        yield self._header[0].data
        yield from new


def _comments(tags: Tags) -> Iterator[bytes]:
    for name, text in tags.items():
        yield f"{field_name(name).upper()}={text}".encode()
    if tags.ai_label:
        yield f"{AI_LABEL}={tags.ai_label}".encode()
    yield from _chapter_comments(tags.chapters)


def _chapter_comments(chapters: tuple[Chapter, ...]) -> Iterator[bytes]:
    """The comments CHAPTERxxx and CHAPTERxxxNAME, as the wiki of Xiph.org proposes and players read."""
    for number, chapter in enumerate(chapters, start=1):
        yield f"CHAPTER{number:03}={_clock(chapter.start_s)}".encode()
        yield f"CHAPTER{number:03}NAME={chapter.shown_title}".encode()


def _clock(seconds: float) -> str:
    minutes, ms = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{ms // 1000:02}.{ms % 1000:03}"


def _flac_block(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def _with_comments(block: bytes, comments: list[bytes]) -> bytes:
    """A comment block (vendor, count, comments) with more of them; what follows the comments is dropped."""
    count_at = _skip(block, 0)
    end = count_at + _LENGTH_BYTES
    count = _length(block, count_at)
    for _ in range(count):
        end = _skip(block, end)
    old = block[count_at + _LENGTH_BYTES : end]
    new = b"".join(_counted(len(comment)) + comment for comment in comments)
    return block[:count_at] + _counted(count + len(comments)) + old + new


def _length(data: bytes, position: int) -> int:
    return int.from_bytes(data[position : position + _LENGTH_BYTES], "little")


def _skip(data: bytes, position: int) -> int:
    """The position behind a length and so many bytes."""
    return position + _LENGTH_BYTES + _length(data, position)


def _counted(number: int) -> bytes:
    return number.to_bytes(_LENGTH_BYTES, "little")
