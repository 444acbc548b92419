"""A journal that somebody else wrote, in a folder that was unpacked or cloned: it has nothing overwritten."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from itertools import product
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

BATCH = ("batch", "in.txt", "--lines", "-d", "out")
MINE = b"an interview that nobody can record again"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
# As version 0.1.0 made it.
OLD_TABLE = """CREATE TABLE IF NOT EXISTS items (
    output TEXT PRIMARY KEY, key TEXT NOT NULL, stage TEXT NOT NULL,
    size INTEGER, mtime_ns INTEGER, duration_s REAL, characters INTEGER, gaps TEXT
) WITHOUT ROWID
"""


@pytest.fixture
def journal(online: Qwentts) -> Path:
    """That of a batch of two items."""
    (online.folder / "in.txt").write_text("One.\nTwo.\n")
    online(*BATCH)
    return online.folder / "out" / ".qwentts" / "journal.sqlite"


def change(journal: Path, *statements: str, values: tuple[object, ...] = ()) -> None:
    with closing(sqlite3.connect(journal)) as database, database:
        for statement in statements:
            database.execute(statement, values)


def rows(journal: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(journal)) as database:
        return database.execute("SELECT * FROM files ORDER BY name").fetchall()


def make_old(journal: Path) -> None:
    """Turn a journal into what version 0.1.0 would have written of the same files."""
    known = rows(journal)
    journal.unlink()
    with closing(sqlite3.connect(journal)) as database, database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute(OLD_TABLE)
        database.execute("PRAGMA user_version=1")
        for name, key, stage, duration_s, characters, gaps, files, _options in known:
            ((size, mtime_ns, _digest),) = json.loads(files)
            row = (name, key, stage, size, mtime_ns, duration_s, characters, gaps)
            database.execute("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def test_only_the_tables_that_we_make_are_used(online: Qwentts, journal: Path) -> None:
    """Whatever else is in it, it is put aside as damaged, and the batch goes on from its files."""
    for statement in (
        "CREATE VIEW more AS SELECT 1",
        "CREATE TRIGGER more AFTER INSERT ON files BEGIN DELETE FROM files; END",
        "CREATE TABLE more (a)",
        "CREATE INDEX more ON files (key)",
        "ALTER TABLE files ADD COLUMN more",
    ):
        change(journal, statement)
        assert "there is something else in the journal" in online(*BATCH, "--check", code=7).stderr, statement
        stderr = online(*BATCH).stderr
        assert "the journal was damaged; it is kept as out/.qwentts/journal.sqlite.damaged-" in stderr
        assert "2 made" in stderr
    assert "2 already there, nothing to make" in online(*BATCH).stderr


def test_a_view_without_an_end_is_never_asked(online: Qwentts, journal: Path) -> None:
    """It has the name and the columns of our table."""
    view = f"CREATE VIEW files AS {ENDLESS} SELECT i AS name, '' AS key, '' AS stage, 0 AS known FROM n"
    change(journal, "DROP TABLE files", view)
    for args in ((*BATCH, "--check"), (*BATCH, "--explain")):
        assert "cannot use the journal" in online(*args, code=7).stderr
    assert "was damaged" in online(*BATCH).stderr


SEEDS = ("done", "begun", "stopped", "failed")


def facts_of(path: Path, digest: str | None) -> list[list[object]]:
    facts = path.stat()
    return [[facts.st_size, facts.st_mtime_ns, digest]]


def test_a_row_does_not_make_a_file_ours(online: Qwentts, journal: Path) -> None:
    """A file that nobody noted before it took its name is kept, whatever a row says of it."""
    output = online.folder / "out" / "0002.wav"
    for stage, known in product(SEEDS, ("true facts", "[]", None)):
        output.write_bytes(MINE)
        facts = json.dumps(facts_of(output, hashlib.sha256(b"something else").hexdigest()))
        seeded = facts if known == "true facts" else known
        statement = "UPDATE files SET stage = ?, known = ?, key = '' WHERE name = '0002.wav'"
        change(journal, statement, values=(stage, seeded))
        result = online.run(*BATCH)
        assert result.code in {2, 8}, (stage, known)
        assert "out/0002.wav" in result.stderr, (stage, known)
        assert "--force to overwrite" in result.stderr, (stage, known)
        assert output.read_bytes() == MINE, (stage, known)
        online(*BATCH, "--force")
        assert output.read_bytes() != MINE, (stage, known)


def test_an_old_row_does_not_make_a_file_ours(online: Qwentts, journal: Path) -> None:
    """The rows of version 0.1.0 have no digest; those without facts decide nothing, nor do wrong facts."""
    make_old(journal)
    old, output = journal.read_bytes(), online.folder / "out" / "0002.wav"
    for stage in SEEDS:
        journal.write_bytes(old)
        output.write_bytes(MINE)
        size = None if stage != "done" else len(MINE)
        statement = "UPDATE items SET stage = ?, size = ?, mtime_ns = ?, key = '' WHERE output = '0002.wav'"
        change(journal, statement, values=(stage, size, size and 1))
        result = online.run(*BATCH)
        assert result.code in {2, 8}, stage
        assert "--force to overwrite" in result.stderr, stage
        assert output.read_bytes() == MINE, stage


def test_a_damaged_journal_does_not_make_a_file_ours(online: Qwentts, journal: Path) -> None:
    """What is made again is compared with what is there: the same is the same, and anything else is kept."""
    output = online.folder / "out" / "0002.wav"
    output.write_bytes(MINE)
    journal.write_bytes(b"no database at all" * 100)
    stderr = online(*BATCH, code=8).stderr
    assert "out/0002.wav exists already, and is not as this batch made it; use --force" in stderr
    assert "1 failed" in stderr
    assert output.read_bytes() == MINE


ABSURD = [
    ("key", 7),
    ("key", "x"),
    ("stage", "gone"),
    ("stage", b"\xff"),
    ("duration_s", "long"),
    ("duration_s", float("inf")),
    ("duration_s", -1),
    ("characters", -1),
    ("characters", 0.5),
    ("characters", None),
    ("gaps", "[[1, 2]]"),
    ("gaps", "[[1, 2, 1e999]]"),
    ("gaps", "[" * 100_000),
    ("gaps", "{}x"),
    ("gaps", None),
    ("known", "[[1, 2, 3]]"),
    ("known", "[[1, 2]]"),
    ("known", '[["a", 2, null]]'),
    ("known", "[]"),
    ("known", "7"),
    ("known", "[" + ",".join(["[1, 2, null]"] * 3) + "]"),
    ("known", f"[[{10**30}, 2, null]]"),
]


def test_a_row_that_cannot_be_ours_says_nothing(online: Qwentts, sandbox: Sandbox, journal: Path) -> None:
    """Its item is made again, out of the cache, and is not a bug of the program."""
    count = len(ABSURD)
    (online.folder / "in.txt").write_text("".join(f"Line {number}.\n" for number in range(count)))
    online(*BATCH, "--force")
    for (name, *_), (column, value) in zip(rows(journal), ABSURD, strict=True):
        given = "CAST(? AS BLOB)" if isinstance(value, bytes) else "?"
        change(journal, f"UPDATE files SET {column} = {given} WHERE name = ?", values=(value, name))
    before = len(sandbox.ledger)
    assert [line for line in online(*BATCH, "--explain").text.splitlines() if "already there" in line] == []
    online(*BATCH, "--check", code=8)
    assert f"{count} made from the cache" in online(*BATCH).stderr
    assert f"{count} already there, nothing to make" in online(*BATCH).stderr
    assert len(sandbox.ledger) == before


def test_a_journal_of_the_first_version_goes_on(online: Qwentts, sandbox: Sandbox, journal: Path) -> None:
    """Nothing is made again, what was changed is made anew, and a look changes nothing."""
    make_old(journal)
    before, posts = journal.read_bytes(), len(sandbox.ledger)
    online(*BATCH, "--check")
    assert journal.read_bytes() == before
    assert "2 already there, nothing to make" in online(*BATCH).stderr
    assert len(sandbox.ledger) == posts
    make_old(journal)
    (online.folder / "in.txt").write_text("One.\nThree.\n")
    assert "; 1 already there" in online(*BATCH).stderr


def test_what_a_killed_run_named_is_ours(online: Qwentts, journal: Path) -> None:
    """A file is noted before it takes its name, so a kill right after that loses nothing, cache or not."""
    change(journal, "UPDATE files SET stage = 'begun', key = ''")
    assert "2 made" in online(*BATCH, "--no-cache").stderr
    names = [row[0] for row in rows(journal)]
    assert names == ["0001.wav", "0002.wav"]


def test_a_newer_journal_is_left_alone(online: Qwentts, journal: Path) -> None:
    """An older program doesn't write into what it does not know."""
    change(journal, "PRAGMA user_version = 4")
    before = journal.read_bytes()
    assert "is of a newer qwentts. Update qwentts." in online(*BATCH, code=2).stderr
    assert journal.read_bytes() == before


def test_a_journal_is_private(online: Qwentts, journal: Path) -> None:
    """Version 0.1.0 left it for others to read."""
    journal.chmod(0o644)
    online(*BATCH)
    assert journal.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in journal.parent.iterdir()} == {"journal.lock", "journal.sqlite"}
