"""However a batch ends, what it says and what it keeps agree with the files, and nothing is paid twice."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import Qwentts, at
from tests.reliability.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.forked import ForkedQwentts

ITEMS = "".join(
    json.dumps({"id": f"m{number:03}", "text": f"Item {number:03}."}) + "\n" for number in range(24)
)


def bills(sandbox: Sandbox) -> int:
    return sum(record.phase == "post" and record.status == 200 for record in sandbox.ledger)


def made(stderr: str) -> int:
    found = re.search(r"(\d+) made ", stderr)
    assert found
    return int(found[1])


def waves(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.wav"))


def stages(folder: Path) -> set[str]:
    """What the journal of a batch says of the items that were begun."""
    with closing(sqlite3.connect(folder / ".qwentts/journal.sqlite")) as database:
        return {stage for (stage,) in database.execute("SELECT stage FROM files")}


def kill_in_the_middle(qwentts: ForkedQwentts, server: Sandbox, *args: str) -> None:
    """Kill a batch when its first item is made and the server, by its fault, keeps it from its end."""
    with qwentts.piped(*args) as (run, _, stdout):
        stdout.readline()
        until(lambda: [record.fault for record in server.ledger if record.fault])
        run.send(signal.SIGKILL)
        run.wait()


@pytest.fixture
def listed(online: Qwentts) -> Qwentts:
    (online.folder / "items.jsonl").write_text(ITEMS)
    return online


@pytest.mark.parametrize("jobs", ["1", "16"])
def test_a_stop_by_the_budget_counts_what_was_finished(listed: Qwentts, sandbox: Sandbox, jobs: str) -> None:
    """Without a cache even: files, paths, rows and the last line agree, and the rest is bought once."""
    args = ("batch", "items.jsonl", "-d", "out", "--no-cache", "--jobs", jobs)
    stopped = listed(*args, "--max-characters", "72", "--jsonl", "--report", "rows.jsonl", code=10)
    there = waves(listed.folder / "out")
    assert made(stopped.stderr) == len(there) == bills(sandbox) == 8
    rows = [json.loads(line) for line in stopped.text.splitlines()]
    assert sorted(row["output"].removeprefix("out/") for row in rows) == there
    assert len((listed.folder / "rows.jsonl").read_text().splitlines()) == 8
    listed(*args)
    assert bills(sandbox) == 24


def test_an_interrupt_counts_what_was_finished(qwentts: ForkedQwentts) -> None:
    """Ctrl-C in the middle: every whole file is known to the next run, and none is bought again."""
    (qwentts.folder / "items.jsonl").write_text(ITEMS)
    args = ("batch", "items.jsonl", "-d", "out", "--no-cache", "--jobs", "8")
    with Sandbox(voice_engine="tones", faults="post:latency=0.3,post:stall#20") as server:
        at(qwentts, server)
        with qwentts.piped(*args) as (run, _, stdout):
            stdout.readline()
            run.send(signal.SIGINT)
            stdout.read()
            result = run.wait()
        assert result.code == 130
        there = waves(qwentts.folder / "out")
        assert made(result.stderr) == len(there) < 24
        states = qwentts(*args, "--explain").text.splitlines()
        assert sum(line.endswith(": already there") for line in states) == len(there)


def test_a_kill_is_told_once(qwentts: ForkedQwentts) -> None:
    """What a killed run had asked for may be paid twice; the next run says so, the one after does not."""
    (qwentts.folder / "items.jsonl").write_text(ITEMS)
    args = ("batch", "items.jsonl", "-d", "out", "--jobs", "1")
    with Sandbox(voice_engine="tones", faults="post:stall#5") as server:
        at(qwentts, server)
        kill_in_the_middle(qwentts, server, *args)
        told = r"an earlier run was killed while it made \d+ items?; .* may be billed twice"
        assert re.search(told, qwentts(*args, "--limit", "1").stderr)
        assert "earlier run" not in qwentts(*args, "--limit", "1").stderr


def test_what_is_left_out_is_told_and_remembered(qwentts: Qwentts) -> None:
    """A sentence that the filter refused: a warning with its place, and in every later report too."""
    (qwentts.folder / "a.txt").write_text("Good one.\nThe dragon speaks. Good again.")
    args = ("batch", "a.txt", "-d", "out", "--on-refused", "skip")
    with Sandbox(voice_engine="tones", faults="post:refuse=dragon") as server:
        stderr = at(qwentts, server)(*args).stderr
        assert "a.txt: text at line 2, column 1: left out 18 characters that the filter refused" in stderr
        assert "; 1 with sentences left out\n" in stderr
        [gap] = json.loads(qwentts(*args, "--jsonl").text)["gaps"]
        assert (gap["line"], gap["column"]) == (2, 1)
        qwentts(*args, "--report", "page.html")
    assert "Left out" in (qwentts.folder / "page.html").read_text(encoding="utf-8")


def test_a_failed_item_is_named_and_explained(qwentts: Qwentts) -> None:
    """Also with --fail-fast; running the same again is not advised for what was refused."""
    (qwentts.folder / "in.txt").write_text("Good.\nThe dragon.\n")
    args = ("batch", "in.txt", "--lines", "-d", "out", "--jobs", "1")
    with Sandbox(voice_engine="tones", faults="post:refuse=dragon") as server:
        assert "in.txt:2: " in at(qwentts, server)(*args, "--fail-fast", code=6).stderr
        stderr = qwentts(*args, code=8).stderr
        assert "to make what is missing (1), change what was refused" in stderr
        assert qwentts(*args, "--explain").text.splitlines()[1] == "out/0002.wav: failed"


def test_what_helps_all_that_failed_is_told_at_the_end(qwentts: Qwentts) -> None:
    """Such as for a model that is gone; what helps only some of them is in `--json` and the report."""
    (qwentts.folder / "in.txt").write_text("One.\nTwo.\n")
    args = ("batch", "in.txt", "--lines", "-d", "out")
    with Sandbox(voice_engine="tones", faults="post:code=ModelNotFound") as server:
        stderr = at(qwentts, server)(*args, code=8).stderr
    hint = "Check --model and --region, or --base-url. Then run the same command again; what is done is kept."
    assert stderr.endswith(f"2 of 2 items failed. {hint}\n")


def test_scripts_learn_what_was_done_before_an_error(listed: Qwentts) -> None:
    """One document with both; all that is wrong with a list is in it."""
    args = ("batch", "items.jsonl", "-d", "out", "--json")
    document = listed(*args, "--max-characters", "45", "--jobs", "1", code=10).json
    assert (len(document["items"]), document["summary"]["made"], document["error"]["exit"]) == (5, 5, 10)
    assert len(listed(*args, "--limit", "7").json["items"]) == 7
    (listed.folder / "bad.jsonl").write_text('{"txet": "a"}\n{"text": 7}\n')
    details = listed("batch", "bad.jsonl", "-d", "new", "--json", code=2).error["details"]
    assert ["bad.jsonl:1" in details[0], "bad.jsonl:2" in details[-1]] == [True, True]


def test_a_report_takes_nobodys_place(listed: Qwentts, sandbox: Sandbox) -> None:
    """Not even the list's own; a report that was written by the batch is replaced by the next."""
    args = ("batch", "items.jsonl", "-d", "out", "--limit", "2", "--report")
    assert "items.jsonl: already exists" in listed(*args, "items.jsonl", code=2).stderr
    assert (listed.folder / "items.jsonl").read_text() == ITEMS
    assert not sandbox.ledger
    listed(*args, "rows.jsonl")
    listed(*args, "rows.jsonl")
    (listed.folder / "rows.jsonl").write_text("my own words")
    assert "rows.jsonl: already exists" in listed(*args, "rows.jsonl", code=2).stderr
    listed(*args, "rows.jsonl", "--force")


def test_parts_are_not_made_beside_the_whole(listed: ForkedQwentts) -> None:
    """Part and part go together; the whole list waits for both."""
    args = ("batch", "items.jsonl", "-d", "out")
    with Sandbox(voice_engine="tones", faults="post:latency=0.2") as slow:
        at(listed, slow)
        with listed.piped(*args, "--shard", "1/2") as (part, _, stdout):
            stdout.readline()
            part.send(signal.SIGSTOP)
            assert "another process" in listed(*args, code=9).stderr
            part.send(signal.SIGCONT)
            listed(*args, "--shard", "2/2")
            stdout.read()
            assert part.wait().code == 0
        assert listed(*args).text == ""


def test_small_slips_are_told(listed: Qwentts) -> None:
    """An empty folder's name, an unknown voice of an item, and instructions that do nothing."""
    assert "-d names no folder" in listed("batch", "items.jsonl", "-d", "", code=2).stderr
    (listed.folder / "taken").write_text("")
    assert "taken is no folder" in listed("batch", "items.jsonl", "-d", "taken", code=2).stderr
    row = {"text": "a", "voice": "Zanzibar", "instructions": "Whisper."}
    (listed.folder / "odd.jsonl").write_text((json.dumps(row) + "\n") * 3)
    stderr = listed("batch", "odd.jsonl", "-d", "odd", "--dry-run").stderr
    assert stderr.count("Zanzibar") == 1
    assert stderr.count("instructions") == 1


def test_who_only_asks_leaves_no_trace(listed: Qwentts) -> None:
    """Nothing is begun anew there, and nothing is left behind."""
    args = ("batch", "items.jsonl", "-d", "out", "--limit", "2")
    listed(*args)
    hidden = listed.folder / "out/.qwentts"
    before = sorted(hidden.iterdir())
    assert listed(*args, "--explain").text.count(": already there") == 2
    assert sorted(hidden.iterdir()) == before


def test_what_the_sandbox_made_is_not_done_for_the_service(listed: Qwentts) -> None:
    """Whoever tried it with `--region sandbox` gets real voices afterwards."""
    args = ("batch", "items.jsonl", "-d", "out", "--limit", "2")
    url = listed.env.pop("QWENTTS_BASE_URL")
    listed(*args, "--region", "sandbox")
    listed(*args, "--region", "sandbox", "--check")
    listed.env["QWENTTS_BASE_URL"] = url
    assert listed(*args, "--explain").text.splitlines() == [
        "out/m000.wav: sandbox: yes → none",
        "out/m001.wav: sandbox: yes → none",
    ]


def test_parts_and_whole_agree(listed: Qwentts, sandbox: Sandbox) -> None:
    """Whichever of them wrote a file last, the others know it for theirs."""
    args = ("batch", "items.jsonl", "-d", "out")
    listed(*args)
    (listed.folder / "items.jsonl").write_text(
        ITEMS.replace("Item 007", "Item seven").replace("8.", "eight.")
    )
    before = bills(sandbox)
    for part in ("1/2", "2/2"):
        listed(*args, "--shard", part)
    assert bills(sandbox) == before + 3
    assert listed(*args).text == ""
    assert bills(sandbox) == before + 3


def test_leftovers_of_a_kill_go_everywhere(qwentts: ForkedQwentts) -> None:
    """In the folders below the output folder too."""
    rows = [{"text": f"Item {number}.", "output": f"sub/{number}.wav"} for number in range(20)]
    (qwentts.folder / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    args = ("batch", "items.jsonl", "-d", "out", "--jobs", "1")
    with Sandbox(voice_engine="tones", faults="post:stall#5") as server:
        at(qwentts, server)
        kill_in_the_middle(qwentts, server, *args)
        assert list(qwentts.folder.glob("out/sub/.qwentts-*"))
        qwentts(*args)
    assert len(list((qwentts.folder / "out/sub").iterdir())) == 20


def test_a_damaged_journal_is_made_good(listed: Qwentts, sandbox: Sandbox) -> None:
    """What it knew is made again out of the cache, and nothing is refused as foreign."""
    args = ("batch", "items.jsonl", "-d", "out", "--limit", "4")
    listed(*args)
    journal = listed.folder / "out/.qwentts/journal.sqlite"
    journal.write_bytes(b"no database at all" * 100)
    assert "cannot use the journal" in listed(*args, "--check", code=7).stderr
    stderr = listed(*args).stderr
    assert "the journal was damaged; it is kept as out" in stderr
    assert "4 made from the cache, nothing billed" in stderr
    assert bills(sandbox) == 4
    assert "4 already there, nothing to make" in listed(*args).stderr


def test_who_is_impatient_waits_for_nothing(qwentts: ForkedQwentts) -> None:
    """A second Ctrl-C ends the wait for answers that were paid for; what may be lost is told."""
    (qwentts.folder / "items.jsonl").write_text(ITEMS)
    # They come byte by byte, in five seconds: a run that is interrupted once waits that long.
    with Sandbox(voice_engine="tones", faults="post:drip-headers=0.007") as server:
        at(qwentts, server)
        with qwentts.running("batch", "items.jsonl", "-d", "out", "--jobs", "2") as run:
            until(lambda: len(server.ledger) == 2)
            run.send(signal.SIGINT)
            # What the batch then called off; Python would take two at the same moment for one.
            until(lambda: stages(qwentts.folder / "out") == {"stopped"})
            run.send(signal.SIGINT)
            result = run.wait()
    assert result.code == 130
    assert " made" not in result.stderr
    assert "2 requests may have been billed twice" in result.stderr


def test_lines_and_then_a_summary(qwentts: Qwentts) -> None:
    """With both options every line is JSON, the last the summary; a warning has what support asks for."""
    (qwentts.folder / "in.txt").write_text("Good.\nThe dragon.\n")
    with Sandbox(voice_engine="tones", faults="post:refuse=dragon") as server:
        run = at(qwentts, server)("batch", "in.txt", "--lines", "-d", "out", "--json", "--jsonl", code=8)
    *rows, last = (json.loads(line) for line in run.text.splitlines())
    assert sorted(row["status"] for row in rows) == ["failed", "made"]
    assert (last["summary"]["made"], last["summary"]["failed"]) == (1, 1)
    assert re.search(r"Warning: in\.txt:2: .* \[DataInspectionFailed, request [\w-]+\]", run.stderr)


def test_a_stop_by_the_budget_waits_for_what_is_paid(qwentts: Qwentts) -> None:
    """Answers that take their time are not thrown away because the budget ended meanwhile."""
    (qwentts.folder / "items.jsonl").write_text(ITEMS)
    args = ("batch", "items.jsonl", "-d", "out", "--no-cache", "--jobs", "4", "--max-characters", "36")
    with Sandbox(voice_engine="tones", faults="post:latency=0.5") as server:
        stderr = at(qwentts, server)(*args, code=10).stderr
        assert bills(server) == len(waves(qwentts.folder / "out")) == made(stderr) == 4
        assert "billed twice" not in stderr


def test_a_limit_needs_the_price_of_every_model(listed: Qwentts) -> None:
    """A row of a model without one is told before anything is sent."""
    rows = [{"text": "a"}, {"text": "b", "model": "qwen9-tts-new"}]
    (listed.folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    del listed.env["QWENTTS_BASE_URL"]
    args = ("batch", "rows.jsonl", "-d", "out", "--region", "sandbox")
    stderr = listed(*args, "--max-cost", "5", code=2).stderr
    assert "rows.jsonl:2: the price of qwen9-tts-new is not known. Use --max-characters instead." in stderr
    assert not (listed.folder / "out").exists()


def test_what_could_not_begin_has_no_summary(qwentts: Qwentts) -> None:
    """Without a key there is one line, the one that says so."""
    (qwentts.folder / "in.txt").write_text("A line.\n")
    stderr = qwentts("batch", "in.txt", "--lines", "-d", "out", code=3).stderr
    assert stderr.startswith("Error: no API key is set")
    assert stderr.count("\n") == 1
