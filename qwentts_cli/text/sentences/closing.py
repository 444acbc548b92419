"""What stands behind the stop of a sentence and still belongs to it."""

# ruff: noqa: RUF001 - brackets of other scripts are what footnote marks are made of
from __future__ import annotations

import re
from typing import Final

from qwentts_cli.text.punctuation import (
    CLAUSE_MARKS,
    CLOSERS,
    FULL_STOPS,
    OPENING_QUOTES,
    TERMINATORS,
    TURNCOATS,
)

GOES_ON: Final = frozenset(CLAUSE_MARKS + ",;:")  # no sentence begins with these
_MOST_CLOSERS: Final = 32
_MOST_MARKED: Final = 400  # characters of a sentence in which the beginning of its emphasis is looked for
_CLOSING: Final = frozenset(CLOSERS + TERMINATORS)
# After these such a mark always opens; only German closes with it, after its own stops.
_BEFORE_OPENING: Final = frozenset(FULL_STOPS + CLOSERS)
# French sets a space before the mark that closes. One quotation may close inside another.
_DOUBTFUL_CLOSERS: Final = f'(?:[ \u00a0\u202f]{{1,2}}[»\u203a]|["{TURNCOATS}]){{1,8}}'
_BLANKS = re.compile("[ \u00a0\u202f]{1,2}")
_FOOTNOTE: Final = (
    r"[\[\uff3b〔](?:\d{1,3}(?: ?[,–-] ?\d{1,3}){0,3}|[a-z]"
    r"|(?:note|nota|nb|n|注|註|注釈|주) ?\d{1,3}|citation needed|来源请求|來源請求|要出典)[\]\uff3d〕]"
    r"|[\u00b9\u00b2\u00b3\u2070-\u2079]{1,3}|[†‡\u2460-\u2473]"
)
_UNFINISHED_FOOTNOTE: Final = r"[\[\uff3b〔][\w ,–-]{0,16}\Z|[\u00b9\u00b2\u00b3\u2070-\u2079]{1,2}\Z"
_DIGIT_MARKS: Final = frozenset(map(chr, (0xB2, 0xB3, 0xB9, *range(0x2070, 0x207A), *range(0x2460, 0x2474))))
_FOOTNOTE_BEGINS: Final = _DIGIT_MARKS | frozenset("[［〔")
_EMPHASIS: Final = r"\*{1,3}|_{1,3}|~~|`"
_EMOJI: Final = (
    "(?:[\u2600-\u2604\u2607-\u26ff\u2702\u2705-\u270d\u2728\u2744\u274c\u2753-\u2757\u2763\u2764\u2b50"
    "\U0001f000-\U0001faff][\ufe0f\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]{0,8}){1,16}"
)


def closing_end(text: str, place: int, *, sentence: int, quoted: bool, final: bool) -> int | None:
    """Return the index behind all from `place` on that belongs to what the stop before `place` ended.

    That is quotation marks, brackets, footnote marks, the end of Markdown emphasis, and emoji. `sentence` is
    where the sentence begins; `quoted` says whether `place` is inside straight quotation marks. The answer is
    None if it depends on what comes after `text`; nothing does if `final`.
    """
    last = place + _MOST_CLOSERS
    while place < min(len(text), last):
        if text[place] in _CLOSING or (quoted and text[place] == '"'):
            quoted = quoted and text[place] != '"'
            place += 1
            continue
        if text[place] in OPENING_QUOTES and text[place - 1] in _BEFORE_OPENING:
            return place
        end, closes = _closer(text, place, sentence)
        if not final and (end == len(text) or _may_be_footnote(text, place)):
            return None
        if not closes:
            return place
        place = end
    return place if final or place < len(text) else None


def _closer(text: str, place: int, sentence: int) -> tuple[int, bool]:
    """Return where the mark at `place`, perhaps behind blanks, ends, and whether it closes what is before."""
    blanks = _BLANKS.match(text, place)
    start = blanks.end() if blanks else place
    char = text[start : start + 1]
    if char.isalnum() and char not in _DIGIT_MARKS:
        return start, False
    if not blanks and (footnote := re.compile(_FOOTNOTE).match(text, place)):
        return footnote.end(), True
    found = re.compile(_EMOJI).match(text, start)
    closes = bool(found) and not blanks
    if not found and not blanks:
        found = re.compile(_EMPHASIS).match(text, place)
        closes = found is not None and _is_open(text, found, sentence)
    found = found or re.compile(_DOUBTFUL_CLOSERS).match(text, place)
    if not found:
        return start, False
    after = text[found.end() : found.end() + 1]
    return found.end(), closes or not after or after.isspace() or after in _CLOSING or after in GOES_ON


def _may_be_footnote(text: str, place: int) -> bool:
    """Whether what comes after `text` may complete a footnote mark that begins at `place`."""
    if text[place] not in _FOOTNOTE_BEGINS:
        return False
    return re.compile(_UNFINISHED_FOOTNOTE).match(text, place) is not None


def _is_open(text: str, emphasis: re.Match[str], sentence: int) -> bool:
    """Tell whether such an emphasis has begun in the sentence and not ended."""
    begin = max(sentence, emphasis.start() - _MOST_MARKED)
    return text.count(emphasis[0], begin, emphasis.start()) % 2 == 1
