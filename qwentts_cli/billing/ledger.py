"""The ledger: what this machine has spent, as the service said it billed."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from datetime import datetime
from decimal import Decimal
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from msgspec import Struct, field

from qwentts_cli.billing.price import price_list
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.errors import LocalError, QwenTTSError
from qwentts_cli.settings.paths import state_folder
from qwentts_cli.storage.private import make_private_folder
from qwentts_cli.storage.sqlite import DamagedError, Database, DatabaseError, Layout, open_database, put_aside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_HOUR_S = 3600
_LAST_HOUR = 10_000_000  # in the year 3110
_BEYOND_COUNTING = 10**15
# What the sandbox inside this process would have cost; only a budget asks for that.
SANDBOX_REGION = "sandbox"
# In the place of a voice: characters set aside for requests under way, or that nobody heard of again.
_RESERVED = "/reserved"
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
    ),
    is_durable=False,
)
_ADD = """
INSERT INTO usage (hour, profile, region, model, voice, characters, requests) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (hour, profile, region, model, voice) DO UPDATE SET
    characters = characters + excluded.characters, requests = requests + excluded.requests
"""
_READ = """
SELECT hour, profile, region, model, voice, characters, requests FROM usage WHERE hour >= ?
ORDER BY hour, profile, region, model, voice
"""
_READ_BILLED = """
SELECT region, model, SUM(characters), SUM(requests) FROM usage
WHERE hour >= ? AND profile = ? AND (region = ?) = ?
GROUP BY region, model
"""


class Billed(NamedTuple):
    """Characters that were billed, or are reserved, and the requests that were billed."""

    region: str
    model: str
    characters: int
    requests: int


@unique
class By(StrEnum):
    """What usage is added up by."""

    DAY = "day"
    VOICE = "voice"
    MODEL = "model"
    PROFILE = "profile"
    REGION = "region"


class UsageRow(Struct):
    """A sum. `costs`, by currency, is by today's price list.

    Of the characters, `unpriced` are the service's and in no price list, `elsewhere` those of other servers,
    a sandbox among them.
    """

    name: str
    characters: int = 0
    requests: int = 0
    unpriced: int = 0
    elsewhere: int = 0
    costs: dict[str, Decimal] = field(default_factory=dict)

    def add(self, other: UsageRow) -> None:
        self.characters += other.characters
        self.requests += other.requests
        self.unpriced += other.unpriced
        self.elsewhere += other.elsewhere
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
        self, *, model: str, voice: str, profile: str, region: str, characters: int, requests: int = 1
    ) -> bool:
        """Add what `requests` were billed; `region` is the catalogue's name, or another server's own.

        Returns:
            Whether it is recorded.
        """
        row = (int(self._now() // _HOUR_S), profile, region, model, voice, characters, requests)
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
        with self._lock, self._told():
            return self._billed(since, profile, region)

    def reserve(
        self,
        fits: Callable[[list[Billed]], bool],
        *,
        since: float,
        profile: str,
        region: str,
        model: str,
        characters: int,
    ) -> int:
        """Set characters aside if that `fits` what was billed or is reserved, whoever else asks meanwhile.

        Returns:
            The hour to release them by.

        Raises:
            LocalError: the ledger cannot be written.
        """
        hour = int(self._now() // _HOUR_S)
        with self._lock, self._told():
            self._run("BEGIN IMMEDIATE", ())
            try:
                if fits(self._billed(since, profile, region)):
                    self._run(_ADD, (hour, profile, region, model, _RESERVED, characters, 0))
            finally:
                self._run("COMMIT", ())
        return hour

    def release(self, *, hour: int, profile: str, region: str, model: str, characters: int) -> None:
        """Give back what was reserved in `hour`.

        Raises:
            LocalError: the ledger cannot be written.
        """
        with self._lock, self._told():
            self._run(_ADD, (hour, profile, region, model, _RESERVED, -characters, 0))

    def query(self, since: float | None, by: str) -> list[UsageRow]:
        """Add up what was spent from the hour of `since` on; days are local and in order, else most first.

        Raises:
            LocalError: the ledger cannot be read.
            UsageError: it is of a newer version.
        """
        if not self._path.exists():
            return []
        first = int((since or 0) // _HOUR_S)
        with self._lock, self._told():
            found = self._run(_READ, (first,))
        found = [row for row in found if row[2] != SANDBOX_REGION and row[4] != _RESERVED]
        rows = [row for row in found if _is_sane(row)]
        if len(rows) < len(found):
            self._warn(f"{len(found) - len(rows)} rows of {self._path} make no sense and are left out")
        return _sums(rows, since or 0, by)

    def _billed(self, since: float, profile: str, region: str) -> list[Billed]:
        is_sandbox = region == SANDBOX_REGION
        values = (int(since // _HOUR_S), profile, SANDBOX_REGION, is_sandbox)
        return [Billed(*row) for row in self._run(_READ_BILLED, values)]

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (DatabaseError, OSError) as error:
            raise LocalError(
                f"cannot use {self._path}: {error}", hint="Check the file and its permissions."
            ) from error

    def _run(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        with suppress(DamagedError):
            return self._connect().run(statement, values)
        self._disconnect()
        put_aside(self._path, _LAYOUT, warn=self._warn)
        return self._connect().run(statement, values)

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


def _is_sane(row: tuple[object, ...]) -> bool:
    """Whether a row can be one of ours: SQLite keeps what it is given, of any kind and size."""
    hour, *names, characters, requests = row
    counts = all(type(count) is int and 0 <= count < _BEYOND_COUNTING for count in (characters, requests))
    return counts and type(hour) is int and 0 <= hour < _LAST_HOUR and all(type(n) is str for n in names)


def _sums(found: Iterable[tuple[int, str, str, str, str, int, int]], since: float, by: str) -> list[UsageRow]:
    sums: dict[str, UsageRow] = {}
    for hour, profile, region, model, voice, characters, requests in found:
        day = datetime.fromtimestamp(max(hour * _HOUR_S, since)).astimezone().date().isoformat()
        name = {By.DAY: day, By.VOICE: voice, By.MODEL: model, By.PROFILE: profile, By.REGION: region}[By(by)]
        sums.setdefault(name, UsageRow(name)).add(_priced(region, model, characters, requests))
    if by == By.DAY:
        return list(sums.values())
    return sorted(sums.values(), key=lambda row: (-row.characters, row.name))


def _priced(region: str, model: str, characters: int, requests: int) -> UsageRow:
    row = UsageRow("", characters, requests)
    if region not in load_catalog().regions:
        row.elsewhere = characters
    elif cost := price_list(region).billed(model, characters, requests):
        row.costs = {cost.currency: cost.amount}
    else:
        row.unpriced = characters
    return row
