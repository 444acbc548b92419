"""What a batch has done: one row for each output file, in a database in the output folder."""

from __future__ import annotations

import json
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING

from qwentts_cli.errors import UsageError
from qwentts_cli.files import translated

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from hashlib import _Hash as Hash
    from pathlib import Path

_SCHEMA = 1
_CREATE = """
CREATE TABLE IF NOT EXISTS items (
    output TEXT PRIMARY KEY, key TEXT NOT NULL, size INTEGER, mtime_ns INTEGER,
    duration_s REAL, characters INTEGER
) WITHOUT ROWID
"""


@unique
class State(StrEnum):
    """Why an item will be made or not."""

    DONE = "done"
    NEW = "new"
    CHANGED = "text or options changed"
    UNFINISHED = "was interrupted"
    MISSING = "its file is missing"
    FOREIGN = "a file of that name is there, and not from here"


@dataclass(frozen=True, slots=True)
class Entry:
    """A finished item has a size; one that was begun has none yet."""

    key: str
    size: int | None
    mtime_ns: int | None
    duration_s: float
    characters: int


class Journal:
    """Used by one thread.

    A damaged database is put aside with a warning: what it knew is made again, out of the cache if possible.

    Raises:
        UsageError: the database was written by a newer version.
        LocalError: it cannot be written.
    """

    def __init__(self, folder: Path, name: str, *, warn: Callable[[str], None]) -> None:
        self._path = folder / f"{name}.sqlite"
        self._others = [path for path in folder.glob("*.sqlite") if path != self._path]
        with translated(self._path):
            self._database = self._open(warn)

    def close(self) -> None:
        self._database.close()

    def state(self, output: Path, relative: str, key: str) -> State:
        """Compare what is known of an item with what is asked for, and with its file."""
        entry = self.find(relative)
        try:
            facts = output.stat()
        except OSError:
            facts = None
        if entry is None:
            return State.FOREIGN if facts else State.NEW
        if facts is None:
            return State.MISSING if entry.size is not None else State.UNFINISHED
        if entry.size is None:
            return State.UNFINISHED
        if (entry.size, entry.mtime_ns) != (facts.st_size, facts.st_mtime_ns):
            return State.FOREIGN
        return State.DONE if entry.key == key else State.CHANGED

    def find(self, relative: str) -> Entry | None:
        """What this batch, or another part of it, noted of a file."""
        found = _find(self._database, relative)
        for path in self._others if found is None else ():
            with suppress(Exception), closing(_connect(f"file:{path}?mode=ro")) as other:
                found = found or _find(other, relative)
        return found

    def begin(self, relative: str, key: str) -> None:
        """Note that a file of this name, whole or not, will be ours."""
        self._write(relative, key, None, None, 0.0, 0)

    def finish(self, relative: str, key: str, output: Path, *, duration_s: float, characters: int) -> None:
        facts = output.stat()
        self._write(relative, key, facts.st_size, facts.st_mtime_ns, duration_s, characters)

    def _write(self, *row: object) -> None:
        with self._database:
            self._database.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?)", row)

    def _open(self, warn: Callable[[str], None]) -> sqlite3.Connection:
        import sqlite3

        try:
            return self._prepared()
        except sqlite3.DatabaseError:
            aside = self._path.with_name(f"damaged-{int(time.time())}-{self._path.name}.bak")
            self._path.replace(aside)
            warn(f"the journal {self._path} was damaged and is begun anew")
            return self._prepared()

    def _prepared(self) -> sqlite3.Connection:
        database = _connect(f"file:{self._path}")
        try:
            self._check_version(database)
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=NORMAL")
            database.execute(_CREATE)
            database.execute(f"PRAGMA user_version={_SCHEMA}")
        except BaseException:
            database.close()
            raise
        return database

    def _check_version(self, database: sqlite3.Connection) -> None:
        if database.execute("PRAGMA user_version").fetchone()[0] > _SCHEMA:
            raise UsageError(
                f"the journal {self._path} is of a newer version of qwentts", hint="Update qwentts."
            )


def begun_key(*facts: object) -> Hash:
    """A digest of facts, to which more can be added."""
    import hashlib

    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode())


def _connect(uri: str) -> sqlite3.Connection:
    import sqlite3

    return sqlite3.connect(uri.replace("%", "%25").replace("#", "%23"), uri=True, timeout=10)


def _find(database: sqlite3.Connection, relative: str) -> Entry | None:
    row = database.execute(
        "SELECT key, size, mtime_ns, duration_s, characters FROM items WHERE output = ?", (relative,)
    ).fetchone()
    return Entry(*row) if row else None
