"""On a terminal, one live line says how far the work is."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import at
from tests.reliability.waiting import until
from tests.shells import drawn_by, open_program
from tests.tones import read_back

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.forked import ForkedQwentts

CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def shown(qwentts: ForkedQwentts, *args: str | Path, columns: int = 150) -> str:
    """All that a run draws on a terminal, its colours left out."""
    code, drawn = drawn_by(qwentts, *args, COLUMNS=str(columns), TERM="xterm")
    assert code == 0
    return CONTROLS.sub("", drawn.decode())


def test_a_batch_says_how_far_how_fast_and_at_what_cost(online: ForkedQwentts) -> None:
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


def test_the_cost_is_shown_where_the_price_is_known(online: ForkedQwentts) -> None:
    """Of the sandbox it is that of the service which it imitates."""
    del online.env["QWENTTS_BASE_URL"]
    (online.folder / "in.txt").write_text("".join(f"Line {number}.\n" for number in range(3)))
    drawn = shown(online, "batch", "in.txt", "--lines", "-d", "out", "--region", "sandbox")
    assert re.search(r"3 of 3 items, 0\.\d+ [A-Z]{3}, \d+ characters billed", drawn)


def test_a_file_with_chapters_says_how_much_of_it_is_encoded(online: ForkedQwentts) -> None:
    """It begins with their times, so that it is written when all sound is there."""
    (online.folder / "book.md").write_text("# One\n\nIt begins.\n\n# Two\n\nIt ends.\n")
    drawn = shown(online, "say", "-f", "book.md", "-o", "book.mp3")
    assert re.search(r"(\d+:\d\d) of \1 encoded", drawn)


def test_a_long_text_says_how_far(online: ForkedQwentts) -> None:
    drawn = shown(online, "say", "A sentence of some length. " * 60, "-o", "long.wav")
    assert re.search(r"\d+ of 1\d{3} characters, \d+ billed, \d+ s of sound", drawn)


def test_a_narrow_line_leaves_out_what_matters_least(online: ForkedQwentts) -> None:
    """How far it is stays, whole; the characters that were billed go."""
    (online.folder / "in.txt").write_text("".join(f"Line {number}.\n" for number in range(3)))
    drawn = shown(online, "batch", "in.txt", "--lines", "-d", "out", columns=40)
    assert "3 of 3 items" in drawn
    assert "characters billed" not in drawn


def test_the_line_says_what_is_waited_for_and_until_when(qwentts: ForkedQwentts) -> None:
    """From the first pause on; and when it goes on, how far it is again."""
    with Sandbox(voice_engine="tones", faults="post:retry-after=1#1") as server:
        at(qwentts, server)
        drawn = shown(qwentts, "say", "Hi.", "-o", "a.wav")
    assert re.search(r"waiting until \d\d:\d\d:\d\d: the rate limit of the account is reached", drawn)
    assert drawn.rindex("3 of 3 characters") > drawn.rindex("waiting until")


def test_without_a_terminal_a_line_says_it_once(qwentts: ForkedQwentts) -> None:
    """However many requests wait."""
    (qwentts.folder / "in.txt").write_text("One.\nTwo.\nThree.\n")
    with Sandbox(voice_engine="tones", faults="post:retry-after=1#1,post:retry-after=1#2") as server:
        told = at(qwentts, server)("batch", "in.txt", "--lines", "-d", "out", "--jobs", "3").stderr
    assert told.count("waiting for another try: the rate limit of the account is reached") == 1


def test_the_first_line_has_a_word_and_an_end(qwentts: ForkedQwentts) -> None:
    """Also while the first answer is waited for; and on 60 columns the time that is left stays."""
    with Sandbox(voice_engine="tones", faults="post:latency=0.3") as server:
        at(qwentts, server)
        (qwentts.folder / "in.txt").write_text("One line of many lines.\n" * 3)
        drawn = shown(qwentts, "batch", "in.txt", "--lines", "-d", "out", "-j", "1", columns=60)
        assert "-:--:-- 0 of 3 items" in drawn
        assert re.search(r"\d:\d\d:\d\d 3 of 3 items, \d+ characters billed", drawn)
        drawn = shown(qwentts, "say", "One sentence of many. " * 3, "-o", "a.wav", columns=60)
        assert re.search(r"-:--:-- 0 of \d\d characters", drawn)


def test_nothing_is_drawn_over_what_is_typed(online: ForkedQwentts) -> None:
    """`say -` on a terminal: no live line, and how to end it is said."""
    with open_program(online, "say", "-", "-o", "a.wav", env={"TERM": "xterm"}) as terminal:
        terminal.wait_for("Ctrl-D ends it.")
        terminal.type("Hello there.\r")
        terminal.type("\x04")
        drawn = terminal.read_all()
    assert "\x1b" not in drawn
    assert "a.wav" in drawn
    assert read_back(online.folder / "a.wav") == "Hello there."


def test_ctrl_c_says_what_is_kept(qwentts: ForkedQwentts) -> None:
    """What was paid for before is not paid for again, and a script's `--no-cache` has nothing."""
    text = "\n\n".join(f"Sentence {number} of many." for number in range(6))
    for more, told in (((), "their sound is kept"), (("--no-cache",), "their sound is not kept")):
        with Sandbox(voice_engine="tones", faults="post:stall#3") as server:
            at(qwentts, server)
            args = ("say", text, "-o", "a.wav", "-j", "1", "--paragraph-pause", "0.1", *more)
            with qwentts.running(*args) as run:
                until(lambda: sum(record.phase == "post" for record in server.ledger) >= 3)
                run.send(signal.SIGINT)
                result = run.wait()
        assert result.code == 130
        assert told in result.stderr
