"""What the system says of a file is told with what was to be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.errors import LocalError
from qwentts_cli.storage.os_errors import os_errors_as_local

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_that_cannot_be_read_is_not_said_to_be_unwritable(tmp_path: Path) -> None:
    path = tmp_path / "gone"
    with (
        pytest.raises(LocalError, match=r"cannot read .*gone: No such file"),
        os_errors_as_local(path, to="read"),
    ):
        path.read_bytes()
    with pytest.raises(LocalError, match=r"cannot write .*gone: No such file"), os_errors_as_local(path):
        (path / "x").write_bytes(b"")
