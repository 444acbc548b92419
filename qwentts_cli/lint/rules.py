"""What may be read wrong in a text, or is billed and has no sound: each rule knows the text alone."""

# ruff: noqa: RUF001 - marks and signs of many scripts are what is looked for
from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from qwentts_cli.lint.readings import find_readings
from qwentts_cli.lint.remark import Remark, Rule
from qwentts_cli.lint.short_words import is_said_right
from qwentts_cli.text.punctuation import HAN, KANA, is_speakable
from qwentts_cli.text.sentences.abbreviations import is_abbreviation
from qwentts_cli.text.sentences.split import split_sentences
from qwentts_cli.text.soundless import drop_soundless
from qwentts_cli.text.units import count_units
from qwentts_cli.text.wrapping import LineBreaks, begin_of, goes_on

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBER = re.compile(r"\d+(?:[.,:/\u2009\u202f-]\d+)*")
_STOP = re.compile(r"(?<=[^\W\d_])\.(?!\w)")
_WORD_BEFORE = re.compile(r"(?<![^\W_])(?:[^\W\d_]{1,2}\. ?)*[^\W\d_]+\Z")
_NEXT_SHORT = re.compile(r" ?[^\W\d_]{1,2}\.")  # the abbreviation goes on
_LONGEST_ABBREVIATION: Final = 32
_UNIT = re.compile(
    r"(?<![\w.])[\d.,]*\d\s?(?P<unit>[kMGTmcdµμn]?(?:m[²³]?|g|l|Wh?|V|Hz|Pa|bit/s)|[kMGT]i?B|ha"
    r"|(?:km|m|mi)/[hs]|mph|kph|rpm|°[CF]?|℃|℉|lbs?|oz|ft|yd|mi|min|k?cal|dB|ppm|px|[€$£¥]/\w+|‰|′|″|h|m?s)"
    r"(?![A-Za-z\d/])"
)
_ADDRESS = re.compile(r"\b(?:https?|ftp)://[!-~]+|\bwww\.[!-~]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_AFTER_ADDRESS: Final = ".,;:!?'\")]}>"
_MARKUP = re.compile(
    r"(?P<html>&(?:nbsp|amp|lt|gt|quot|#\d{1,7}|#x[\da-fA-F]{1,6});|</?(?:b|i|em|strong|br|p|a|span|div)\b[^<>\n]*>)"
    r"|\*\*[^\s*][^*\n]*\*\*|(?<!`)`[^`\n]+`(?!`)|!?\[[^\]\n]+\]\([^)\s]+\)"
)
_ORNAMENT = re.compile(r"([^\w\s])\1{3,}")
_SHOWN: Final = 24  # characters of a long text that are shown
_SHORT_LINE: Final = 30  # units; below that a line is a verse, a name or an address


def check_text(
    text: str, *, language: str, most_units: int, is_verbatim: bool, line_breaks: LineBreaks = LineBreaks.AUTO
) -> Iterator[Remark]:
    """Look at one passage with every rule.

    Args:
        text: what is said, in lines.
        language: the ISO 639-1 code of its language, empty if that is left to the service.
        most_units: what one request takes.
        is_verbatim: whether marks in it are spoken, as in a plain text.
        line_breaks: what its line breaks are taken for.
    """
    if language in {"", "zh"} and not re.search("[\u3040-\u30ff]", text):
        yield from find_readings(text)
    if not language:
        yield from _numbers(text)
    yield from _abbreviations(text)
    yield from _units(text)
    yield from _addresses(text)
    if line_breaks is LineBreaks.AUTO:
        yield from _lines(text)
    yield from _sentences(text, language, most_units)
    yield from _silence(text)
    if is_verbatim:
        yield from _marks(text)


def _numbers(text: str) -> Iterator[Remark]:
    for found in _NUMBER.finditer(text):
        message = f"the language in which {found[0]} is said is left to the service"
        yield Remark(
            rule=Rule.NUMBERS, start=found.start(), text=found[0], message=message, option="--language"
        )


def _abbreviations(text: str) -> Iterator[Remark]:
    for stop in _STOP.finditer(text):
        word = _WORD_BEFORE.search(text, max(0, stop.start() - _LONGEST_ABBREVIATION), stop.start())
        if not word or len(word[0]) == 1 or not is_abbreviation(text, stop.start()):
            continue
        if is_said_right(word[0]) or _NEXT_SHORT.match(text, stop.end()):
            continue
        short = f"{word[0]}."
        yield Remark(
            rule=Rule.ABBREVIATIONS,
            start=word.start(),
            text=short,
            message=f"{short} may be read as letters",
            option="--lexicon",
            subject=short,
        )


def _units(text: str) -> Iterator[Remark]:
    for found in _UNIT.finditer(text):
        yield Remark(
            rule=Rule.UNITS,
            start=found.start(),
            text=found[0],
            message=f"{found['unit']} in {found[0]!r} may be read as letters",
            option="--lexicon",
            subject=found["unit"],
        )


def _addresses(text: str) -> Iterator[Remark]:
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(_AFTER_ADDRESS)
        yield Remark(
            rule=Rule.ADDRESSES,
            start=found.start(),
            text=address,
            message=f"{_shortened(address)} is spelt out, and {len(address)} characters are billed",
            option="--lexicon",
            subject=address,
        )


def _lines(text: str) -> Iterator[Remark]:
    place = 0
    for line, after in pairwise(text.split("\n")):
        end = line.rstrip()
        following = begin_of(after)
        if _is_broken(end, following) and not goes_on(end, following):
            last = end.split()[-1][-_SHOWN:]
            yield Remark(
                rule=Rule.LINES,
                start=place + len(end) - len(last),
                text=last,
                message="the line ends inside a sentence, and is read as if that ended",
                option="--line-breaks join",
            )
        place += len(line) + 1


def _is_broken(line: str, following: str) -> bool:
    if count_units(line) < _SHORT_LINE or not line[-1].isalnum():
        return False
    if following.islower():
        return True
    return bool(re.match(f"[{HAN}{KANA}]", following) and re.match(f"[{HAN}{KANA}]", line[-1]))


def _sentences(text: str, language: str, most_units: int) -> Iterator[Remark]:
    place = 0
    for sentence in split_sentences(text, language):
        units = count_units(drop_soundless(sentence))
        if units > most_units:
            indent = len(sentence) - len(sentence.lstrip())
            first = sentence.split(maxsplit=1)[0][:_SHOWN]
            message = f"a sentence of {units:,} billed characters is cut inside: a request takes {most_units}"
            yield Remark(
                rule=Rule.SENTENCES, start=place + indent, text=first, message=message, subject=first
            )
        place += len(sentence)


def _silence(text: str) -> Iterator[Remark]:
    for found in re.finditer(f"[{HAN}{KANA}](?:[ \u3000][{HAN}{KANA}](?![{HAN}{KANA}])){{2,}}", text):
        message = f"{_shortened(found[0])!r} has white space between its characters, which is billed"
        yield Remark(rule=Rule.SILENCE, start=found.start(), text=found[0], message=message)
    for line in re.finditer(r"[^\n]+", text):
        for found in _ORNAMENT.finditer(line[0]) if is_speakable(line[0]) else ():
            message = f"{len(found[0])} × {found[1]} are billed, and have no sound"
            start = line.start() + found.start()
            yield Remark(rule=Rule.SILENCE, start=start, text=found[0], message=message)


def _marks(text: str) -> Iterator[Remark]:
    for found in _MARKUP.finditer(text):
        yield Remark(
            rule=Rule.MARKS,
            start=found.start(),
            text=found[0],
            message=f"the marks of {_shortened(found[0])!r} are billed, and may be spoken",
            option=f"--input-format {'html' if found['html'] else 'markdown'}",
        )


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
