"""XML that was written as if it were HTML, made such that a strict parser takes it."""

from __future__ import annotations

import re
from html.entities import html5
from typing import Final

_AMPERSAND: Final = re.compile(r"&(?!#\d{1,7};|#[xX][\da-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)(?:(\w+);)?")
_NO_CHARACTER: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def mend_xml(text: str) -> str:
    """Put characters in the place of the names that HTML has for them, and `&amp;` for what is only "&".

    What no XML may have is left out: control characters, and white space before its declaration.
    """
    return _AMPERSAND.sub(_character, _NO_CHARACTER.sub("", text)).lstrip()


def _character(found: re.Match[str]) -> str:
    """A name that HTML does not know is a text, as for browsers."""
    known = html5.get(f"{found[1]};")
    return "".join(f"&#{ord(char)};" for char in known) if known else f"&amp;{found[0][1:]}"
