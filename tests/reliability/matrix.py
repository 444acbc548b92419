"""The table of faults: what is injected, and what one `say` must make of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import KEY, at
from tests.reliability.waiting import at_once
from tests.tones import read_back

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.conftest import Qwentts, Result
    from tests.reliability.forked import ForkedQwentts

TEXT = "Hi."
FILE = "out.wav"
_LONGEST_ERROR = 520


@dataclass(frozen=True, slots=True)
class Row:
    """`posts` is how many syntheses may be asked for, `None` for any.

    `words` must be in the message; a row without an exit code other than 0 must say the text.
    """

    faults: str
    code: int = 0
    words: str = ""
    posts: int | None = 1
    args: tuple[str, ...] = ()
    is_piped: bool = False

    def __str__(self) -> str:
        return self.faults


@dataclass(frozen=True, slots=True)
class Course:
    """What became of a row: the run, and how often the sandbox was asked for sound and billed it."""

    row: Row
    result: Result
    posts: int
    bills: int

    @property
    def lost(self) -> int:
        """How many requests, as the run tells, were billed in vain, or may have been."""
        told = r"(\d+) (?:requests? got no usable answer and may|billed requests? cannot be had)"
        return sum(map(int, re.findall(told, self.result.stderr)))


def run_rows(rows: Sequence[Row], template: ForkedQwentts, folder: Path) -> list[Course]:
    """Run many rows at once, the first of them first; fails with every row that broke its promise."""

    def run(row: Row) -> Course:
        return run_row(row, template.elsewhere(folder / str(rows.index(row))))

    return at_once(run, rows)


def run_row(row: Row, qwentts: ForkedQwentts) -> Course:
    """Run `say` in a new home against a sandbox with the row's faults."""
    target = "-" if row.is_piped else FILE
    with Sandbox(voice_engine="tones", faults=row.faults) as server:
        result = at(qwentts, server)("say", TEXT, "-o", target, *row.args, code=row.code)
        asked = [record.phase for record in server.ledger]
        bills = sum(record.billed > 0 for record in server.ledger)
    course = Course(row, result, sum(phase in {"post", "sse"} for phase in asked), bills)
    check(course, qwentts)
    return course


def check(course: Course, qwentts: Qwentts) -> None:
    """Compare with what the row promises, and with what holds for every row."""
    row, result = course.row, course.result
    assert row.posts is None or course.posts == row.posts, f"{course.posts} requests for a synthesis"
    check_promises(result, qwentts, row.words)
    if row.code:
        assert not list(qwentts.folder.iterdir())
    else:
        sound = result.stdout if row.is_piped else (qwentts.folder / FILE).read_bytes()
        assert read_back(sound) == TEXT


def check_promises(result: Result, qwentts: Qwentts, words: str) -> None:
    """Lines that tell, nothing secret, and nothing half made, wherever the fault was."""
    assert words in result.stderr, result.stderr
    for secret in (KEY, KEY[3:], "Signature=", "Expires="):
        assert secret not in result.stderr
        assert secret.encode() not in result.stdout
    assert not list(qwentts.folder.parent.rglob(".qwentts-*"))
    if result.code:
        told = r"(((Warning|waiting for another try): |[\d,]+ characters had been billed; ).+\n)*Error: .+\n"
        assert re.fullmatch(told, result.stderr), result.stderr
        assert max(map(len, result.stderr.splitlines())) <= _LONGEST_ERROR
    assert result.stderr.replace("\n", "").isprintable()
