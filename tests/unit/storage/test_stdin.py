"""Standard input is for one reader, and a shell's pipe is told from a planted one."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from qwentts_cli.errors import UsageError
from qwentts_cli.storage import stdin
from qwentts_cli.storage.stdin import is_shell_pipe, open_stdin, read_file_or_stdin


@pytest.fixture(autouse=True)
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"typed")))
    monkeypatch.setattr(stdin, "_read_for", [])


def test_a_shells_pipe_is_a_pipe_without_a_name(tmp_path: Path) -> None:
    """A named one may have no writer, and an open file is no pipe."""
    read, write = os.pipe()
    assert is_shell_pipe(Path(f"/dev/fd/{read}"))
    os.close(read)
    assert not is_shell_pipe(Path(f"/dev/fd/{read}"))
    os.close(write)
    os.mkfifo(tmp_path / "pipe")
    assert not is_shell_pipe(tmp_path / "pipe")
    with (tmp_path / "file").open("wb") as file:
        assert not is_shell_pipe(Path(f"/dev/fd/{file.fileno()}"))
    assert not is_shell_pipe(Path("/dev/fd/\0"))


@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"])
def test_stdin_has_many_names(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"kept")
    assert read_file_or_stdin(tmp_path / "file", "the text") == b"kept"
    assert read_file_or_stdin(Path(name), "the text") == b"typed"


def test_nobody_reads_what_somebody_else_has_read() -> None:
    """Both are named."""
    assert open_stdin("the text").read() == b"typed"
    with pytest.raises(UsageError, match="stdin cannot give the text twice"):
        open_stdin("the text")
    with pytest.raises(UsageError, match="stdin cannot give both the text and the key") as raised:
        open_stdin("the key")
    assert "Put one of them in a file" in raised.value.hint


def test_a_closed_stdin_gives_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="there is no input for the text"):
        open_stdin("the text")
