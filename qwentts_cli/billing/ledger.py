"""The ledger: what this machine has spent, as the service said it billed."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum, unique
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from qwentts_cli.billing.price import price_list
from qwentts_cli.errors import LocalError
from qwentts_cli.settings.paths import state_folder
from qwentts_cli.storage.locks import wait_for_lock
from qwentts_cli.storage.private import make_private_folder
from qwentts_cli.storage.sqlite import check_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from sqlite3 import Connection, DatabaseError

_HOUR_S = 3600
_BUSY_S = 5.0
_PRIVATE = 0o600
_SCHEMA = 1
_CREATE = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS usage (
    hour INTEGER NOT NULL,
    profile TEXT NOT NULL,
    region TEXT NOT NULL,
    model TEXT NOT NULL,
    voice TEXT NOT NULL,
    characters INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (hour, profile, region, model, voice)
) WITHOUT ROWID;
PRAGMA user_version = {_SCHEMA};
COMMIT;
"""
_ADD = """
INSERT INTO usage (hour, profile, region, model, voice, characters, requests) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (hour, profile, region, model, voice) DO UPDATE SET
    characters = characters + excluded.characters, requests = requests + excluded.requests
"""
_READ = """
SELECT hour, profile, region, model, voice, characters, requests FROM usage WHERE hour >= ?
ORDER BY hour, profile, region, model, voice
"""


@unique
class By(StrEnum):
    """What usage is added up by."""

    DAY = "day"
    VOICE = "voice"
    MODEL = "model"
    PROFILE = "profile"


@dataclass(slots=True)
class UsageRow:
    """A sum. `costs`, by currency, is by today's price list; `unpriced` characters are in no price list."""

    name: str
    characters: int = 0
    requests: int = 0
    unpriced: int = 0
    costs: dict[str, Decimal] = field(default_factory=dict)

    def add(self, other: UsageRow) -> None:
        self.characters += other.characters
        self.requests += other.requests
        self.unpriced += other.unpriced
        for currency, cost in other.costs.items():
            self.costs[currency] = self.costs.get(currency, Decimal(0)) + cost


def total(rows: Iterable[UsageRow]) -> UsageRow:
    everything = UsageRow("total")
    for row in rows:
        everything.add(row)
    return everything


class UsageLedger:
    """A small private SQLite file of sums by UTC hour, profile, region, model and voice.

    All threads and processes of this machine may use it at once. Recording never fails: what goes wrong is
    told once to `warn`, and nothing more is recorded. A damaged file is moved aside and a new one begun; one
    of a newer version is left alone. Close it, or use it as a context manager.

    Args:
        path: the file; its folder is made.
        now: seconds since the epoch.
    """

    def __init__(
        self, path: Path, *, warn: Callable[[str], None], now: Callable[[], float] = time.time
    ) -> None:
        self._path = path
        self._warn = warn
        self._now = now
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._is_on = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._disconnect()

    def record(
        self, *, model: str, voice: str, profile: str, region: str, characters: int, requests: int = 1
    ) -> None:
        """Add what `requests` were billed; `region` is the catalogue's name, or another server's own."""
        import sqlite3

        row = (int(self._now() // _HOUR_S), profile, region, model, voice, characters, requests)
        with self._lock:
            if not self._is_on:
                return
            try:
                self._run(_ADD, row)
            except (sqlite3.Error, OSError, ValueError, OverflowError, LocalError) as error:
                self._is_on = False
                self._warn(f"usage is not recorded in {self._path}: {error}")

    def query(self, since: float | None, by: str) -> list[UsageRow]:
        """Add up what was spent from the hour of `since` on; days are local and in order, else most first.

        Raises:
            LocalError: the ledger cannot be read, or is of a newer version.
        """
        import sqlite3

        if not self._path.exists():
            return []
        first = int((since or 0) // _HOUR_S)
        with self._lock:
            try:
                found = self._run(_READ, (first,))
            except (sqlite3.Error, OSError) as error:
                raise LocalError(
                    f"cannot read {self._path}: {error}", hint="Check the file and its permissions."
                ) from error
        return _sums(found, since or 0, by)

    def _run(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        import sqlite3

        try:
            return self._connect().execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
        self._disconnect()
        self._set_aside()
        return self._connect().execute(statement, values).fetchall()

    def _connect(self) -> Connection:
        if self._connection is None:
            self._create_private()
            connection = _open(self._path)
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _create_private(self) -> None:
        """The database and the files SQLite makes beside it, which take its mode, are open to nobody else."""
        make_private_folder(self._path.parent)
        check_database(self._path)
        # Never open one that exists: closing it would drop the locks SQLite has on it in this process.
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, _PRIVATE))
        if os.name != "nt" and self._path.stat().st_mode & 0o777 != _PRIVATE:
            self._path.chmod(_PRIVATE)

    def _prepare(self, connection: Connection) -> None:
        if _version(connection) == 0:
            # Going over to WAL does not wait its turn as other statements do.
            with wait_for_lock(self._lock_path):
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(_CREATE)
        if _version(connection) > _SCHEMA:
            raise LocalError(f"{self._path} is of a newer qwentts", hint="Update qwentts.")
        connection.execute("PRAGMA synchronous = NORMAL")

    def _set_aside(self) -> None:
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._now()))
        aside = self._path.with_name(f"{self._path.stem}-corrupt-{moment}{self._path.suffix}")
        with wait_for_lock(self._lock_path):
            if not _is_damaged(self._path):
                return  # another process has begun a new one
            for suffix in ("", "-wal", "-shm"):
                with suppress(FileNotFoundError):
                    Path(f"{self._path}{suffix}").rename(f"{aside}{suffix}")
        self._warn(f"the usage ledger was damaged; it is kept as {aside}, and a new one is begun")

    @property
    def _lock_path(self) -> Path:
        return self._path.with_suffix(".lock")


def open_ledger(warn: Callable[[str], None]) -> UsageLedger:
    """The ledger of this user on this machine; to be closed."""
    return UsageLedger(state_folder() / "usage.sqlite", warn=warn)


def _open(path: Path) -> Connection:
    import sqlite3

    # All threads share it, under the ledger's lock. Without an isolation level, each statement commits.
    return sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)


def _version(connection: Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _is_damage(error: DatabaseError) -> bool:
    import sqlite3

    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _is_damaged(path: Path) -> bool:
    import sqlite3

    connection = _open(path)
    try:
        return bool(connection.execute("PRAGMA quick_check").fetchone()[0] != "ok")
    except sqlite3.DatabaseError as error:
        return _is_damage(error)
    finally:
        connection.close()


def _sums(found: Iterable[tuple[int, str, str, str, str, int, int]], since: float, by: str) -> list[UsageRow]:
    sums: dict[str, UsageRow] = {}
    for hour, profile, region, model, voice, characters, requests in found:
        day = datetime.fromtimestamp(max(hour * _HOUR_S, since)).astimezone().date().isoformat()
        name = {By.DAY: day, By.VOICE: voice, By.MODEL: model, By.PROFILE: profile}[By(by)]
        sums.setdefault(name, UsageRow(name)).add(_priced(region, model, characters, requests))
    if by == By.DAY:
        return list(sums.values())
    return sorted(sums.values(), key=lambda row: (-row.characters, row.name))


def _priced(region: str, model: str, characters: int, requests: int) -> UsageRow:
    cost = price_list(region).cost(model, characters)
    if cost is None:
        return UsageRow("", characters, requests, characters)
    return UsageRow("", characters, requests, 0, {cost.currency: cost.amount})
