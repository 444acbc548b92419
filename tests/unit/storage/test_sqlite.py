"""Databases of our own: only what we made, and no query that nobody can end."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.errors import UsageError
from qwentts_cli.storage import sqlite
from qwentts_cli.storage.sqlite import DamagedError, DatabaseError, Layout, open_database, open_to_read

if TYPE_CHECKING:
    from pathlib import Path

OLD = "CREATE TABLE words (word TEXT)"
NEW = "CREATE TABLE terms (term TEXT, n INTEGER)"
FIRST = Layout(title="list", versions=(OLD,), is_durable=False)
UPGRADE = f"{NEW};INSERT INTO terms SELECT word, 1 FROM words;DROP TABLE words"
SECOND = Layout(title="list", versions=(OLD, NEW), upgrades=(UPGRADE,), is_durable=True)

RUN_ENDLESSLY = """
import signal, sys
from pathlib import Path
from qwentts_cli.storage.sqlite import Layout, open_database

def end(number, frame):
    raise SystemExit(128 + number)

signal.signal(signal.SIGTERM, end)
layout = Layout(title="list", versions=("CREATE TABLE words (word TEXT)",), is_durable=False)
database, _ = open_database(Path(sys.argv[1]), layout, warn=print)
print("running", flush=True)
database.run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, -signal.SIGINT)])
def test_a_signal_ends_a_query_without_an_end(tmp_path: Path, number: int, code: int) -> None:
    """Whoever presses Ctrl-C is heard, and what the signal's handler raises is what ends the program."""
    command = [sys.executable, "-c", RUN_ENDLESSLY, str(tmp_path / "list.sqlite")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"running\n"
        process.send_signal(number)
        assert process.wait(100) == code


class Rung(Exception):
    """What a handler of a signal raises."""


def test_a_signal_is_heard_when_sqlite_looks_up_for_the_first_time(tmp_path: Path) -> None:
    """It came during the first step of a query that never ends."""

    def ring(*_: object) -> None:
        raise Rung

    def run() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.001)
        database.run(
            "WITH RECURSIVE n(i) AS (SELECT length(hex(zeroblob(8000000))) UNION ALL SELECT i FROM n) "
            "SELECT count(*) FROM n"
        )

    database, _ = open_database(tmp_path / "list.sqlite", FIRST, warn=pytest.fail)
    before = signal.signal(signal.SIGALRM, ring)
    try:
        with pytest.raises(Rung):
            run()
    finally:
        signal.signal(signal.SIGALRM, before)
        database.close()


def test_an_older_one_is_brought_up_to_date(tmp_path: Path) -> None:
    """What it held is still there; a reader sees the same and changes nothing."""
    path = tmp_path / "list.sqlite"
    old, _ = open_database(path, FIRST, warn=pytest.fail)
    old.run("INSERT INTO words VALUES ('a')")
    old.close()
    before = path.read_bytes()
    reader = open_to_read(path, SECOND)
    assert reader.run("SELECT * FROM terms") == [("a", 1)]
    reader.close()
    assert path.read_bytes() == before
    for _ in range(2):
        new, is_anew = open_database(path, SECOND, warn=pytest.fail)
        assert (new.run("SELECT * FROM terms"), new.version, is_anew) == ([("a", 1)], 2, False)
        new.close()


LAST = "CREATE TABLE names (name TEXT)"
THIRD = Layout(
    title="list",
    versions=(OLD, NEW, LAST),
    upgrades=(UPGRADE, f"{LAST};INSERT INTO names SELECT term FROM terms;DROP TABLE terms"),
    is_durable=True,
)


@pytest.mark.parametrize("layout", [FIRST, SECOND, THIRD])
def test_one_of_any_version_goes_all_the_way(tmp_path: Path, layout: Layout) -> None:
    """Each step from where it is, and none that is behind it."""
    path = tmp_path / "list.sqlite"
    open_database(path, layout, warn=pytest.fail)[0].close()
    database, _ = open_database(path, layout, warn=pytest.fail)
    [(table,)] = database.run("SELECT name FROM sqlite_master")
    database.run(f"INSERT INTO {table} VALUES ('a'{', 1' if layout is SECOND else ''})")
    database.close()
    with closing(open_to_read(path, THIRD)) as newest:
        assert newest.run("SELECT * FROM names") == [("a",)]
    with closing(open_database(path, THIRD, warn=pytest.fail)[0]) as newest:
        assert newest.run("SELECT * FROM names") == [("a",)]


@pytest.mark.parametrize("layout", [FIRST, SECOND, THIRD])
def test_one_without_a_number_is_of_the_first_version(tmp_path: Path, layout: Layout) -> None:
    """A kill may have come before the number was written."""
    path = tmp_path / "list.sqlite"
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(OLD)
        other.execute("INSERT INTO words VALUES ('a')")
    with closing(open_to_read(path, layout)) as reader:
        [(table,)] = reader.run("SELECT name FROM sqlite_master")
        assert reader.run(f"SELECT * FROM {table}")[0][0] == "a"
    with closing(open_database(path, layout, warn=pytest.fail)[0]) as database:
        assert database.run(f"SELECT * FROM {table}")[0][0] == "a"


@pytest.mark.parametrize("before", [0o600, 0o644, 0o400])
def test_it_is_closed_to_others(tmp_path: Path, before: int) -> None:
    """Whatever it was; SQLite makes those beside it alike."""
    path = tmp_path / "list.sqlite"
    path.touch()
    path.chmod(before)
    open_database(path, FIRST, warn=pytest.fail)[0].close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_one_that_is_missing_is_read_as_empty(tmp_path: Path) -> None:
    """Looking makes no file."""
    reader = open_to_read(tmp_path / "list.sqlite", SECOND)
    assert reader.run("SELECT * FROM terms") == []
    reader.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_what_is_put_aside_is_kept(tmp_path: Path, suffix: str) -> None:
    """With all that SQLite had beside it, and the user is told where it is."""
    path = tmp_path / "list.sqlite"
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE other (a)")
    told: list[str] = []
    with pytest.raises(DamagedError):
        open_to_read(path, FIRST)
    (tmp_path / f"list.sqlite{suffix}").touch()
    database, is_anew = open_database(path, FIRST, warn=told.append)
    assert (is_anew, database.run("SELECT * FROM words")) == (True, [])
    database.close()
    [message] = told
    asides = {str(path) for path in tmp_path.glob("list.sqlite.damaged-*")}
    assert len(asides) == 2 if suffix else 1
    assert any(aside in message for aside in asides)


def test_what_runs_by_itself_is_not_trusted(tmp_path: Path) -> None:
    """Where Python can ask for it, even the database's own schema cannot be written to."""
    database, _ = open_database(tmp_path / "list.sqlite", FIRST, warn=pytest.fail)
    assert database.run("PRAGMA trusted_schema") == [(0,)]
    if sys.version_info >= (3, 12):
        database.run("PRAGMA writable_schema = ON")
        with pytest.raises(DatabaseError):
            database.run("DELETE FROM sqlite_master")
    database.close()


def test_no_value_fills_the_memory(tmp_path: Path) -> None:
    """One may have 16 MiB."""
    with closing(open_database(tmp_path / "list.sqlite", FIRST, warn=pytest.fail)[0]) as database:
        assert database.run("SELECT length(zeroblob(16 << 20))") == [(16 << 20,)]
        with pytest.raises(DatabaseError, match="too big"):
            database.run("SELECT length(zeroblob((16 << 20) + 1))")


@pytest.mark.parametrize(("layout", "level"), [(FIRST, 1), (SECOND, 2)])
def test_what_must_outlast_a_power_cut_is_written_through(tmp_path: Path, layout: Layout, level: int) -> None:
    """SQLite calls it FULL, which is 2; what can be had again is NORMAL, and neither keeps out readers."""
    database, _ = open_database(tmp_path / "list.sqlite", layout, warn=pytest.fail)
    assert database.run("PRAGMA synchronous") == [(level,)]
    assert database.run("PRAGMA journal_mode") == [("wal",)]
    database.close()


def test_one_that_is_locked_is_not_taken_for_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program holds it: that is told, and everything stays where it is."""
    monkeypatch.setattr(sqlite, "_BUSY_S", 0.0)
    path = tmp_path / "list.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(OLD)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseError, match="locked") as caught:
            open_database(path, FIRST, warn=pytest.fail)
        assert caught.type is DatabaseError
        other.execute("ROLLBACK")
    assert not list(tmp_path.glob("*damaged*"))


def test_what_is_damaged_inside_is_put_aside(tmp_path: Path) -> None:
    """Though its first page, which says what tables there are, can be read."""
    path = tmp_path / "list.sqlite"
    database, _ = open_database(path, FIRST, warn=pytest.fail)
    database.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"x" * 4096)
    with pytest.raises(DamagedError), closing(open_to_read(path, FIRST)) as reader:
        reader.run("SELECT * FROM words")
    told: list[str] = []
    sqlite.put_aside(path, FIRST, warn=told.append)
    assert len(told) == len(list(tmp_path.glob("*damaged*"))) == 1


def test_what_is_in_order_is_not_put_aside(tmp_path: Path) -> None:
    """Another process was quicker and has begun a new one already."""
    path = tmp_path / "list.sqlite"
    open_database(path, FIRST, warn=pytest.fail)[0].close()
    sqlite.put_aside(path, FIRST, warn=pytest.fail)
    assert [file.name for file in tmp_path.iterdir()] == ["list.sqlite"]


def test_one_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    """Neither a writer nor a reader can know what is in it."""
    path = tmp_path / "list.sqlite"
    open_database(path, SECOND, warn=pytest.fail)[0].close()
    before = path.read_bytes()
    with pytest.raises(UsageError, match="newer"):
        open_database(path, FIRST, warn=pytest.fail)
    with pytest.raises(UsageError, match="newer"):
        open_to_read(path, FIRST)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["a?b", "a#b", "a%25b"])
def test_any_name_of_a_file_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    """SQLite is given an address, in which some characters mean something."""
    path = tmp_path / name / "list.sqlite"
    path.parent.mkdir(mode=0o700)
    open_database(path, FIRST, warn=pytest.fail)[0].close()
    open_to_read(path, FIRST).close()
    assert path.stat().st_size > 0
    assert [folder.name for folder in tmp_path.iterdir()] == [name]


def test_a_script_that_fails_changes_nothing(tmp_path: Path) -> None:
    """An update is there in all its parts, or not at all."""
    path = tmp_path / "list.sqlite"
    old, _ = open_database(path, FIRST, warn=pytest.fail)
    old.run("INSERT INTO words VALUES ('a')")
    old.close()
    broken = Layout(title="list", versions=(OLD, NEW), upgrades=(f"{UPGRADE};NONSENSE",), is_durable=True)
    with pytest.raises(DatabaseError):
        open_database(path, broken, warn=pytest.fail)
    again, is_anew = open_database(path, FIRST, warn=pytest.fail)
    assert (again.run("SELECT * FROM words"), is_anew) == ([("a",)], False)
    again.close()
