"""What a file says about itself, and the ID3 block that says it in an MP3."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_SYNCSAFE_SHIFTS = (21, 14, 7, 0)
_UTF16 = b"\x01"
_LANGUAGE = b"und"


@dataclass(frozen=True, slots=True)
class Tags:
    """Text about the audio; what is empty is not written.

    Any text is accepted: line breaks and control characters become spaces, for no format can hold them all.
    """

    title: str = ""
    artist: str = ""
    comment: str = ""
    software: str = ""

    def items(self) -> list[tuple[str, str]]:
        """The fields that say something, by name, fit to be written."""
        named = ((name, _printable(getattr(self, name))) for name in self.__slots__)
        return [(name, text) for name, text in named if text]


def id3_block(tags: Tags) -> bytes:
    """Write `tags` as an ID3v2 block that goes in front of an MP3; nothing if they are empty.

    Version 2.3 with UTF-16, because every reader knows it; not all know 2.4, the first to have UTF-8.
    """
    frames = b"".join(_frame(name, text) for name, text in tags.items())
    return b"ID3\x03\x00\x00" + _syncsafe(len(frames)) + frames if frames else b""


def _frame(name: str, text: str) -> bytes:
    kind = {"title": b"TIT2", "artist": b"TPE1", "comment": b"COMM", "software": b"TSSE"}[name]
    # A comment has a language and a short description, here empty, in front of its text.
    lead = _UTF16 + _LANGUAGE + _utf16("\0") if kind == b"COMM" else _UTF16
    body = lead + _utf16(text)
    return kind + struct.pack(">IH", len(body), 0) + body


def _utf16(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le")


def _syncsafe(size: int) -> bytes:
    """28 bits as four bytes below 0x80, so that no reader takes them for the start of sound."""
    return bytes(size >> shift & 0x7F for shift in _SYNCSAFE_SHIFTS)


def _printable(text: str) -> str:
    # Lone surrogates, which no format can encode and which come from file names, are not printable either.
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
