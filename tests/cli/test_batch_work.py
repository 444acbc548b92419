"""A batch does no more work than needed: it reads a text, or asks the journal, only where it helps."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Qwentts

ITEMS = 8
# Runs the program as it is, and writes down which texts it opens, what it asks SQLite, and its most threads.
WATCHED = """
import atexit, json, sqlite3, sys, threading
seen, queries, threads = [], [], [0]
def watch(event, args):
    if event == "open" and str(args[0]).endswith(".txt"):
        seen.append(str(args[0]).rpartition("/")[2])
connect = sqlite3.connect
def traced(*args, **kwargs):
    connection = connect(*args, **kwargs)
    connection.set_trace_callback(queries.append)
    return connection
sqlite3.connect = traced
start = threading.Thread.start
def count(thread):
    threads[0] += thread.name.startswith(("item-", "synthesis-", "segments"))
    start(thread)
threading.Thread.start = count
sys.addaudithook(watch)
atexit.register(lambda: json.dump([seen, queries, threads], open("watched.json", "w")))
from qwentts_cli.__main__ import main
main()
"""


@pytest.fixture
def texts(online: Qwentts) -> Qwentts:
    (online.folder / "in").mkdir()
    for number in range(ITEMS):
        (online.folder / f"in/{number:02}.txt").write_text(f"Text number {number}.")
    return online


def watch(qwentts: Qwentts, *args: str) -> tuple[Counter[str], int, int]:
    """How often each text is opened, how often the journal is asked, and how many threads make files."""
    command = [sys.executable, "-c", WATCHED, "batch", "in", "-d", "out", *args]
    subprocess.run(
        command, cwd=qwentts.folder, env=qwentts.environment(), check=True, capture_output=True, timeout=200
    )
    seen, queries, [threads] = json.loads((qwentts.folder / "watched.json").read_text())
    asked = sum("FROM items WHERE output" in query for query in queries)
    return Counter(seen), asked, threads


def test_a_text_is_read_to_be_checked_and_to_be_spoken(texts: Qwentts) -> None:
    """Its key is computed on the way, and the journal is asked once for each.

    However many jobs there may be, no more threads speak, or put files together, than there are items.
    """
    opened, asked, threads = watch(texts, "-j", "64")
    assert set(opened.values()) == {2}
    assert len(opened) == ITEMS
    assert asked <= ITEMS + 2
    assert threads <= 2 * ITEMS


def test_a_text_that_was_spoken_is_read_to_be_checked_and_compared(texts: Qwentts) -> None:
    """Joining looks at no text; a second run reads each twice, and looks at each item's state twice."""
    opened, asked, _ = watch(texts, "--join", "all.wav")
    assert set(opened.values()) == {2}
    assert len(opened) == ITEMS
    assert asked <= ITEMS + 2
    opened, asked, _ = watch(texts, "--join", "all.wav")
    assert set(opened.values()) == {2}
    assert asked <= 2 * ITEMS + 2
