"""Databases of our own: only what we made, and no query that nobody can end."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

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
        assert process.wait(30) == code


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
