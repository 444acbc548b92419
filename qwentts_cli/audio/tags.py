"""What a file says about itself, its chapters and its cover among it, and the ID3 block of an MP3."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.audio.metadata.languages import three_letters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwentts_cli.audio.metadata.cover import Cover

# What the table of contents of an MP3 can hold; the other formats have room for as many.
MOST_CHAPTERS = 255
# What the field is called in every format, by the practice guide TC260-PG-20252A.
AI_LABEL = "AIGC"

_TITLE_CHARACTERS = 40
# By the name of the field: the frame of ID3. Players of audiobooks look for who reads under "composer".
_FRAMES = {
    "title": b"TIT2",
    "artist": b"TPE1",
    "album": b"TALB",
    "narrator": b"TCOM",
    "language": b"TLAN",
    "comment": b"COMM",
    "software": b"TSSE",
}
# By the name of the field, where MP4 and Ogg call it something else.
_FIELD_NAMES = {"narrator": "composer", "software": "encoder"}
_SYNCSAFE_SHIFTS = (21, 14, 7, 0)
_UTF16 = b"\x01"
_LANGUAGE = b"und"
_LATIN1 = b"\x00"
_FRONT_COVER = b"\x03"
_NO_OFFSET = 0xFFFFFFFF
_CONTENTS = b"toc\0"
# Top level, and its entries are in order.
_CONTENTS_FLAGS = 0b11


def field_name(name: str) -> str:
    """What MP4, FLAC and Ogg call a field of tags."""
    return _FIELD_NAMES.get(name, name)


class Chapter(Struct, frozen=True):
    """A part of the sound, in seconds from its beginning."""

    title: str
    start_s: float
    end_s: float

    def document(self) -> dict[str, object]:
        """The stable shape of a chapter for scripts."""
        return {"title": self.title, "start_s": round(self.start_s, 6), "end_s": round(self.end_s, 6)}

    @property
    def shown_title(self) -> str:
        """The title on one line, of a length that a table of contents has room for."""
        return _printable(self.title)[:_TITLE_CHARACTERS]


class Tags(Struct, frozen=True):
    """Text about the audio; what is empty is not written.

    Any text is accepted: line breaks and control characters become spaces, for no format can hold them all.
    `artist` is the author where one is known, and `narrator` then the voices. `language` is a tag such as
    "en" or "zh-CN". Of chapters there can be `MOST_CHAPTERS`. `ai_label` is the JSON that says of a sound
    that it was made by AI; it is all that a WAV holds, and PCM holds nothing.
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    narrator: str = ""
    language: str = ""
    comment: str = ""
    software: str = ""
    ai_label: str = ""
    cover: Cover | None = None
    chapters: tuple[Chapter, ...] = ()

    def read_by(self, voices: Iterable[str]) -> Tags:
        """The same with the voices: they are the artist where nobody else is."""
        names = ", ".join(dict.fromkeys(voices))
        return replace(self, narrator=names) if self.artist else replace(self, artist=names)

    def divided(self, chapters: tuple[Chapter, ...]) -> Tags:
        """The same with chapters; one without a title is called like the whole."""
        return replace(
            self, chapters=tuple(replace(found, title=found.title or self.title) for found in chapters)
        )

    @property
    def is_empty(self) -> bool:
        return not (self.items() or self.cover or self.chapters or self.ai_label)

    def items(self) -> list[tuple[str, str]]:
        """The fields that say something, by name, fit to be written."""
        named = ((name, _printable(getattr(self, name))) for name in _FRAMES)
        return [(name, text) for name, text in named if text]


def id3_block(tags: Tags) -> bytes:
    """Write `tags` as an ID3v2 block that goes in front of an MP3; nothing if they are empty.

    Version 2.3 with UTF-16, because every reader knows it; not all know 2.4, the first to have UTF-8.
    """
    frames = b"".join(_text_frame(name, text) for name, text in tags.items())
    frames += _label_frame(tags.ai_label) if tags.ai_label else b""
    frames += _chapter_frames(tags.chapters) + (_picture_frame(tags.cover) if tags.cover else b"")
    return b"ID3\x03\x00\x00" + _syncsafe(len(frames)) + frames if frames else b""


def _text_frame(name: str, text: str) -> bytes:
    kind = _FRAMES[name]
    if name == "language":
        text = three_letters(text)
    # A comment has a language and a short description, here empty, in front of its text.
    lead = _UTF16 + _LANGUAGE + _utf16("\0") if kind == b"COMM" else _UTF16
    return _frame(kind, lead + _utf16(text))


def _label_frame(label: str) -> bytes:
    """A text that has a name instead of a kind."""
    return _frame(b"TXXX", _UTF16 + _utf16(f"{AI_LABEL}\0") + _utf16(label))


def _chapter_frames(chapters: tuple[Chapter, ...]) -> bytes:
    """A table of contents and its chapters (ID3v2 Chapter Frame Addendum 1.0)."""
    if not chapters:
        return b""
    names = [b"ch%d\0" % number for number in range(len(chapters))]
    contents = _CONTENTS + bytes([_CONTENTS_FLAGS, len(names)]) + b"".join(names)
    return _frame(b"CTOC", contents) + b"".join(map(_chapter_frame, names, chapters))


def _chapter_frame(name: bytes, chapter: Chapter) -> bytes:
    start_ms, end_ms = round(chapter.start_s * 1000), round(chapter.end_s * 1000)
    times = struct.pack(">4I", start_ms, end_ms, _NO_OFFSET, _NO_OFFSET)
    return _frame(b"CHAP", name + times + _text_frame("title", chapter.shown_title))


def _picture_frame(cover: Cover) -> bytes:
    return _frame(b"APIC", _LATIN1 + cover.kind.encode() + b"\0" + _FRONT_COVER + b"\0" + cover.data)


def _frame(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack(">IH", len(body), 0) + body


def _utf16(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le")


def _syncsafe(size: int) -> bytes:
    """28 bits as four bytes below 0x80, so that no reader takes them for the start of sound."""
    return bytes(size >> shift & 0x7F for shift in _SYNCSAFE_SHIFTS)


def _printable(text: str) -> str:
    # Lone surrogates, which no format can encode and which come from file names, are not printable either.
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
