"""The ledger: what this machine has spent, as the service said it billed."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from msgspec.structs import astuple

from qwentts_cli.billing.sums import add_up
from qwentts_cli.errors import LocalError, QwenTTSError
from qwentts_cli.metered import Metered
from qwentts_cli.settings.paths import state_folder
from qwentts_cli.storage.private import make_private_folder
from qwentts_cli.storage.sqlite import DamagedError, Database, DatabaseError, Layout, open_database, put_aside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from qwentts_cli.billing.sums import UsageRow

T = TypeVar("T")

_HOUR_S = 3600
_LAST_HOUR = 10_000_000  # in the year 3110
_BEYOND_COUNTING = 10**15
# What the sandbox inside this process would have cost; only a budget asks for that.
SANDBOX_REGION = "sandbox"
# In the place of a voice: what is set aside for requests under way, or that nobody heard of again.
_RESERVED = "/reserved"
_TABLE = """CREATE TABLE billed (
    hour INTEGER NOT NULL,
    profile TEXT NOT NULL,
    region TEXT NOT NULL,
    model TEXT NOT NULL,
    voice TEXT NOT NULL,
    characters INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (hour, profile, region, model, voice)
) WITHOUT ROWID"""
_MOVE = """INSERT INTO billed
SELECT hour, profile, region, model, voice, characters, 0, 0, requests FROM usage"""
_LAYOUT = Layout(
    title="usage ledger",
    versions=(
        """CREATE TABLE usage (
    hour INTEGER NOT NULL,
    profile TEXT NOT NULL,
    region TEXT NOT NULL,
    model TEXT NOT NULL,
    voice TEXT NOT NULL,
    characters INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (hour, profile, region, model, voice)
) WITHOUT ROWID""",
        _TABLE,
    ),
    upgrades=(f"{_TABLE};{_MOVE};DROP TABLE usage",),
    is_durable=False,
)
_ADD = """
INSERT INTO billed (hour, profile, region, model, voice, characters, input_tokens, output_tokens, requests)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (hour, profile, region, model, voice) DO UPDATE SET
    characters = characters + excluded.characters,
    input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens,
    requests = requests + excluded.requests
"""
_READ = """
SELECT hour, profile, region, model, voice, characters, input_tokens, output_tokens, requests FROM billed
WHERE hour >= ? ORDER BY hour, profile, region, model, voice
"""
_READ_BILLED = """
SELECT region, model, SUM(characters), SUM(input_tokens), SUM(output_tokens), SUM(requests) FROM billed
WHERE hour >= ? AND profile = ? AND (region = ?) = ? GROUP BY region, model
"""


class Billed(NamedTuple):
    """What was billed, or is reserved, and the requests that were billed."""

    region: str
    model: str
    metered: Metered
    requests: int


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
        self._database: Database | None = None
        self._is_on = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._disconnect()

    def record(
        self, *, model: str, voice: str, profile: str, region: str, metered: Metered, requests: int = 1
    ) -> bool:
        """Add what `requests` were billed; `region` is the catalogue's name, or another server's own.

        Returns:
            Whether it is recorded.
        """
        row = _row((int(self._now() // _HOUR_S), profile, region, model, voice), metered, requests)
        with self._lock:
            if not self._is_on:
                return False
            try:
                self._run(_ADD, row)
            except (DatabaseError, OSError, ValueError, OverflowError, QwenTTSError) as error:
                self._is_on = False
                self._warn(f"usage is not recorded in {self._path}: {error}")
        return self._is_on

    def billed(self, *, since: float, profile: str, region: str) -> list[Billed]:
        """What a profile was billed from the hour of `since` on, and what is reserved.

        That is of the service and all other servers, or of the sandbox alone if `region` is that.

        Raises:
            LocalError: the ledger cannot be read.
        """
        with self._lock, self._errors_as_local():
            return self._use(lambda database: _read_billed(database, since, profile, region))

    def reserve(
        self,
        check: Callable[[list[Billed]], None],
        *,
        since: float,
        profile: str,
        region: str,
        model: str,
        metered: Metered,
        requests: int = 0,
    ) -> int:
        """Set something aside unless `check` raises at what was billed or is reserved; nobody comes between.

        `requests` are counted where each has its price, as the making of a voice has.

        Returns:
            The hour to release them by.

        Raises:
            LocalError: the ledger cannot be written.
        """
        hour = int(self._now() // _HOUR_S)
        row = _row((hour, profile, region, model, _RESERVED), metered, requests)

        def set_aside(database: Database) -> None:
            database.run("BEGIN IMMEDIATE")
            try:
                check(_read_billed(database, since, profile, region))
                database.run(_ADD, row)
                database.run("COMMIT")
            except BaseException:
                with suppress(DatabaseError):
                    database.run("ROLLBACK")
                raise

        with self._lock, self._errors_as_local():
            self._use(set_aside)
        return hour

    def release(
        self, *, hour: int, profile: str, region: str, model: str, metered: Metered, requests: int = 0
    ) -> None:
        """Give back what was reserved in `hour`.

        Raises:
            LocalError: the ledger cannot be written.
        """
        with self._lock, self._errors_as_local():
            self._run(_ADD, _row((hour, profile, region, model, _RESERVED), -metered, -requests))

    def query(self, since: float | None, by: str) -> list[UsageRow]:
        """Add up what was spent from the hour of `since` on; days are local and in order, else most first.

        Raises:
            LocalError: the ledger cannot be read.
            UsageError: it is of a newer version.
        """
        if not self._path.exists():
            return []
        first = int((since or 0) // _HOUR_S)
        with self._lock, self._errors_as_local():
            found = self._run(_READ, (first,))
        found = [row for row in found if row[2] != SANDBOX_REGION and row[4] != _RESERVED]
        rows = [row for row in found if _is_sane(row)]
        if len(rows) < len(found):
            self._warn(f"{len(found) - len(rows)} rows of {self._path} make no sense and are left out")
        return add_up(rows, since or 0, by)

    @contextmanager
    def _errors_as_local(self) -> Iterator[None]:
        try:
            yield
        except (DatabaseError, OSError) as error:
            raise LocalError(
                f"cannot use {self._path}: {error}", hint="Check the file and its permissions."
            ) from error

    def _run(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        return self._use(lambda database: database.run(statement, values))

    def _use(self, work: Callable[[Database], T]) -> T:
        """Do `work`, and all of it once more in a new database where this one turns out to be damaged."""
        with suppress(DamagedError):
            return work(self._connect())
        self._disconnect()
        put_aside(self._path, _LAYOUT, warn=self._warn)
        return work(self._connect())

    def _connect(self) -> Database:
        if self._database is None:
            make_private_folder(self._path.parent)
            self._database, _ = open_database(self._path, _LAYOUT, warn=self._warn)
        return self._database

    def _disconnect(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


def open_ledger(warn: Callable[[str], None]) -> UsageLedger:
    """The ledger of this user on this machine; to be closed."""
    return UsageLedger(state_folder() / "usage.sqlite", warn=warn)


def _read_billed(database: Database, since: float, profile: str, region: str) -> list[Billed]:
    is_sandbox = region == SANDBOX_REGION
    values = (int(since // _HOUR_S), profile, SANDBOX_REGION, is_sandbox)
    return [
        Billed(region, model, Metered(*sums), requests)
        for region, model, *sums, requests in database.run(_READ_BILLED, values)
    ]


def _row(key: tuple[int, str, str, str, str], metered: Metered, requests: int = 0) -> tuple[object, ...]:
    return *key, *astuple(metered), requests


def _is_sane(row: tuple[object, ...]) -> bool:
    """Whether a row can be one of ours: SQLite keeps what it is given, of any kind and size."""
    hour, names, counts = row[0], row[1:5], row[5:]
    are_counts = all(type(count) is int and 0 <= count < _BEYOND_COUNTING for count in counts)
    return are_counts and type(hour) is int and 0 <= hour < _LAST_HOUR and all(type(n) is str for n in names)
