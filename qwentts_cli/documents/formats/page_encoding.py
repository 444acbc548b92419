"""Which encoding a page is in: what it says of itself, read as browsers read it."""

from __future__ import annotations

import codecs
import re
from typing import Final

HEAD_BYTES: Final = 4096
_XML: Final = re.compile(rb"""\A\s*<\?xml\b[^>]{0,200}\bencoding\s*=\s*["']([\w.:-]+)["']""")
_META: Final = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_WIDE_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Pages often have characters that only the wider encoding has (https://encoding.spec.whatwg.org/#names-and-labels).
_WIDER: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "euc_kr": "cp949",
}
# Encodings of Python that no page is in: what could be read so far is ASCII, and so it is UTF-8.
_NO_PAGE: Final = re.compile(r"utf-(?!8)|idna|punycode|undefined|.*unicode_escape")


def declared_encoding(head: bytes) -> str | None:
    """Give the encoding that a page names where it begins; None for UTF-8, and for a name that means nothing.

    A byte order mark counts more than a name.
    """
    if head.startswith((codecs.BOM_UTF8, *_WIDE_MARKS)):
        return None
    found = _XML.match(head) or _META.search(head)
    label = found[1].decode("ascii", "replace").lower() if found else "utf-8"
    try:
        "".encode(label)
        name = codecs.lookup(label).name
    except (LookupError, UnicodeError):
        name = label if label in _WIDER else "utf-8"
    return None if name == "utf-8" or _NO_PAGE.match(name) else _WIDER.get(name, name)


def decode_page(page: bytes) -> str:
    """Decode a page of a book; a character that is damaged becomes one that nobody speaks.

    Many books were made of web pages, whose old names of encodings they kept beside a text in UTF-8.
    """
    if page.startswith(_WIDE_MARKS):
        return page.decode("utf-16", "replace")
    encoding = declared_encoding(page[:HEAD_BYTES])
    if not _XML.match(page):
        try:
            return page.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
    return page.decode(encoding or "utf-8-sig", "replace")
