"""A document as it is spoken: chapters of passages, each with its place in the file it came from.

What is in a file and no text to speak (code, images, addresses) is left out by the readers in `formats/`, and
counted, so that nobody wonders where it went.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field
from msgspec.structs import replace

from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PARAGRAPH_BREAK: Final = "\n\n"


class PassageKind(Enum):
    PARAGRAPH = auto()
    HEADING = auto()
    ITEM = auto()  # of a list, or a row of a table
    TURN = auto()  # what one speaker says
    CUE = auto()  # what is said at a time of a film


class Manner(Struct, frozen=True, kw_only=True):
    """How a passage is spoken where that differs from the rest; what is empty does not differ."""

    voice: str = ""
    model: str = ""
    language: str = ""
    instructions: str = ""
    speed: float | None = None


class Substitution(Struct, frozen=True, kw_only=True):
    """`text[start:end]` of a passage is shown, and `spoken` is said in its place."""

    start: int
    end: int
    spoken: str


class Passage(Struct, frozen=True, kw_only=True):
    """A text spoken in one manner. Lines end with LF, and no blank line is in it.

    `line` (from 1) is where it begins in the file; 0 where a file has no lines. `level` is that of a heading
    (1 to 6). `pause_s` is the silence before it, None the usual one. `start_s` and `end_s` are its time in a
    film. One that `goes_on` belongs to the paragraph of the passage before it. `anchor` is its name in a
    table of contents. One that begins a `chapter` has its title, which may be empty.
    """

    text: str
    line: int = 0
    kind: PassageKind = PassageKind.PARAGRAPH
    level: int = 0
    anchor: str = ""
    manner: Manner = field(default_factory=Manner)
    speaker: str = ""
    pause_s: float | None = None
    start_s: float | None = None
    end_s: float | None = None
    substitutions: tuple[Substitution, ...] = ()
    goes_on: bool = False
    chapter: str | None = None

    @property
    def separator(self) -> str:
        """What stands between it and the passage before it."""
        if self.goes_on:
            return ""
        return "\n" if self.kind is PassageKind.CUE else PARAGRAPH_BREAK


class Chapter(Struct, frozen=True, kw_only=True):
    """A part of a document with a name of its own; `passages` starts over at each call."""

    title: str
    passages: Callable[[], Iterator[Passage]]
    language: str = ""

    def text(self) -> Iterator[str]:
        """Give the text in pieces: its passages, with a blank line between paragraphs."""
        for number, passage in enumerate(self.passages()):
            if number:
                yield passage.separator
            yield passage.text


class Document(Struct, frozen=True, kw_only=True):
    """What a file says. `chapters` starts over at each call, and reads a large file chapter by chapter.

    `cover` gives a picture as it is in the file, of whatever kind. `left_out` counts by kind what is not
    spoken ("code block": 3), as far as the chapters have been read.
    """

    chapters: Callable[[], Iterator[Chapter]]
    title: str = ""
    author: str = ""
    language: str = ""
    cover: Callable[[], bytes | None] = lambda: None
    left_out: Counter[str] = field(default_factory=Counter)

    def passages(self) -> Iterator[Passage]:
        """Give the passages of all chapters; the first one of each names it."""
        for chapter in self.chapters():
            for number, passage in enumerate(chapter.passages()):
                yield passage if number else replace(passage, chapter=chapter.title)

    def text(self) -> Iterator[str]:
        """Give the whole text in pieces, chapters and passages with a blank line between them."""
        return Chapter(title=self.title, passages=self.passages).text()


def as_passages(pieces: Iterable[str]) -> Iterator[Passage]:
    """Give the pieces of one text as passages that go on with each other."""
    return (Passage(text=piece, goes_on=number > 0) for number, piece in enumerate(pieces))


def count_left_out(left_out: Counter[str]) -> str:
    """Say what was left out: "2 images, 1 code block"; empty if nothing was."""
    return ", ".join(plural(count, kind) for kind, count in left_out.most_common() if count)
