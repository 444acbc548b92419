"""What the system says of a file is told with what was to be done with it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from qwentts_cli.errors import LocalError
from qwentts_cli.storage.os_errors import os_errors_as_local, reason


def test_a_file_that_cannot_be_read_is_not_said_to_be_unwritable(tmp_path: Path) -> None:
    path = tmp_path / "gone"
    with (
        pytest.raises(LocalError, match=r"cannot read .*gone: No such file"),
        os_errors_as_local(path, to="read"),
    ):
        path.read_bytes()
    with pytest.raises(LocalError, match=r"cannot write .*gone: No such file"), os_errors_as_local(path):
        (path / "x").write_bytes(b"")


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "Free some space"),
        (errno.EDQUOT, "Free some space"),
        (errno.EMFILE, "ulimit -n"),
        (errno.EFBIG, "ulimit -f"),
        (errno.EACCES, "permissions"),
    ],
)
def test_each_error_has_what_helps(number: int, hint: str) -> None:
    """Beside the file and the system's own words."""
    with pytest.raises(LocalError) as raised, os_errors_as_local(Path("a.wav")):
        raise OSError(number, "")
    assert raised.value.message == f"cannot write a.wav: {os.strerror(number)}"
    assert hint in raised.value.hint


def test_the_reason_is_told_without_the_path() -> None:
    """Whether it is told already or not; an error without a number says what it can."""
    error = OSError(errno.EIO, "odd", "/elsewhere")
    with pytest.raises(LocalError) as raised, os_errors_as_local(Path("a.wav")):
        raise error
    assert reason(error) == reason(raised.value) == "odd"
    with (
        pytest.raises(LocalError, match="a: odd") as raised,
        os_errors_as_local(Path("a")),
    ):
        raise OSError("odd")
    assert reason(raised.value) == raised.value.message


def test_a_closed_pipe_stays_itself() -> None:
    """Who reads our output went away, which is no trouble with a file."""
    with pytest.raises(BrokenPipeError), os_errors_as_local(Path("a.wav")):
        raise BrokenPipeError
