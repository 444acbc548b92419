"""Whose an output folder is while a batch runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import pytest

from qwentts_cli.batch.folder import open_journal
from qwentts_cli.errors import BusyError
from qwentts_cli.observer import Observer

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.batch.tasks import TaskList


class Part(NamedTuple):
    """As much of a list of tasks as the folder asks for."""

    folder: Path
    shard: tuple[int, int] | None


@pytest.mark.parametrize(
    ("first", "second", "is_busy"),
    [
        (None, None, True),
        (None, (1, 2), True),
        ((1, 2), None, True),
        ((1, 2), (1, 2), True),
        ((1, 2), (2, 2), False),
        ((1, 2), (1, 3), False),
    ],
)
def test_what_may_run_side_by_side(
    tmp_path: Path, first: tuple[int, int] | None, second: tuple[int, int] | None, *, is_busy: bool
) -> None:
    """Different parts of a list; not the whole beside a part, nor anything twice."""
    one, other = (cast("TaskList", Part(tmp_path, shard)) for shard in (first, second))
    with open_journal(one, Observer(), is_written=True):
        if is_busy:
            with pytest.raises(BusyError), open_journal(other, Observer(), is_written=True):
                pass
        else:
            with open_journal(other, Observer(), is_written=True):
                pass
    with open_journal(other, Observer(), is_written=True):
        pass
