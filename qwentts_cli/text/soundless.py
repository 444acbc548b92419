"""What of a text is sent: only what has a sound, since the service bills every character."""

from __future__ import annotations

import re
from typing import Final

from qwentts_cli.text.boundaries import LINE_BREAK
from qwentts_cli.text.punctuation import is_speakable
from qwentts_cli.text.wrapping import LineBreaks, join_lines

# Scripts in which the zero-width joiner and non-joiner shape letters, and with that the word.
_SHAPED: Final = "\u0600-\u0dff\u1000-\u109f\u1780-\u18af\u1a20-\u1aff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc"
# What a joiner can tie to another emoji: emoji, skin tones, and the selector of their coloured form.
_EMOJI: Final = "\u2190-\u2bff\ufe0f\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
# Soft hyphens, zero-width spaces, byte order marks, marks of direction, and other signs that nobody sees.
_UNSEEN: Final = (
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc\U000e0001]"
    f"|(?<![{_SHAPED}{_EMOJI}])[\u200c\u200d]|(?<=[{_EMOJI}])[\u200c\u200d](?![{_EMOJI}])"
)
_CUT_WORD: Final = r"\u00ad[^\S\r\n]*(?:\r\n|\r|\n)[^\S\r\n]*"
_ODD_SPACES: Final = "\t\x0b\x0c\x1c-\x1f\x85\u2028\u2029\r"
_BLANKS: Final = rf"\s{{2,}}|[{_ODD_SPACES}]"
_HAS_BLANKS = re.compile(rf"\s{{2,}}|[{_ODD_SPACES}\n]")


def drop_soundless(text: str, line_breaks: LineBreaks = LineBreaks.AUTO) -> str:
    """Return what is sent of a segment, and so what is counted, shown as its length, and billed.

    Left out are white space at both ends, all but one of a run inside (a line break if there is one in it,
    that is not one of wrapped lines), lines without anything a voice can say, and characters that cannot be
    seen. Joiners stay where they make one emoji of several or shape the letters of a script.
    """
    text = text.strip()
    if not text.isascii():  # these patterns take milliseconds to compile
        text = re.sub(_UNSEEN, "", re.sub(_CUT_WORD, "", text))
    if not _HAS_BLANKS.search(text):
        return text.strip()
    if LINE_BREAK.search(text):
        text = _join_spoken(LINE_BREAK.split(text), line_breaks)
    return re.sub(_BLANKS, _shorten, text).strip()


def _join_spoken(lines: list[str], line_breaks: LineBreaks) -> str:
    """Join paragraphs of lines, without those that nobody can speak."""
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if is_speakable(line):
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return "\n".join(join_lines(paragraph, line_breaks) for paragraph in paragraphs if paragraph)


def _shorten(blanks: re.Match[str]) -> str:
    return "\n" if "\n" in blanks[0] or "\r" in blanks[0] else " "
