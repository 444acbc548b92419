"""A sound that says too little or too much is told of, and asked for again with `--retake`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import at
from tests.tones import read_back

if TYPE_CHECKING:
    from tests.conftest import Qwentts

TEXT = "Nobody had asked her, so she said nothing, and the tide went out again without her."


@pytest.mark.parametrize("fault", ["get:short=30", "get:silence", "get:long"])
def test_an_implausible_sound_is_warned_of(qwentts: Qwentts, fault: str) -> None:
    """With its place and its seconds; it is written all the same, and the exit code is 0."""
    with Sandbox(voice_engine="tones", faults=fault) as sandbox:
        done = at(qwentts, sandbox)("say", TEXT, "-o", "a.wav", "--json")
    assert "text at line 1, column 1: " in done.stderr
    (doubt,) = done.json["files"][0]["doubts"]
    assert (doubt["line"], doubt["column"]) == (1, 1)
    assert 4 < doubt["expected_s"] < 7


def test_a_good_sound_is_not_warned_of(online: Qwentts) -> None:
    """There is nothing in the document either."""
    done = online("say", TEXT, "-o", "a.wav", "--json")
    assert "Warning" not in done.stderr
    assert done.json["files"][0]["doubts"] == []


def test_a_retake_replaces_it(qwentts: Qwentts) -> None:
    """The file says it all, what was asked for twice is billed twice, and the cache has the better one."""
    with Sandbox(voice_engine="tones", faults="get:short=30#1") as sandbox:
        run = at(qwentts, sandbox)
        done = run("say", TEXT, "-o", "a.wav", "--retake", "2", "--json")
        again = run("say", TEXT, "-o", "b.wav", "--json")
    assert read_back(run.folder / "a.wav") == read_back(run.folder / "b.wav") == TEXT
    assert "Warning" not in done.stderr
    assert done.json["usage"].items() >= {"characters": 2 * len(TEXT), "requests": 2}.items()
    assert done.json["files"][0]["characters"] == len(TEXT)
    assert again.json["files"][0]["cached"] is True


def test_retakes_end_and_the_warning_remains(qwentts: Qwentts) -> None:
    """After so many of them the best one is kept, and the exit code is 0."""
    with Sandbox(voice_engine="tones", faults="get:short=30") as sandbox:
        done = at(qwentts, sandbox)("say", TEXT, "-o", "a.wav", "--retake", "2")
        assert sum(record.method == "POST" for record in sandbox.ledger) == 3
    assert "s of sound where about" in done.stderr


@pytest.mark.parametrize("speed", [(), ("--speed", "1.2")])
def test_a_worse_retake_is_not_kept(qwentts: Qwentts, speed: tuple[str, ...]) -> None:
    """What is in the cache is what was delivered, also where every take is bad."""
    faults = "get:short=20#1,get:short=30#2,get:short=10"
    with Sandbox(voice_engine="tones", faults=faults) as sandbox:
        run = at(qwentts, sandbox)
        run("say", TEXT, "-o", "a.wav", "--retake", "3", *speed)
        again = run("say", TEXT, "-o", "b.wav", "--json", *speed)
        assert sum(record.method == "POST" for record in sandbox.ledger) == 4
    assert again.json["files"][0]["cached"] is True
    assert (run.folder / "a.wav").read_bytes() == (run.folder / "b.wav").read_bytes()
    assert not list((run.home / ".local" / "state" / "qwentts" / "pending").iterdir())


def test_a_retake_keeps_within_the_budget(qwentts: Qwentts) -> None:
    """What would cost too much is not asked for; what there is stays."""
    with Sandbox(voice_engine="tones", faults="get:short=30") as sandbox:
        run = at(qwentts, sandbox)
        done = run("say", TEXT, "-o", "a.wav", "--retake", "2", "--max-characters", str(len(TEXT) + 10))
        assert sum(record.method == "POST" for record in sandbox.ledger) == 1
    assert "s of sound where about" in done.stderr


def test_what_is_heard_early_cannot_be_taken_back(online: Qwentts) -> None:
    """It is refused before anything is sent."""
    assert "--retake is for files" in online("say", TEXT, "-o", "-", "--retake", "1", code=2).stderr


def test_batch_tells_of_it_and_takes_again(qwentts: Qwentts) -> None:
    """In the item's row, and on the last line."""
    (qwentts.folder / "list.txt").write_text(f"{TEXT}\n", encoding="utf-8")
    with Sandbox(voice_engine="tones", faults="get:short=30#1") as sandbox:
        run = at(qwentts, sandbox)
        made = run("batch", "list.txt", "--lines", "-d", "out", "--report", "report.html", "--json")
        again = run("batch", "list.txt", "--lines", "-d", "new", "--refresh", "--retake", "1", "--json")
    assert len(made.json["items"][0]["doubts"]) == 1
    assert "s expected" in (run.folder / "report.html").read_text(encoding="utf-8")
    assert again.json["items"][0]["doubts"] == []
