"""Every fault of the sandbox against the real program: exit code, message, cost, and nothing left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.reliability.matrix import run_rows
from tests.reliability.matrix_rows import FINAL, LASTING, PASSING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.forked import ForkedQwentts


def test_a_fault_that_passes_is_survived(qwentts: ForkedQwentts, tmp_path: Path) -> None:
    """The text is said; what may have been billed twice is told, and a download costs no synthesis."""
    for course in run_rows(PASSING, qwentts, tmp_path):
        repeated = course.posts > 1 and "billed twice" in course.result.stderr
        assert repeated or "billed" not in course.result.stderr


def test_a_refusal_that_stands_is_told_at_once(qwentts: ForkedQwentts, tmp_path: Path) -> None:
    """One request, the right exit code, one line that says what to do, and no file."""
    run_rows(FINAL, qwentts, tmp_path)


def test_what_never_gets_better_is_given_up(qwentts: ForkedQwentts, tmp_path: Path) -> None:
    """The attempts are bounded, those that may cost are fewer, and it is told how many those were."""
    for course in run_rows(LASTING, qwentts, tmp_path):
        is_answered = course.row.faults.startswith(("get:", "post:bad-url=port22"))
        # What only did not come this time is fetched by the next run.
        lost = {0, course.bills} if is_answered else range(course.bills, course.posts + 1)
        assert course.lost in lost, course.row
