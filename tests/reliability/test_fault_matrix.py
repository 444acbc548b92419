"""Every fault of the sandbox against the real program: exit code, message, cost, and nothing left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reliability.matrix import Row, run_together
from tests.reliability.matrix_rows import FINAL, LASTING, PASSING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.forked import ForkedQwentts

# So many rows wait at the same time; the rows of a table are dealt out, so that each hand waits alike.
HANDS = 4


def deal(rows: tuple[Row, ...]) -> list[tuple[Row, ...]]:
    return [rows[number::HANDS] for number in range(HANDS)]


@pytest.mark.parametrize("rows", deal(PASSING), ids=range(HANDS))
def test_a_fault_that_passes_is_survived(
    qwentts: ForkedQwentts, tmp_path: Path, rows: tuple[Row, ...]
) -> None:
    """The text is said; what may have been billed twice is told, and a download costs no synthesis."""
    for course in run_together(rows, qwentts, tmp_path):
        repeated = course.posts > 1 and "billed twice" in course.result.stderr
        assert repeated or "billed" not in course.result.stderr


@pytest.mark.parametrize("rows", deal(FINAL), ids=range(HANDS))
def test_a_refusal_that_stands_is_told_at_once(
    qwentts: ForkedQwentts, tmp_path: Path, rows: tuple[Row, ...]
) -> None:
    """One request, the right exit code, one line that says what to do, and no file."""
    run_together(rows, qwentts, tmp_path)


@pytest.mark.parametrize("rows", deal(LASTING), ids=range(HANDS))
def test_what_never_gets_better_is_given_up(
    qwentts: ForkedQwentts, tmp_path: Path, rows: tuple[Row, ...]
) -> None:
    """The attempts are bounded, those that may cost are fewer, and it is told how many those were."""
    for course in run_together(rows, qwentts, tmp_path):
        is_answered = course.row.faults.startswith(("get:", "post:bad-url=port22"))
        # A download that only did not come this time can be fetched by the next run, and is not lost.
        lost = {0, course.bills} if is_answered else range(course.bills, course.posts + 1)
        assert course.lost in lost, course.row
