"""On a terminal, one live line says how far the work is."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import at

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Qwentts

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals on this system")

CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def shown(qwentts: Qwentts, *args: str | Path, columns: int = 150) -> str:
    """All that a run draws on a terminal, its colours left out."""
    ours, theirs = pty.openpty()
    env = {"COLUMNS": str(columns), "TERM": "xterm"}
    process = qwentts.start(*args, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    drawn = b""
    try:
        while block := os.read(ours, 65_536):
            drawn += block
    except OSError:  # how Linux says that nobody has the other end open
        pass
    finally:
        os.close(ours)
    assert process.wait(timeout=30) == 0
    return CONTROLS.sub("", drawn.decode())


def test_a_batch_says_how_far_how_fast_and_at_what_cost(online: Qwentts) -> None:
    """Items, characters, the rate now and the allowed one, and above it what was made; the last stays."""
    (online.folder / "in.txt").write_text("".join(f"Line {number} of many.\n" for number in range(12)))
    drawn = shown(online, "batch", "in.txt", "--lines", "-d", "out", "--verbose")
    assert re.search(
        r"1[0-2] of 12 items, \d+ characters billed, \d+\.\d of 1000\.0 requests a second", drawn
    )
    assert "out/0012.wav" in drawn
    assert re.fullmatch(
        r"12 made \(\d+ characters, 0:\d\d of sound\) in out/", drawn.rstrip().splitlines()[-1]
    )


def test_the_cost_is_shown_where_the_price_is_known(online: Qwentts) -> None:
    """Of the sandbox it is that of the service which it imitates."""
    del online.env["QWENTTS_BASE_URL"]
    (online.folder / "in.txt").write_text("".join(f"Line {number}.\n" for number in range(3)))
    drawn = shown(online, "batch", "in.txt", "--lines", "-d", "out", "--region", "sandbox")
    assert re.search(r"3 of 3 items, 0\.\d+ [A-Z]{3}, \d+ characters billed", drawn)


def test_a_long_text_says_how_far(online: Qwentts) -> None:
    drawn = shown(online, "say", "A sentence of some length. " * 60, "-o", "long.wav")
    assert re.search(r"\d+ of 1\d{3} characters, \d+ billed, \d+ s of sound", drawn)


def test_a_narrow_line_leaves_out_what_matters_least(online: Qwentts) -> None:
    """How far it is stays, whole; the characters that were billed go."""
    (online.folder / "in.txt").write_text("".join(f"Line {number}.\n" for number in range(3)))
    drawn = shown(online, "batch", "in.txt", "--lines", "-d", "out", columns=40)
    assert "3 of 3 items" in drawn
    assert "characters billed" not in drawn


def test_the_line_says_what_is_waited_for_and_until_when(qwentts: Qwentts) -> None:
    """From the first pause on; and when it goes on, how far it is again."""
    with Sandbox(voice_engine="tones", faults="post:retry-after=1#1") as server:
        drawn = shown(at(qwentts, server), "say", "Hi.", "-o", "a.wav")
    assert re.search(r"waiting until \d\d:\d\d:\d\d: the rate limit of the account is reached", drawn)
    assert drawn.rindex("3 of 3 characters") > drawn.rindex("waiting until")


def test_without_a_terminal_a_line_says_it_once(qwentts: Qwentts) -> None:
    """However many requests wait."""
    (qwentts.folder / "in.txt").write_text("One.\nTwo.\nThree.\n")
    with Sandbox(voice_engine="tones", faults="post:retry-after=1#1,post:retry-after=1#2") as server:
        told = at(qwentts, server)("batch", "in.txt", "--lines", "-d", "out", "--jobs", "3").stderr
    assert told.count("waiting for another try: the rate limit of the account is reached") == 1
