"""What the tests of reliability share: runs that start quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reliability.forked import ForkedQwentts, fork_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def loaded() -> Iterator[str]:
    """The program, imported once for all tests of this worker."""
    with fork_server() as address:
        yield address


@pytest.fixture
def qwentts(tmp_path: Path, loaded: str) -> ForkedQwentts:
    """The program without a key, a configuration, or anything else."""
    home, folder = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    folder.mkdir()
    return ForkedQwentts(folder, home, server=loaded)
