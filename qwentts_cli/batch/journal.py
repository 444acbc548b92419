"""What a batch has done: one row for each output file, in a database in the output folder."""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING

from qwentts_cli.errors import LocalError, UsageError
from qwentts_cli.storage.os_errors import os_errors_as_local
from qwentts_cli.storage.sqlite import check_database
from qwentts_cli.synthesis.usage import Gap

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence
    from hashlib import _Hash as Hash
    from pathlib import Path

# Where a batch keeps what is its own, in the output folder.
HIDDEN = ".qwentts"

_SCHEMA = 1
_CREATE = """
CREATE TABLE IF NOT EXISTS items (
    output TEXT PRIMARY KEY, key TEXT NOT NULL, stage TEXT NOT NULL,
    size INTEGER, mtime_ns INTEGER, duration_s REAL, characters INTEGER, gaps TEXT
) WITHOUT ROWID
"""
_BEGUN, _STOPPED, _FAILED, _DONE = "begun", "stopped", "failed", "done"


@unique
class State(StrEnum):
    """Why an item will be made or not."""

    DONE = "done"
    NEW = "new"
    CHANGED = "text or options changed"
    UNFINISHED = "was interrupted"
    FAILED = "failed"
    MISSING = "its file is missing"
    ALTERED = "its file was changed after it was made"
    FOREIGN = "another program's file has that name"

    @property
    def is_precious(self) -> bool:
        """Whether there is a file that nobody can make again."""
        return self in {State.ALTERED, State.FOREIGN}


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one item; all but `key` and `stage` only of a finished one."""

    key: str
    stage: str
    size: int | None = None
    mtime_ns: int | None = None
    duration_s: float = 0.0
    characters: int = 0
    gaps: tuple[Gap, ...] = ()

    def fits(self, facts: os.stat_result | None) -> bool:
        """Whether the file is as it was when this was noted."""
        return bool(facts and (self.size, self.mtime_ns) == (facts.st_size, facts.st_mtime_ns))


class Journal:
    """Used by one thread.

    A damaged database is put aside with a warning: what it knew is made again, out of the cache if possible.

    Args:
        folder: where the databases of a batch and its parts are.
        name: that of this batch or part.
        warn: told of damage.
        is_written: otherwise it is only asked, and may be on a disk that cannot be written.

    Raises:
        UsageError: the database was written by a newer version.
        LocalError: it cannot be read or written.
    """

    def __init__(self, folder: Path, name: str, *, warn: Callable[[str], None], is_written: bool) -> None:
        self._path = folder / f"{name}.sqlite"
        self._other_paths = [path for path in folder.glob("*.sqlite") if path != self._path]
        self._others: list[sqlite3.Connection] | None = None
        self._is_anew = False
        check_database(self._path)
        with self._told():
            self._database = self._open(warn) if is_written else self._opened_to_read()

    def close(self) -> None:
        for database in (self._database, *(self._others or ())):
            database.close()

    def look(self, output: Path, relative: str) -> tuple[State, Entry | None]:
        """The state of an item whose key has not changed, and what is known of it."""
        try:
            facts = output.stat()
        except OSError:
            facts = None
        entry = self._find(relative, facts)
        if entry is None and facts and self._is_anew:
            # The journal that was lost knew whose file that is, so it is taken for ours.
            entry = Entry("", _STOPPED)
            self._write(relative, entry)
        return _state(entry, facts), entry

    def _find(self, relative: str, facts: os.stat_result | None) -> Entry | None:
        """Of what this batch and the other parts noted, what fits the file as it is, else the first."""
        with self._told():
            own = _find(self._database, relative)
        if own and own.fits(facts):
            return own
        found = [entry for entry in (own, *self._noted_elsewhere(relative)) if entry]
        return next((entry for entry in found if entry.fits(facts)), found[0] if found else None)

    def _noted_elsewhere(self, relative: str) -> Iterator[Entry | None]:
        import sqlite3

        if self._others is None:
            self._others = []
            for path in self._other_paths:
                with suppress(sqlite3.Error, LocalError):
                    check_database(path)
                    self._others.append(_connect_to_read(path))
        for database in self._others:
            with suppress(sqlite3.Error):
                yield _find(database, relative)

    def recover(self) -> int:
        """How many items were being made when an earlier run was killed; it is told once."""
        with self._told(), self._database:
            change = "UPDATE items SET stage = ? WHERE stage = ?"
            return self._database.execute(change, (_STOPPED, _BEGUN)).rowcount

    def begin(self, relative: str) -> None:
        """Note that a file of this name, whole or not, will be ours."""
        self._write(relative, Entry("", _BEGUN))

    def stop(self, relative: str) -> None:
        """Note that it was begun and called off, by a run that came to its own end."""
        self._write(relative, Entry("", _STOPPED))

    def fail(self, relative: str) -> None:
        self._write(relative, Entry("", _FAILED))

    def finish(
        self,
        relative: str,
        key: str,
        output: Path,
        *,
        duration_s: float = 0.0,
        characters: int = 0,
        gaps: Sequence[Gap] = (),
    ) -> Entry:
        """Note that the file is whole, and what it is like; gives what is known of it now."""
        facts = output.stat()
        entry = Entry(key, _DONE, facts.st_size, facts.st_mtime_ns, duration_s, characters, tuple(gaps))
        self._write(relative, entry)
        return entry

    def _write(self, relative: str, entry: Entry) -> None:
        gaps = json.dumps([(gap.line, gap.column, gap.characters) for gap in entry.gaps])
        facts = (entry.size, entry.mtime_ns, entry.duration_s, entry.characters)
        row = (relative, entry.key, entry.stage, *facts, gaps)
        with self._told(), self._database:
            self._database.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the database says of the disk into an error for the user."""
        import sqlite3

        try:
            with os_errors_as_local(self._path):
                yield
        except sqlite3.Error as error:
            raise LocalError(
                f"cannot use the journal {self._path}: {error}",
                hint="Make room on the disk and check its permissions; what is done is kept.",
            ) from error

    def _open(self, warn: Callable[[str], None]) -> sqlite3.Connection:
        import sqlite3

        try:
            return self._prepared()
        except sqlite3.OperationalError:  # a full or read-only disk says nothing against the journal
            raise
        except sqlite3.DatabaseError:
            aside = self._path.with_name(f"damaged-{int(time.time())}-{self._path.name}.bak")
            self._path.replace(aside)
            warn(f"the journal {self._path} was damaged and is begun anew")
            self._is_anew = True
            return self._prepared()

    def _opened_to_read(self) -> sqlite3.Connection:
        if self._path.exists():
            return _connect_to_read(self._path)
        database = _connect("file::memory:")
        database.execute(_CREATE)
        return database

    def _prepared(self) -> sqlite3.Connection:
        database = _connect(f"file:{_quoted(self._path)}")
        try:
            self._check_version(database)
            database.execute("PRAGMA journal_mode=WAL")
            # Else a power cut could leave files of ours that nobody knows any more.
            database.execute("PRAGMA synchronous=FULL")
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


def _state(entry: Entry | None, facts: os.stat_result | None) -> State:
    if entry is None:
        return State.FOREIGN if facts else State.NEW
    if entry.stage != _DONE:
        return State.FAILED if entry.stage == _FAILED else State.UNFINISHED
    if facts is None:
        return State.MISSING
    return State.DONE if entry.fits(facts) else State.ALTERED


def begin_key(*facts: object) -> Hash:
    """A digest of facts, to which more can be added."""
    import hashlib

    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode())


def name_beside(kind: str, path: Path, folder: Path) -> str:
    """The name in the journal of a file that is no item's; no item's name begins with a slash."""
    try:
        return f"/{kind}/{os.path.relpath(path, folder)}"
    except ValueError:  # on Windows, where it is on another drive
        return f"/{kind}/{path}"


def _connect(uri: str) -> sqlite3.Connection:
    import sqlite3

    return sqlite3.connect(uri, uri=True, timeout=10)


def _connect_to_read(path: Path) -> sqlite3.Connection:
    import sqlite3

    # A reader that may not write could not tidy up after itself.
    database = _connect(f"file:{_quoted(path)}?mode=rw")
    try:
        database.execute("SELECT 1 FROM items LIMIT 1")
    except sqlite3.OperationalError:  # on a disk that cannot be written, where nobody else writes it either
        database.close()
        return _connect(f"file:{_quoted(path)}?mode=ro&immutable=1")
    return database


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("#", "%23").replace("?", "%3f")


def _find(database: sqlite3.Connection, relative: str) -> Entry | None:
    row = database.execute(
        "SELECT key, stage, size, mtime_ns, duration_s, characters, gaps FROM items WHERE output = ?",
        (relative,),
    ).fetchone()
    if row is None:
        return None
    key, stage, size, mtime_ns, duration_s, characters, gaps = row
    found = tuple(Gap(*gap) for gap in json.loads(gaps))
    return Entry(key, stage, size, mtime_ns, duration_s, characters, found)
