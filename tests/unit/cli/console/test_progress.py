"""Off a terminal, long work says a line every ten seconds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qwentts_cli.cli.console.output import Output
from qwentts_cli.cli.console.progress import Progress

if TYPE_CHECKING:
    import pytest


def test_a_line_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    """Not more often, with the time that is left where the whole is known, and none with --quiet."""
    with Progress(Output(), 100, now=iter(range(31)).__next__) as progress:
        for done in range(1, 31):
            progress.reach(done, partial(_facts, done))
    assert capsys.readouterr().err.splitlines() == [
        "10 of 100 items, 0:01:30 left",
        "20 of 100 items, 0:01:20 left",
        "30 of 100 items, 0:01:10 left",
    ]
    for output, total, told in ((Output(), None, "7 items\n"), (Output(is_quiet=True), 100, "")):
        Progress(output, total, now=iter([0.0, 11.0]).__next__).reach(7, lambda: ["7 items"])
        assert capsys.readouterr().err == told


def _facts(done: int) -> list[str]:
    return [f"{done} of 100 items"]
