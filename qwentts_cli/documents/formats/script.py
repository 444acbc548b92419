"""A script: who says what, one turn after the other.

    Alice: Who is there?
    [Bob, whispering] Only me.
    Alice (laughing): Come in!
    旁白：他走了进来。

A line without a name goes on with the turn above it; before the first name it belongs to nobody.
"""

# ruff: noqa: RUF001, RUF002 - the colons and brackets of both scripts
from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field

from qwentts_cli.documents.model import Chapter, Document, Manner, Passage, PassageKind
from qwentts_cli.text.boundaries import LINE_BREAK
from qwentts_cli.text.punctuation import is_speakable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NAMED: Final = re.compile(
    r"\s*(?:\*\*)?(?P<name>[^\W\d_][^:：()（）\[\]【】*]{0,39}?)\s*"
    r"(?:[(（\[](?P<how>[^)）\]]{1,200})[)）\]])?\s*(?:\*\*)?[:：](?!//|\d)(?:\*\*)?\s*(?P<said>.*)"
)
_BRACKETED: Final = re.compile(
    r"\s*[\[【](?P<name>[^\],，】]{1,40}?)\s*(?:[,，]\s*(?P<how>[^\]】]{1,200}))?[\]】]\s*[:：]?\s*(?P<said>.*)"
)
_STAGE_DIRECTION: Final = re.compile(r"\s*[(（](?P<how>[^)）]{1,200})[)）]\s*(?P<said>\S.*)")
_ONLY_DIRECTION: Final = re.compile(r"\s*(?:\([^()]+\)|（[^（）]+）)\s*")


class _Turn(Struct):
    line: int
    speaker: str = ""
    how: str = ""
    lines: list[str] = field(default_factory=list)


def parse_script(pieces: Iterable[str]) -> Document:
    """Read a script; what is in brackets behind a name is an instruction how to speak.

    A line that is all in brackets is a direction for the stage, which nobody says.
    """
    text = "".join(pieces)
    left_out: Counter[str] = Counter()

    def passages() -> Iterator[Passage]:
        left_out.clear()
        return _passages(text, left_out)

    return Document(chapters=lambda: iter([Chapter(title="", passages=passages)]), left_out=left_out)


def _passages(text: str, left_out: Counter[str]) -> Iterator[Passage]:
    turn = _Turn(1)
    for number, line in enumerate(LINE_BREAK.split(text), 1):
        named = _BRACKETED.fullmatch(line) or _NAMED.fullmatch(line)
        if named:
            yield from _finished(turn)
            turn = _begun(number, named)
        elif _ONLY_DIRECTION.fullmatch(line):
            left_out["stage direction"] += 1
        elif line.strip():
            turn.lines.append(line.strip())
        else:
            yield from _finished(turn)
            turn = _Turn(number + 1, turn.speaker, turn.how)
    yield from _finished(turn)


def _begun(number: int, named: re.Match[str]) -> _Turn:
    how, said = named["how"] or "", named["said"]
    if not how and (direction := _STAGE_DIRECTION.fullmatch(said)):
        how, said = direction["how"], direction["said"]
    return _Turn(number, " ".join(named["name"].split()), how.strip(), [said.strip()] if said.strip() else [])


def _finished(turn: _Turn) -> Iterator[Passage]:
    text = "\n".join(turn.lines)
    if is_speakable(text):
        yield Passage(
            text=text,
            line=turn.line,
            kind=PassageKind.TURN,
            speaker=turn.speaker,
            manner=Manner(instructions=turn.how),
        )
