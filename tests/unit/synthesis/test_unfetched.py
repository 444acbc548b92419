"""Addresses of audio that was paid for and not yet fetched."""

from __future__ import annotations

import json
import math
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.audio.wav import Word
from qwentts_cli.dashscope.wire import Answer
from qwentts_cli.synthesis.unfetched import UnfetchedAudio

if TYPE_CHECKING:
    from pathlib import Path

KEY = "k" * 64
TEXT = "One, two."
WORDS = (Word("One", 0, 350), Word("two", 400, 900))
ANSWER = Answer("r-1", url="https://h/a?Signature=x", is_last=True, words=WORDS)


def open_pending(folder: Path, server: str = "server") -> UnfetchedAudio:
    def fail(message: str) -> None:
        raise AssertionError(message)

    return UnfetchedAudio(folder / "state", server=server, warn=fail)


def put(pending: UnfetchedAudio, answer: Answer = ANSWER) -> None:
    with pending.turn(KEY):
        pending.put(KEY, TEXT, answer)


def test_an_address_is_kept_until_it_is_dropped(tmp_path: Path) -> None:
    """Across runs, private, and gone without a trace afterwards."""
    put(open_pending(tmp_path))
    [file] = (tmp_path / "state").iterdir()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    pending = open_pending(tmp_path)
    assert pending.get(KEY, TEXT) == ANSWER
    pending.drop(KEY)
    pending.drop(KEY)
    assert pending.get(KEY, TEXT) is None
    assert list((tmp_path / "state").iterdir()) == []


def test_another_server_did_not_sell_it(tmp_path: Path) -> None:
    """The sandbox's addresses die with it, and a key's region is another shop."""
    put(open_pending(tmp_path))
    assert open_pending(tmp_path, "another").get(KEY, TEXT) is None


def test_words_are_kept_without_saying_them(tmp_path: Path) -> None:
    """What is said stays with whoever asked for it."""
    put(open_pending(tmp_path))
    [file] = (tmp_path / "state").iterdir()
    assert "two" not in file.read_text()


GOOD = {"server": "server", "request_id": "r", "url": "u"}
BAD_WORDS = (7, [7], [[0, 3, 0]], [[0, 3, 0, "1"]], [[0, 3, 0, True]], [[0, 3, 0, math.inf]], [[-1, 3, 0, 1]])


@pytest.mark.parametrize("row", [{}, [], None, 7, *(GOOD | {"words": words} for words in BAD_WORDS)])
def test_what_cannot_be_read_is_none(tmp_path: Path, row: object) -> None:
    """A damaged file is as if it were not there."""
    put(open_pending(tmp_path))
    [file] = (tmp_path / "state").iterdir()
    file.write_text(json.dumps(row))
    assert open_pending(tmp_path).get(KEY, TEXT) is None


def test_dead_addresses_are_forgotten(tmp_path: Path) -> None:
    """Two days old, locks of killed runs and half-written files go; the rest stays."""
    pending = open_pending(tmp_path)
    put(pending)
    folder = tmp_path / "state"
    for name in ("old.json", "old.lock", ".qwentts-1.part", "old.txt"):
        (folder / name).touch()
        os.utime(folder / name, (0, 0))
    dead = time.time() - 49 * 3600
    (folder / "dead.json").touch()
    os.utime(folder / "dead.json", (dead, dead))
    # A day is what an address lives; the clock may be wrong by nearly another one.
    os.utime(folder / f"{KEY}.json", (dead + 2 * 3600, dead + 2 * 3600))
    pending.forget_dead()
    assert sorted(path.name for path in folder.iterdir()) == [f"{KEY}.json", "old.txt"]
    open_pending(tmp_path / "missing").forget_dead()


def test_one_asks_at_a_time(tmp_path: Path) -> None:
    """For the same sound; for another one nobody waits."""
    pending, inside = open_pending(tmp_path), []
    together = threading.Barrier(2, timeout=100)

    def ask(_number: int) -> None:
        with pending.turn(KEY):
            inside.append(1)
            assert len(inside) == 1
            inside.pop()

    def ask_other(number: int) -> None:
        with pending.turn(f"{number}"):
            together.wait()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(100)))
        list(pool.map(ask_other, range(2)))
    assert list((tmp_path / "state").iterdir()) == []


def test_a_folder_that_cannot_be_used_is_done_without(tmp_path: Path) -> None:
    """It is told once it matters, and nothing fails."""
    (tmp_path / "state").touch()
    told: list[str] = []
    pending = UnfetchedAudio(tmp_path / "state", server="server", warn=told.append)
    put(pending)
    assert pending.get(KEY, TEXT) is None
    pending.drop(KEY)
    pending.forget_dead()
    assert len(told) == 1


def test_a_folder_that_is_a_link_is_not_believed(tmp_path: Path) -> None:
    """Whoever planted it knows what is there; it is neither read nor changed, and that is told."""
    put(open_pending(tmp_path))
    folder, elsewhere = tmp_path / "state", tmp_path / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    os.utime(elsewhere / f"{KEY}.json", (0, 0))
    told: list[str] = []
    pending = UnfetchedAudio(folder, server="server", warn=told.append)
    assert pending.get(KEY, TEXT) is None
    pending.drop(KEY)
    pending.forget_dead()
    pending.put("other", TEXT, ANSWER)
    assert [path.name for path in elsewhere.iterdir()] == [f"{KEY}.json"]
    assert len(told) == 1
