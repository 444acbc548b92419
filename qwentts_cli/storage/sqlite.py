"""The one way to open a SQLite database of our own.

Whoever can put a file in our place can put a hostile database there: views and triggers that run when we
ask, queries without an end. So only the very tables that we make are accepted; anything else is damage, and a
damaged database is put aside and a new one begun.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from qwentts_cli.errors import UsageError
from qwentts_cli.storage.locks import wait_for_lock
from qwentts_cli.storage.private import check_own_file, check_own_folder

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Generator, Iterator

# What SQLite opens under names that follow from the database's.
_SIDE_FILES = ("-wal", "-shm", "-journal")
_PRIVATE = 0o600
_BUSY_S = 10.0
_LARGEST_VALUE = 16 << 20
_STEPS_BETWEEN_LOOKS = 10_000


class Layout(Struct, frozen=True, kw_only=True):
    """The table of a database, as each version of it was made, the oldest first.

    `upgrades` are scripts, each from one version to the next; `is_durable` keeps what was written through a
    power cut; `title` is what the user knows the database as.
    """

    title: str
    versions: tuple[str, ...]
    upgrades: tuple[str, ...] = ()
    is_durable: bool

    @property
    def version(self) -> int:
        return len(self.versions)


class DatabaseError(Exception):
    """A database cannot be used, as the disk it is on has it."""


class DamagedError(DatabaseError):
    """A database does not hold what this program wrote."""


class Database:
    """An open database; used by one thread at a time. Each statement is a transaction of its own."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._interruption: BaseException | None = None
        look = self._looks()
        next(look)
        connection.set_progress_handler(look.__next__, _STEPS_BETWEEN_LOOKS)
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        _harden(connection)
        self.run("PRAGMA trusted_schema = OFF")

    def run(self, statement: str, values: tuple[object, ...] = ()) -> list[Any]:
        """Run a statement and give its rows; Ctrl-C and its like end even one without an end.

        Raises:
            DatabaseError: that failed; nothing was changed.
        """
        import sqlite3

        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            if interruption := self._interruption:
                self._interruption = None
                raise interruption from None
            raise _error_of(error) from error

    def run_script(self, script: str) -> None:
        """Run several statements, all or none of them."""
        for statement in ("BEGIN IMMEDIATE", *script.split(";"), "COMMIT"):
            self.run(statement)

    def copy_to_memory(self) -> Database:
        copy = _connect(":memory:")
        with _translate_errors():
            self._connection.backup(copy._connection)  # noqa: SLF001 - its own kind
        return copy

    def close(self) -> None:
        with _translate_errors():
            self._connection.close()

    @property
    def version(self) -> int:
        return int(self.run("PRAGMA user_version")[0][0])

    def _looks(self) -> Generator[int, None, None]:
        """Let Python handle signals while SQLite works; what a handler raises would be lost in SQLite."""
        while True:
            try:
                yield int(self._interruption is not None)
            except GeneratorExit:
                return
            except BaseException as interruption:  # noqa: BLE001 - raised again by `run`
                self._interruption = interruption


def open_database(path: Path, layout: Layout, *, warn: Callable[[str], None]) -> tuple[Database, bool]:
    """Open a database to write, made or brought up to date if need be; say too if it replaces a damaged one.

    Raises:
        LocalError: the file, or one that SQLite keeps beside it, is not ours alone.
        UsageError: it was written by a newer version.
        DatabaseError: it cannot be used; nothing is known against its content.
    """
    _make_private(path)
    with suppress(DamagedError):
        return _prepare(path, layout), False
    put_aside(path, layout, warn=warn)
    _make_private(path)
    return _prepare(path, layout), True


def open_to_read(path: Path, layout: Layout) -> Database:
    """Open a database that is left as it is, also on a disk that cannot be written.

    One of an older version is read as if it had been brought up to date.

    Raises:
        LocalError, UsageError, DatabaseError: as `open_database`.
        DamagedError: it is not what we wrote.
    """
    check_database(path)
    if not path.exists():
        database = _connect(":memory:")
        database.run(layout.versions[-1])
        return database
    # A reader that may not write could not tidy up after itself.
    database = _connect(f"{_address(path)}?mode=rw")
    try:
        database.run("SELECT * FROM sqlite_master")
    except DamagedError:
        database.close()
        raise
    except DatabaseError:  # on a disk that cannot be written, where nobody else writes it either
        database.close()
        database = _connect(f"{_address(path)}?mode=ro&immutable=1")
    try:
        version = _check(database, path, layout)
        if version == layout.version:
            return database
        copy = database.copy_to_memory()
        _upgrade(copy, version, layout)
    except BaseException:
        database.close()
        raise
    database.close()
    return copy


def check_database(path: Path) -> None:
    """Check a database, what SQLite keeps beside it, and their folder; what is missing is in order.

    Raises:
        LocalError: one of them is not ours alone.
    """
    check_own_folder(path.parent)
    for name in _files(path):
        check_own_file(name)


def _error_of(error: sqlite3.Error) -> DatabaseError:
    """Tell what speaks against what is in a database from what speaks against the disk it is on."""
    import sqlite3

    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code
    is_damage = code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
    return (DamagedError if is_damage else DatabaseError)(str(error))


@contextmanager
def _translate_errors() -> Iterator[None]:
    import sqlite3

    try:
        yield
    except sqlite3.Error as error:
        raise _error_of(error) from error


def _harden(connection: sqlite3.Connection) -> None:
    import sqlite3

    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)  # noqa: FBT003 - it takes no names


def _files(path: Path) -> tuple[Path, ...]:
    return (path, *(Path(f"{path}{suffix}") for suffix in _SIDE_FILES))


def _connect(address: str) -> Database:
    import sqlite3

    with _translate_errors():
        connection = sqlite3.connect(
            address, uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
        )
    return Database(connection)


def _address(path: Path) -> str:
    return "file:" + str(path).replace("%", "%25").replace("#", "%23").replace("?", "%3f")


def _make_private(path: Path) -> None:
    """Have the file, to which SQLite makes those beside it alike, open to nobody else."""
    check_database(path)
    # Never open one that exists: closing it would drop the locks SQLite has on it in this process.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, _PRIVATE))
    if os.name != "nt" and path.stat().st_mode & 0o777 != _PRIVATE:
        path.chmod(_PRIVATE)


def _prepare(path: Path, layout: Layout) -> Database:
    database = _connect(_address(path))
    try:
        if _check(database, path, layout) != layout.version:
            # Going over to WAL does not wait its turn as other statements do.
            with wait_for_lock(_lock_of(path)):
                database.run("PRAGMA journal_mode = WAL")
                _upgrade(database, _check(database, path, layout), layout)
        database.run(f"PRAGMA synchronous = {'FULL' if layout.is_durable else 'NORMAL'}")
    except BaseException:
        database.close()
        raise
    return database


def _check(database: Database, path: Path, layout: Layout) -> int:
    """The version of a database that is what we make; 0 of an empty one."""
    version = database.version
    if version > layout.version:
        raise UsageError(f"the {layout.title} {path} is of a newer qwentts", hint="Update qwentts.")
    found = [str(sql).strip() for (sql,) in database.run("SELECT sql FROM sqlite_master")]
    if version == 0 and not found:
        return 0
    # Its first version was made before it was numbered, so a kill may have come between.
    if found != [layout.versions[max(version, 1) - 1]]:
        raise DamagedError(f"there is something else in the {layout.title}")
    return max(version, 1)


def _upgrade(database: Database, version: int, layout: Layout) -> None:
    if version == layout.version:
        return
    scripts = layout.upgrades[version - 1 :] if version else layout.versions[-1:]
    database.run_script(";".join((*scripts, f"PRAGMA user_version = {layout.version}")))


def put_aside(path: Path, layout: Layout, *, warn: Callable[[str], None]) -> None:
    """Rename a damaged database and what is beside it, unless another process was quicker."""
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    aside = path.with_name(f"{path.name}.damaged-{moment}")
    with wait_for_lock(_lock_of(path)):
        if not _is_damaged(path, layout):
            return
        for file in _files(path):
            with suppress(FileNotFoundError):
                file.rename(f"{aside}{file.name.removeprefix(path.name)}")
    warn(f"the {layout.title} was damaged; it is kept as {aside}, and a new one is begun")


def _is_damaged(path: Path, layout: Layout) -> bool:
    database = _connect(_address(path))
    try:
        _check(database, path, layout)
        return bool(database.run("PRAGMA quick_check(1)")[0][0] != "ok")
    except DamagedError:
        return True
    finally:
        database.close()


def _lock_of(path: Path) -> Path:
    return Path(f"{path}-lock")
