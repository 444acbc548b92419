"""Chapters in FLAC, Opus and Vorbis, whose encoder has no word for them: comments added to those it wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from qwentts_cli.audio.formats import AudioFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from qwentts_cli.audio.tags import Chapter

Write = tuple[int, bytes]

_LENGTH_BYTES = 4
_FLAC_COMMENT = 4
_FLAC_HEADER_BYTES = 4
_PAGE_HEADER_BYTES = 27
_PAGE_CRC = slice(22, 26)
_FULL_LACE = 255
_CRC_POLYNOMIAL = 0x04C11DB7


class _Edit(Struct, frozen=True):
    """The bytes from `start` to `end` become `new`."""

    start: int
    end: int
    new: bytes


class ChapterSplice:
    """Stands between an encoder and its file: the comments get longer, and all that follows moves along.

    Args:
        fmt: FLAC, Opus or Vorbis.
        chapters: as many as `tags.MOST_CHAPTERS`, so that they fit into one page of Ogg.
    """

    def __init__(self, fmt: AudioFormat, chapters: Iterable[Chapter]) -> None:
        self._edit_of = _EDITS[fmt]
        self._comments = list(_chapter_comments(chapters))
        self._head = b""
        self._edit: _Edit | None = None

    @property
    def is_done(self) -> bool:
        """Whether the header was found and the chapters are in it."""
        return self._edit is not None

    def moved(self, writes: list[Write]) -> list[Write]:
        """The same writes, each with its offset, where they belong now; none before the header is whole."""
        return [place for offset, data in writes for place in self._moved(offset, data)]

    def _moved(self, offset: int, data: bytes) -> list[Write]:
        if edit := self._edit:
            growth = len(edit.new) - (edit.end - edit.start)
            return [(offset + growth if offset >= edit.end else offset, data)]
        # An encoder writes its header from the first byte to the last.
        self._head += data
        self._edit = self._edit_of(self._head, self._comments)
        if self._edit is None:
            return []
        return [(0, self._head[: self._edit.start] + self._edit.new + self._head[self._edit.end :])]


def _chapter_comments(chapters: Iterable[Chapter]) -> Iterator[bytes]:
    """The comments CHAPTERxxx and CHAPTERxxxNAME, as the wiki of Xiph.org proposes and players read."""
    for number, chapter in enumerate(chapters, start=1):
        yield f"CHAPTER{number:03}={_clock(chapter.start_s)}".encode()
        yield f"CHAPTER{number:03}NAME={chapter.shown_title}".encode()


def _clock(seconds: float) -> str:
    minutes, ms = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{ms // 1000:02}.{ms % 1000:03}"


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


def _flac_edit(head: bytes, comments: list[bytes]) -> _Edit | None:
    """Find the comments among the metadata blocks (RFC 9639, section 8)."""
    start = _FLAC_HEADER_BYTES
    while start + _FLAC_HEADER_BYTES <= len(head):
        body = start + _FLAC_HEADER_BYTES
        end = body + int.from_bytes(head[start + 1 : body], "big")
        if head[start] & 0x7F == _FLAC_COMMENT and end <= len(head):
            block = _with_comments(head[body:end], comments)
            return _Edit(start, end, head[start : start + 1] + len(block).to_bytes(3, "big") + block)
        start = end
    return None


def _ogg_edit(magic: bytes, tail: bytes) -> Callable[[bytes, list[bytes]], _Edit | None]:
    """Find the comments in the second page, where they are the first packet (RFC 3533; RFC 7845)."""

    def edit(head: bytes, comments: list[bytes]) -> _Edit | None:
        start = _page_end(head, 0)
        end = _page_end(head, start) if start else None
        if start is None or end is None:
            return None
        body = start + _PAGE_HEADER_BYTES + head[start + _PAGE_HEADER_BYTES - 1]
        laces = head[start + _PAGE_HEADER_BYTES : body]
        first = next(number for number, lace in enumerate(laces) if lace < _FULL_LACE) + 1
        packet_end = body + sum(laces[:first])
        packet = magic + _with_comments(head[body + len(magic) : packet_end], comments) + tail
        full, rest = divmod(len(packet), _FULL_LACE)
        new_laces = bytes([_FULL_LACE] * full + [rest]) + laces[first:]
        fixed = head[start : start + _PAGE_HEADER_BYTES - 1]
        page = fixed + bytes([len(new_laces)]) + new_laces + packet + head[packet_end:end]
        return _Edit(start, end, _with_crc(page))

    return edit


_EDITS = {
    AudioFormat.FLAC: _flac_edit,
    AudioFormat.OPUS: _ogg_edit(b"OpusTags", b""),
    # A bit at the end that says the block is whole.
    AudioFormat.OGG: _ogg_edit(b"\x03vorbis", b"\x01"),
}


def _page_end(head: bytes, start: int | None) -> int | None:
    """Where the page of Ogg that begins at `start` ends, if it is there as a whole."""
    if start is None or len(head) < start + _PAGE_HEADER_BYTES:
        return None
    laces = start + _PAGE_HEADER_BYTES
    body = laces + head[laces - 1]
    end = body + sum(head[laces:body])
    return end if body <= len(head) and end <= len(head) else None


def _with_crc(page: bytes) -> bytes:
    blank = page[: _PAGE_CRC.start] + bytes(4) + page[_PAGE_CRC.stop :]
    crc = 0
    for byte in blank:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (_CRC_POLYNOMIAL if crc >> 31 else 0)) & 0xFFFFFFFF
    return blank[: _PAGE_CRC.start] + crc.to_bytes(4, "little") + blank[_PAGE_CRC.stop :]


def _length(data: bytes, position: int) -> int:
    return int.from_bytes(data[position : position + _LENGTH_BYTES], "little")


def _skip(data: bytes, position: int) -> int:
    """The position behind a length and so many bytes."""
    return position + _LENGTH_BYTES + _length(data, position)


def _counted(number: int) -> bytes:
    return number.to_bytes(_LENGTH_BYTES, "little")
