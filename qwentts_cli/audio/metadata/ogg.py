"""Pages of Ogg taken apart and put together again (RFC 3533)."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_HEADER_BYTES: Final = 27
_LACES_AT: Final = 26
_SEQUENCE: Final = slice(18, 22)
_CRC: Final = slice(22, 26)
_FULL_LACE: Final = 255
_MOST_LACES: Final = 255
_GOES_ON: Final = 1
_ENDS_NO_PACKET: Final = b"\xff" * 8
_REVERSED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Page(Struct, frozen=True):
    """A whole page."""

    data: bytes

    @property
    def laces(self) -> bytes:
        return self.data[_HEADER_BYTES : _HEADER_BYTES + self.data[_LACES_AT]]

    @property
    def body(self) -> bytes:
        return self.data[_HEADER_BYTES + self.data[_LACES_AT] :]

    @property
    def serial(self) -> bytes:
        return self.data[14:18]

    def moved(self, pages: int) -> bytes:
        """The page so many pages further back, with the checksum of that place."""
        sequence = int.from_bytes(self.data[_SEQUENCE], "little") + pages
        return _with_crc(
            self.data[: _SEQUENCE.start] + sequence.to_bytes(4, "little") + self.data[_SEQUENCE.stop :]
        )


class PageReader:
    """Gives the pages of a stream that comes in pieces."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> Iterator[Page]:
        self._held += data
        while (end := _page_end(self._held)) is not None:
            page, self._held = Page(self._held[:end]), self._held[end:]
            yield page


def read_packets(pages: Iterable[Page]) -> list[bytes]:
    """The packets that end in these pages."""
    packets, packet = [], b""
    for page in pages:
        at, body = 0, page.body
        for lace in page.laces:
            packet += body[at : at + lace]
            at += lace
            if lace < _FULL_LACE:
                packets.append(packet)
                packet = b""
    return packets


def write_pages(packets: Sequence[bytes], *, serial: bytes, first: int) -> list[bytes]:
    """Put packets of a header into pages, the first of which has the number `first`."""
    laces = b"".join(
        bytes([_FULL_LACE] * (len(packet) // _FULL_LACE) + [len(packet) % _FULL_LACE]) for packet in packets
    )
    body = b"".join(packets)
    pages, at, goes_on = [], 0, False
    for number, start in enumerate(range(0, len(laces), _MOST_LACES)):
        own = laces[start : start + _MOST_LACES]
        # Where a header's packet ends is time 0; a page in the middle of one has no time.
        position = bytes(8) if min(own) < _FULL_LACE else _ENDS_NO_PACKET
        head = b"OggS\0" + bytes([_GOES_ON if goes_on else 0]) + position + serial
        head += (first + number).to_bytes(4, "little") + bytes(4) + bytes([len(own)]) + own
        pages.append(_with_crc(head + body[at : at + sum(own)]))
        at += sum(own)
        goes_on = own[-1] == _FULL_LACE
    return pages


def _page_end(data: bytes) -> int | None:
    if len(data) < _HEADER_BYTES:
        return None
    body = _HEADER_BYTES + data[_LACES_AT]
    end = body + sum(data[_HEADER_BYTES:body])
    return end if body <= len(data) and end <= len(data) else None


def _with_crc(page: bytes) -> bytes:
    blank = page[: _CRC.start] + bytes(4) + page[_CRC.stop :]
    # Ogg takes the bits from the other end than zlib, and inverts nothing.
    reversed_crc = zlib.crc32(blank.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    crc = int(f"{reversed_crc:032b}"[::-1], 2)
    return blank[: _CRC.start] + crc.to_bytes(4, "little") + blank[_CRC.stop :]
