r"""Marks in a text that say how it is spoken.

[[pause 1.5s]]                  silence
[[voice Ethan]]...[[/voice]]    another voice
[[lang en]]...[[/lang]]         another language; without an end, from here on
[[speed 0.8]]...[[/speed]]      slower; without an end, from here on
[[say 千问]]Qwen[[/say]]        say one thing, show another
[[chapter Title]]               here a chapter begins
\\[[                             two brackets
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field
from msgspec.structs import replace

from qwentts_cli.documents.model import Chapter, Document, Passage, Substitution
from qwentts_cli.errors import UsageError
from qwentts_cli.text.punctuation import is_speakable

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK: Final = re.compile(r"\\\[\[|\[\[(?P<end>/?)(?P<name>[^\s\[\]/]*)[ \t]*(?P<value>[^\[\]\n]*)\]\]|\[\[")
_PAUSE: Final = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*(ms|s)")
_LONGEST_PAUSE_S: Final = 600.0
_SPEED: Final = re.compile(r"\d(?:\.\d{1,3})?")
_MANNERS: Final = {"voice": "voice", "lang": "language", "speed": "speed"}
_WITH_END: Final = ("voice", "say")  # these are a mistake where they never end
_NAMES: Final = ("pause", "chapter", "say", *_MANNERS)


def first_mark(text: str) -> str:
    """The first mark in a text, as it stands there; empty where there is none."""
    marks = (mark for mark in _MARK.finditer(text) if mark["name"] in _NAMES and mark["value"])
    return next((mark[0] for mark in marks), "")


def read_markup(document: Document, *, has_columns: bool) -> Document:
    """Give the document with its marks obeyed and left out; `has_columns` if passages stand as in the file.

    What is asked for its chapters raises:
        UsageError: a mark is wrong; the message has its place.
    """
    return replace(document, chapters=lambda: _chapters(document, has_columns=has_columns))


def _chapters(document: Document, *, has_columns: bool) -> Iterator[Chapter]:
    marked = _Marked(has_columns=has_columns)
    for chapter in document.chapters():
        yield from _taken(marked, document.language)
        marked.begin_chapter(chapter.title)
        for passage in chapter.passages():
            marked.read(passage)
    marked.finish()
    yield from _taken(marked, document.language)


def _taken(marked: _Marked, language: str) -> Iterator[Chapter]:
    """Take the chapters that are complete."""
    for title, passages in marked.chapters:
        if passages:
            yield Chapter(title=title, language=language, passages=passages.__iter__)
    marked.chapters.clear()


class _Open(Struct):
    name: str
    value: str
    passage: Passage
    place: int
    begin: int = 0  # where its text begins, of `say`
    is_cut: bool = False  # whether a passage has ended since


class _Marked(Struct, kw_only=True):
    """Reads passages one after the other; marks may be open from one to the next."""

    has_columns: bool
    chapters: list[tuple[str, list[Passage]]] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)
    _pause_s: float | None = None
    _text: str = ""
    _substitutions: list[Substitution] = field(default_factory=list)
    _goes_on: bool = False

    def begin_chapter(self, title: str) -> None:
        self.chapters.append((title, []))

    def read(self, passage: Passage) -> None:
        place = 0
        self._goes_on = False
        for mark in _MARK.finditer(passage.text):
            self._text += passage.text[place : mark.start()]
            place = mark.end()
            self._obey(mark, passage)
        self._text += passage.text[place:]
        self._end_passage(passage)

    def finish(self) -> None:
        for opened in self._open:
            if opened.name in _WITH_END:
                raise self._error(
                    f"[[{opened.name}]] has no [[/{opened.name}]]", opened.passage, opened.place
                )
        if self._pause_s is not None and self.chapters:
            self.chapters[-1][1].append(Passage(text="", pause_s=self._pause_s))

    def _obey(self, mark: re.Match[str], passage: Passage) -> None:
        name, value = mark["name"], (mark["value"] or "").strip()
        if mark[0].startswith("\\"):
            self._text += "[["
        elif name not in _NAMES:
            raise self._unknown(mark, passage)
        elif mark["end"]:
            self._close(name, value, passage, mark.start())
        elif not value:
            raise self._error(f"[[{name}]] says nothing of what", passage, mark.start())
        elif name == "say":
            self._open.append(_Open(name, value, passage, mark.start(), len(self._text)))
        elif name == "pause":
            self._end_passage(passage)
            self._pause_s = (self._pause_s or 0.0) + self._seconds(value, passage, mark.start())
        elif name == "chapter":
            self._end_passage(passage)
            self._goes_on = False
            self.chapters.append((value, []))
        else:
            self._begin_manner(name, value, passage, mark.start())

    def _begin_manner(self, name: str, value: str, passage: Passage, place: int) -> None:
        if name == "speed" and not (_SPEED.fullmatch(value) and 0.5 <= float(value) <= 2):  # noqa: PLR2004
            raise self._error(f"[[speed {value}]] is no speed from 0.5 to 2", passage, place)
        self._end_passage(passage)
        self._open.append(_Open(name, value, passage, place))

    def _close(self, name: str, value: str, passage: Passage, place: int) -> None:
        opened = next((o for o in reversed(self._open) if o.name == name), None)
        if not opened or value:
            raise self._error(f"[[/{name}]] ends nothing", passage, place)
        if name == "say":
            if opened.is_cut or opened is not self._open[-1]:
                raise self._error("[[say]] goes over a paragraph or another mark", passage, place)
            shown = Substitution(start=opened.begin, end=len(self._text), spoken=opened.value)
            self._substitutions.append(shown)
        else:
            self._end_passage(passage)
        self._open.remove(opened)

    def _end_passage(self, passage: Passage) -> None:
        """Take the text so far as a passage in the manner of what is open."""
        for opened in self._open:
            opened.is_cut = True
        text, self._text = self._text, ""
        substitutions, self._substitutions = tuple(self._substitutions), []
        if not is_speakable(text):
            return
        manner = passage.manner
        for opened in self._open:
            if opened.name in _MANNERS:
                told = float(opened.value) if opened.name == "speed" else opened.value
                manner = replace(manner, **{_MANNERS[opened.name]: told})
        pause_s, self._pause_s = self._pause_s, None
        self.chapters[-1][1].append(
            replace(
                passage,
                text=text,
                manner=manner,
                pause_s=passage.pause_s if pause_s is None else pause_s,
                substitutions=substitutions,
                goes_on=self._goes_on,
            )
        )
        self._goes_on = True

    def _seconds(self, value: str, passage: Passage, place: int) -> float:
        found = _PAUSE.fullmatch(value)
        seconds = float(found[1]) / (1000 if found[2] == "ms" else 1) if found else -1.0
        if not 0 <= seconds <= _LONGEST_PAUSE_S:
            hint = "Examples: [[pause 500ms]] and [[pause 1.5s]]; ten minutes at most."
            raise self._error(f"[[pause {value}]] is no time", passage, place, hint=hint)
        return seconds

    def _unknown(self, mark: re.Match[str], passage: Passage) -> UsageError:
        name = mark["name"]
        if name is None:
            return self._error("[[ has no ]]", passage, mark.start(), hint="For two brackets, write \\[[.")
        close = get_close_matches(name.lower(), _NAMES, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"Marks are: {', '.join(_NAMES)}."
        return self._error(f"there is no mark {name!r}", passage, mark.start(), hint=hint)

    def _error(self, text: str, passage: Passage, place: int, *, hint: str = "") -> UsageError:
        where = _place(passage, place, has_columns=self.has_columns)
        return UsageError(f"{text}{f', {where}' if where else ''}", hint=hint)


def _place(passage: Passage, place: int, *, has_columns: bool) -> str:
    if not passage.line:
        return ""
    if not has_columns:
        return f"in the paragraph at line {passage.line}"
    before = passage.text[:place]
    line = passage.line + before.count("\n")
    return f"line {line}, column {place - before.rfind(chr(10))}"
