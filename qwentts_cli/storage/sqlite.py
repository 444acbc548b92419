"""SQLite databases of our own."""

from __future__ import annotations

from pathlib import Path

from qwentts_cli.storage.private import check_own_file, check_own_folder

# What SQLite opens under names that follow from the database's.
_SIDE_FILES = ("-wal", "-shm", "-journal")


def check_database(path: Path) -> None:
    """Check a database, what SQLite keeps beside it, and their folder; what is missing is in order.

    Raises:
        LocalError: one of them is not ours alone.
    """
    check_own_folder(path.parent)
    for name in (path, *(Path(f"{path}{suffix}") for suffix in _SIDE_FILES)):
        check_own_file(name)
