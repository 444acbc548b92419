"""A file takes its name at once, or, on Windows, when nobody has the other one open any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.errors import LocalError
from qwentts_cli.storage.naming import replace_when_free

if TYPE_CHECKING:
    from pathlib import Path


class OpenFile:
    """As Windows has it: for so many times the name is not given away."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.pauses: list[float] = []

    def replace(self, part: Path, path: Path) -> None:
        if len(self.pauses) < self.times:
            raise PermissionError(13, "The process cannot access the file")
        part.replace(path)


@pytest.mark.parametrize("times", [0, 1, 5])
def test_on_windows_a_file_that_is_open_for_a_moment_is_replaced(times: int, tmp_path: Path) -> None:
    """As a virus scanner holds what was just written."""
    part, path, other = tmp_path / "part", tmp_path / "a.wav", OpenFile(times)
    part.write_bytes(b"new")
    path.write_bytes(b"old")
    replace_when_free(part, path, replace=other.replace, pause=other.pauses.append)
    assert (path.read_bytes(), part.exists(), len(other.pauses)) == (b"new", False, times)


def test_on_windows_a_file_that_stays_open_is_told_of(tmp_path: Path) -> None:
    """Within a second or so, with what to do; both files stay as they are."""
    part, path, other = tmp_path / "part", tmp_path / "a.wav", OpenFile(1000)
    part.write_bytes(b"new")
    path.write_bytes(b"old")
    with pytest.raises(LocalError, match=r"a\.wav: it may be open in another program") as caught:
        replace_when_free(part, path, replace=other.replace, pause=other.pauses.append)
    assert "Close it there" in caught.value.hint
    assert (path.read_bytes(), part.read_bytes()) == (b"old", b"new")
    assert 0.5 < sum(other.pauses) < 5
