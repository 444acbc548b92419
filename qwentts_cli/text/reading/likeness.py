"""What a text looks like that was not written to be read aloud as it stands."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

_HEAD_CHARS: Final = 4096
_TIMES: Final = r"(?:\d{1,2}:)?\d{1,2}:\d{2}[,.]\d{1,3} *--> *(?:\d{1,2}:)?\d{1,2}:\d{2}[,.]\d{1,3}"
_XML_HEAD: Final = r"(?is)\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
_JSON: Final = r"\s*(?:\{\s*(?:\"|\})|\[\s*(?:[\[{\"\d\]]|true|false|null))"
_LIST_ITEM: Final = r"(?m)^[ \t]*[-*+] \S"
_MANY: Final = 3
# One of these alone may stand in any text; two kinds, or three marks of a kind, are Markdown.
_MARKDOWN: Final = (
    r"(?m)^#{1,6} \S",
    r"(?m)^(?:```|~~~)",
    r"(?<!\*)\*\*[^\s*][^*\n]*\*\*(?!\*)|(?<!\w)__[^\s_][^_\n]*__(?!\w)",
    r"!?\[[^\]\n]+\]\([^)\s]+\)",
    r"(?m)^\|.*\|[ \t]*$",
    _LIST_ITEM,
    r"(?m)^> \S",
)
_MARKDOWN_SIGNS: Final = frozenset("#`~*_[|>-+")
_CELL: Final = "(?:text|file|id|output|voice|model|language|instructions)"
_SEPARATORS: Final = frozenset(",;\t|")
_HEADER: Final = rf"(?i)\ufeff?\"?{_CELL}\"?(?:([,;\t|])\"?[\w -]*\"?)+\r?\Z"


class Likeness(StrEnum):
    """Kinds of text, by the names that people know them by."""

    SRT = "SubRip subtitles"
    VTT = "WebVTT subtitles"
    SSML = "SSML"
    HTML = "HTML"
    RTF = "RTF"
    JSON_LINES = "JSON Lines"
    JSON = "JSON"
    TABLE = "a table (CSV)"
    MARKDOWN = "Markdown"


# Each with the characters it may begin with, so that its pattern is compiled only for a text that begins so.
_HEADS: Final = (
    (Likeness.SRT, "0123456789", rf"\s*\d+[ \t]*(?:\r\n|\r|\n){_TIMES}"),
    (Likeness.VTT, "W", r"WEBVTT(?:[ \t\r\n]|\Z)"),
    (Likeness.SSML, "<", rf"{_XML_HEAD}<speak[\s>]"),
    (Likeness.HTML, "<", rf"{_XML_HEAD}<(?:!doctype html|html|head|body|div|p|h[1-6]|article)[\s>]"),
    (Likeness.RTF, "{", r"\s*\{\\rtf"),
)


def likeness(text: str) -> Likeness | None:
    """Tell by its beginning what a text looks like; `None` for what can be read aloud as it is."""
    head = text[:_HEAD_CHARS].removeprefix("\ufeff")
    begin = head.lstrip()[:1]
    for kind, begins, pattern in _HEADS:
        if begin in begins and re.match(pattern, head):
            return kind
    if begin in "{[" and re.match(_JSON, head):
        return _json_likeness(head, is_whole=len(text) <= _HEAD_CHARS)
    if _is_table(head.partition("\n")[0]):
        return Likeness.TABLE
    return Likeness.MARKDOWN if not _MARKDOWN_SIGNS.isdisjoint(head) and _is_markdown(head) else None


def _is_table(line: str) -> bool:
    """Whether a line is the header of a table with a column of text or of files."""
    if _SEPARATORS.isdisjoint(line):
        return False
    return bool(re.match(_HEADER, line) and re.search(r"(?i)\b(?:text|file)\b", line))


def _json_likeness(head: str, *, is_whole: bool) -> Likeness | None:
    import json

    first = head.strip().splitlines()[0]
    try:
        value = json.loads(first)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return Likeness.JSON_LINES
    try:
        json.loads(head)
    except json.JSONDecodeError as error:
        # What is cut off by the end of the head may well be JSON; anything else is not.
        is_cut = not is_whole and (
            error.pos >= len(head.rstrip()) - 1 or error.msg.startswith("Unterminated")
        )
        return Likeness.JSON if is_cut else None
    except ValueError:
        return None
    return Likeness.JSON


def _is_markdown(head: str) -> bool:
    headings, fences, *others = (len(re.findall(pattern, head)) for pattern in _MARKDOWN)
    kinds = sum(count > 0 for count in (headings, fences, *others))
    has_list_alone = kinds == 1 and len(re.findall(_LIST_ITEM, head)) > 0
    return kinds > 1 or (not has_list_alone and (headings > 0 or max(fences, *others) >= _MANY))
