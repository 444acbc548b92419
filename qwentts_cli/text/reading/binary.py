"""What a file is that is no text, told by its first bytes."""

from __future__ import annotations

import re
from typing import Final

_MAGIC: Final = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"%PDF-", "PDF"),
    (b"\xd0\xcf\x11\xe0", "DOC or another old Office file"),
    (b"ID3\x02", "MP3"),
    (b"ID3\x03", "MP3"),
    (b"ID3\x04", "MP3"),
    (b"OggS\0", "Ogg"),
    (b"fLaC\0", "FLAC"),
    (b".snd\0", "AU"),
    (b"MThd\0", "MIDI"),
    (b"\x1aE\xdf\xa3", "WebM or Matroska"),
    (b"\x1f\x8b", "gzip"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!\x1a", "RAR"),
    (b"\x7fELF", "ELF program"),
    (b"MZ\x90\0", "Windows program"),
    (b"SQLite format 3\0", "SQLite database"),
)
# A text may begin with these, too: with the letters, or with what they are in an encoding ("ясно" in CP1251).
_MAGIC_OF_LETTERS: Final = (
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"\xff\xfb", "MP3"),
    (b"\xff\xf3", "MP3"),
    (b"\xff\xf2", "MP3"),
    (b"\xff\xf1", "AAC"),
    (b"\xff\xf9", "AAC"),
    (b"BZh", "bzip2"),
    (b"#!AMR\n", "AMR"),
    (b"#!AMR-WB\n", "AMR"),
)
# RIFF, IFF and MP4 say behind their length what is in them.
_INNER: Final = (
    (0, b"RIFF", b"WAVE", "WAV"),
    (0, b"RIFX", b"WAVE", "WAV"),
    (0, b"RIFF", b"AVI ", "AVI"),
    (0, b"RIFF", b"WEBP", "WebP"),
    (0, b"FORM", b"AIF", "AIFF"),
    (4, b"ftyp", b"M4A", "M4A"),
    (4, b"ftyp", b"", "MP4"),
)
_NO_TEXT: Final = rb"[\0-\x08\x0e-\x1a\x1c-\x1f]"  # no white space, and no beginning of an escape sequence
_ZIP: Final = b"PK\x03\x04"
_ZIPPED: Final = (
    (b"application/epub+zip", "EPUB"),
    (b"opendocument.text", "ODT"),
    (b"opendocument", "OpenDocument"),
    (b"word/", "DOCX"),
    (b"xl/", "XLSX"),
    (b"ppt/", "PPTX"),
    (b"[Content_Types].xml", "DOCX or another Office file"),
)


def binary_kind(head: bytes) -> str:
    """Return the name of the format that begins with `head`, empty for what may be text."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if (kind := _kind_by_letters(head)) and re.search(_NO_TEXT, head):
        return kind
    if head.startswith(_ZIP):
        return next((kind for mark, kind in _ZIPPED if mark in head), "ZIP")
    return ""


def _kind_by_letters(head: bytes) -> str:
    for magic, kind in _MAGIC_OF_LETTERS:
        if head.startswith(magic):
            return kind
    for at, outer, inner, kind in _INNER:
        if head.startswith(outer, at) and head.startswith(inner, 8):
            return kind
    return ""
