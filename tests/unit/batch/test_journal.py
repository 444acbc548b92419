"""What a batch knows of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from qwentts_cli.batch.journal import Journal, State
from qwentts_cli.errors import LocalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Named(NamedTuple):
    name: str
    output: Path

    @property
    def where(self) -> str:
        return str(self.output)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    folder = tmp_path / ".qwentts"
    folder.mkdir(mode=0o700)
    journal = Journal(folder, "journal", warn=pytest.fail, is_written=True)
    yield journal
    journal.close()


@pytest.mark.parametrize("at_once", [1, 2, 3, 100])
def test_many_files_are_known_as_each_of_them_is(journal: Journal, tmp_path: Path, at_once: int) -> None:
    """However many are looked up at a time, each has its own state, in the order of the list."""
    items = [
        Named(f"{word}.wav", tmp_path / f"{word}.wav")
        for word in ["zero", "one", "two", "three", "four", "five"]
    ]
    made, edited, missing, failed, foreign, _new = items
    for item in (made, edited, missing):
        item.output.write_bytes(b"sound")
        journal.finish(item.name, "0" * 64, item.output, characters=7)
    edited.output.write_bytes(b"another sound")
    missing.output.unlink()
    journal.fail(failed.name)
    foreign.output.write_bytes(b"anything")
    found = list(journal.look_at_all(items, at_once=at_once))
    assert [item for item, _, _ in found] == items
    assert [state for _, state, _ in found] == [
        State.DONE,
        State.ALTERED,
        State.MISSING,
        State.FAILED,
        State.FOREIGN,
        State.NEW,
    ]
    assert [(state, entry) for _, state, entry in found] == [journal.look(i.output, i.name) for i in items]


def test_a_file_that_is_gone_before_it_is_noted_is_an_error_of_the_disk(
    journal: Journal, tmp_path: Path
) -> None:
    """Somebody else moved it away; with its name, for the next run finds it missing."""
    gone = tmp_path / "gone.wav"
    with pytest.raises(LocalError, match=r"gone\.wav"):
        journal.finish(gone.name, "0" * 64, gone)
