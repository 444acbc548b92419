from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.billing.ledger import SANDBOX_REGION, Billed, UsageLedger
from qwentts_cli.billing.sums import By, UsageRow, total
from qwentts_cli.errors import BudgetError, LocalError, UsageError
from qwentts_cli.metered import Metered
from tests.virtual_time import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FLASH = "qwen3-tts-flash"
NOON = datetime(2026, 11, 1, 12).astimezone().timestamp()
HOUR = 3600

SPEND = """
import sys
from pathlib import Path
from qwentts_cli.billing.ledger import UsageLedger
from qwentts_cli.metered import Metered

def fail(message):
    raise SystemExit(message)

with UsageLedger(Path(sys.argv[1]), warn=fail) as ledger:
    for number in range(200):
        ledger.record(
            model="m", voice=f"v{number % 3}", profile="", region="intl", metered=Metered(int(sys.argv[2]))
        )
"""


FIRST_VERSION = """
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
PRAGMA user_version = 1;
COMMIT;
INSERT INTO usage VALUES (400000, '', 'intl', 'qwen3-tts-flash', 'Cherry', 7, 1);
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "qwentts" / "usage.sqlite"


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def ledger(path: Path, warnings: list[str], clock: Clock) -> Iterator[UsageLedger]:
    with UsageLedger(path, warn=warnings.append, now=clock) as ledger:
        yield ledger


def spend(
    ledger: UsageLedger,
    characters: int,
    *,
    voice: str = "Cherry",
    model: str = FLASH,
    profile: str = "",
    region: str = "intl",
) -> None:
    ledger.record(model=model, voice=voice, profile=profile, region=region, metered=Metered(characters))


def billed(ledger: UsageLedger, by: str = "voice", since: float | None = None) -> dict[str, int]:
    return {row.name: row.metered.characters for row in ledger.query(since, by)}


def test_it_adds_up_by_each_of_its_columns(ledger: UsageLedger, clock: Clock) -> None:
    """Days in order of time, anything else by how much it was."""
    spend(ledger, 10, voice="Cherry", profile="work")
    spend(ledger, 5, voice="Cherry", profile="work")
    clock.now += 24 * HOUR
    spend(ledger, 300, voice="Ethan", model="other")
    assert ledger.query(None, "day")[0].requests == 2
    assert list(billed(ledger, "day").items()) == [("2026-11-01", 15), ("2026-11-02", 300)]
    assert list(billed(ledger, "voice").items()) == [("Ethan", 300), ("Cherry", 15)]
    assert list(billed(ledger, "model").items()) == [("other", 300), (FLASH, 15)]
    assert list(billed(ledger, "profile").items()) == [("", 300), ("work", 15)]


def test_only_what_came_since_counts(ledger: UsageLedger, clock: Clock) -> None:
    """To the hour: the one in which the time falls counts whole."""
    spend(ledger, 1)
    clock.now += HOUR
    spend(ledger, 20)
    clock.now += HOUR
    spend(ledger, 300)
    assert billed(ledger, since=NOON + HOUR + 60) == {"Cherry": 320}
    assert billed(ledger, since=NOON + 9 * HOUR) == {}


def test_a_day_is_a_local_one(ledger: UsageLedger, clock: Clock) -> None:
    """What is spent a second before midnight and one after it are of two days, wherever one lives."""
    midnight = datetime(2026, 11, 2).astimezone().timestamp()
    for clock.now in (midnight - 1, midnight):
        spend(ledger, 1)
    assert list(billed(ledger, "day")) == ["2026-11-01", "2026-11-02"]


def test_it_stays_tiny(ledger: UsageLedger, path: Path) -> None:
    """A thousand requests of one hour are one row."""
    for _ in range(1000):
        spend(ledger, 7)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT characters, requests FROM billed").fetchall() == [(7000, 1000)]


def test_costs_are_exact(ledger: UsageLedger) -> None:
    """By the price list, per model and region, without a float on the way."""
    spend(ledger, 1, region="intl")
    spend(ledger, 3, region="cn")
    spend(ledger, 50, region="mars")
    (row,) = ledger.query(None, "voice")
    assert row.costs == {"USD": Decimal("0.00001"), "CNY": Decimal("0.00024")}
    assert (row.metered.characters, row.requests, row.elsewhere) == (54, 3, 50)


@given(st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from(["CNY", "USD"]))))
def test_a_total_is_the_sum_of_its_rows(parts: list[tuple[int, str]]) -> None:
    """In whatever currencies they are."""
    rows = [
        UsageRow("row", Metered(number), 1, costs={currency: Decimal(number).scaleb(-4)})
        for number, currency in parts
    ]
    everything = total(rows)
    assert everything.metered.characters == sum(number for number, _ in parts)
    assert everything.requests == len(parts)
    for currency, cost in everything.costs.items():
        assert cost * 10_000 == sum(number for number, own in parts if own == currency)


@pytest.mark.parametrize("is_old", [False, True], ids=["new", "of the first version"])
def test_nothing_is_lost_between_processes(path: Path, is_old: bool) -> None:  # noqa: FBT001 - a table
    """Four processes that begin the ledger together and add 200 times each: the sum is exact."""
    if is_old:
        path.parent.mkdir(parents=True)
        with closing(sqlite3.connect(path)) as database:
            database.executescript(FIRST_VERSION)
    command = [sys.executable, "-W", "error", "-c", SPEND, str(path)]
    processes = [subprocess.Popen([*command, str(number)]) for number in range(1, 5)]
    assert [process.wait() for process in processes] == [0] * 4
    with UsageLedger(path, warn=pytest.fail) as ledger:
        everything = total(ledger.query(None, By.VOICE))
    assert (everything.metered.characters, everything.requests) == (200 * 10 + 7 * is_old, 800 + is_old)


def test_nothing_is_lost_between_threads(ledger: UsageLedger, warnings: list[str]) -> None:
    """One ledger serves all threads of a run."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: spend(ledger, 3), range(800)))
    assert billed(ledger) == {"Cherry": 2400}
    assert not warnings


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o777])
def test_it_is_private(ledger: UsageLedger, path: Path, mask: int) -> None:
    """Folder and files are the user's alone under every umask; a wider file is tightened."""
    before = os.umask(mask)
    try:
        spend(ledger, 1)
    finally:
        os.umask(before)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.with_name("usage.sqlite-wal").exists()
    for file in path.parent.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600, file
    ledger.close()
    path.chmod(0o644)
    spend(ledger, 1)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_look_makes_nothing(ledger: UsageLedger, path: Path) -> None:
    """Who never spent anything has no ledger."""
    assert ledger.query(None, "day") == []
    assert not path.parent.exists()


def damage_header(path: Path) -> None:
    path.write_bytes(b"no database at all" * 500)


def damage_pages(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)


@pytest.mark.parametrize("damage", [damage_header, damage_pages])
def test_a_damaged_ledger_is_moved_aside(
    ledger: UsageLedger, path: Path, warnings: list[str], damage: object
) -> None:
    """Kept for whoever can mend it, told once, and the new one counts from its first record."""
    spend(ledger, 1)
    ledger.close()
    assert callable(damage)
    damage(path)
    damaged = path.read_bytes()
    spend(ledger, 20)
    spend(ledger, 300)
    assert billed(ledger) == {"Cherry": 320}
    (aside,) = path.parent.glob("usage.sqlite.damaged-2*Z")
    assert aside.read_bytes() == damaged
    (warning,) = warnings
    assert str(aside) in warning


def test_a_damaged_ledger_does_not_break_a_look(ledger: UsageLedger, path: Path, warnings: list[str]) -> None:
    """It is moved aside then, too."""
    spend(ledger, 1)
    ledger.close()
    damage_header(path)
    assert ledger.query(None, "day") == []
    assert len(warnings) == 1


def test_nobody_comes_between_a_look_and_what_is_set_aside(
    ledger: UsageLedger, path: Path, warnings: list[str]
) -> None:
    """Also where the ledger turns out to be damaged at the look, and a new one is begun."""
    looks: list[list[Billed]] = []

    def check(billed: list[Billed]) -> None:
        looks.append(billed)
        with closing(sqlite3.connect(path, timeout=0)) as other, pytest.raises(sqlite3.OperationalError):
            other.execute("BEGIN IMMEDIATE")

    def reserve() -> None:
        ledger.reserve(check, since=NOON, profile="", region="intl", model=FLASH, metered=Metered(5))

    reserve()
    ledger.close()
    damage_pages(path)
    reserve()
    reserve()
    assert [sum(row.metered.characters for row in look) for look in looks] == [0, 0, 5]
    assert len(warnings) == 1


def test_what_may_not_be_set_aside_is_not(ledger: UsageLedger) -> None:
    """And the next one may."""

    def refuse(_billed: list[Billed]) -> None:
        raise BudgetError("no")

    with pytest.raises(BudgetError):
        ledger.reserve(refuse, since=NOON, profile="", region="intl", model=FLASH, metered=Metered(5))
    spend(ledger, 1)
    assert [row.metered for row in ledger.billed(since=NOON, profile="", region="intl")] == [Metered(1)]


def test_what_is_set_aside_or_pretended_was_not_spent(ledger: UsageLedger) -> None:
    """The sandbox inside this process bills nobody; another one is a server of its own."""
    spend(ledger, 5)
    spend(ledger, 300, region=SANDBOX_REGION)
    ledger.reserve(lambda _: None, since=NOON, profile="", region="intl", model=FLASH, metered=Metered(20))
    assert billed(ledger, "region") == {"intl": 5}


def test_nothing_is_set_aside_where_nothing_can_be_written(tmp_path: Path) -> None:
    """Then nobody knows what was spent, and who asked learns it."""
    (tmp_path / "file").touch()
    ledger = UsageLedger(tmp_path / "file" / "state" / "usage.sqlite", warn=pytest.fail)
    with pytest.raises(LocalError, match=r"cannot use .*usage\.sqlite"):
        ledger.reserve(lambda _: None, since=NOON, profile="", region="", model=FLASH, metered=Metered(5))
    with pytest.raises(LocalError, match=r"cannot use .*usage\.sqlite"):
        ledger.billed(since=NOON, profile="", region="intl")


def test_it_is_closed_behind_whoever_used_it(path: Path) -> None:
    """SQLite then puts all into the one file."""
    with UsageLedger(path, warn=pytest.fail) as ledger:
        spend(ledger, 5)
    assert not path.with_name("usage.sqlite-wal").exists()


def test_a_newer_ledger_is_left_alone(ledger: UsageLedger, path: Path, warnings: list[str]) -> None:
    """An older program must not write into what it does not know: it warns once, and cannot show it."""
    spend(ledger, 1)
    ledger.close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 3")
    before = path.read_bytes()
    spend(ledger, 1)
    spend(ledger, 1)
    (warning,) = warnings
    assert "newer qwentts" in warning
    with pytest.raises(UsageError, match="newer qwentts"):
        ledger.query(None, "day")
    assert path.read_bytes() == before


def test_a_ledger_of_the_first_version_goes_on(ledger: UsageLedger, path: Path) -> None:
    """What it counted counts on."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(FIRST_VERSION)
    spend(ledger, 1)
    assert billed(ledger) == {"Cherry": 8}


def test_rows_that_make_no_sense_are_left_out(ledger: UsageLedger, path: Path, warnings: list[str]) -> None:
    """SQLite keeps whatever it is given."""
    spend(ledger, 5)
    for hour, voice, characters in (
        (10**12, "a", 1),
        ("x", "b", 1),
        (1, "c", 0.5),
        (1, b"d", 1),
        (1, "e", -1),
    ):
        with closing(sqlite3.connect(path)) as database, database:
            row = (hour, "", "intl", FLASH, voice, characters, 1)
            database.execute("INSERT INTO billed VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?)", row)
    assert billed(ledger) == {"Cherry": 5}
    assert len(warnings) == 1
    assert "5 rows" in warnings[0]


def test_a_ledger_that_fails_is_told_once(ledger: UsageLedger, path: Path, warnings: list[str]) -> None:
    """A run is never lost to its bookkeeping."""
    path.mkdir(parents=True)
    spend(ledger, 1)
    spend(ledger, 1)
    (warning,) = warnings
    assert str(path) in warning
    with pytest.raises(LocalError, match="not a regular file"):
        ledger.query(None, "day")


@pytest.mark.parametrize(("characters", "voice"), [(10**30, "Cherry"), (1, "\udc80")])
def test_nonsense_is_no_failure(
    ledger: UsageLedger, warnings: list[str], characters: int, voice: str
) -> None:
    """Not even what SQLite cannot hold."""
    spend(ledger, characters, voice=voice)
    assert len(warnings) == 1
    assert ledger.query(None, "day") == []
