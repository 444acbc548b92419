"""`qwentts batch`: many texts, each to a file that says it, and nothing done or paid twice."""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import Qwentts, at
from tests.reliability.waiting import until
from tests.tones import read_back, without_space

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.forked import ForkedQwentts


def write_texts(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def posts(sandbox: Sandbox) -> int:
    return sum(record.phase == "post" for record in sandbox.ledger)


TEXTS = {"in/ch2.txt": "第二章。", "in/ch10.txt": "Chapter ten.", "in/more/a.txt": "More."}


def test_a_report_may_lie_beside_the_audio(online: Qwentts) -> None:
    """The folder that the batch makes is there for the page too; another kind of report is refused unsent."""
    write_texts(online.folder, TEXTS)
    online("batch", "in", "-d", "out", "--report", "out/page.html")
    assert "Chapter ten." in (online.folder / "out/page.html").read_text(encoding="utf-8")
    assert ".html" in online("batch", "in", "-d", "new", "--report", "page.pdf", code=2).stderr


def test_a_folder_becomes_a_folder(online: Qwentts) -> None:
    """Every text has a file of its own, in the same tree; stdout has the paths, stderr a last line."""
    write_texts(online.folder, TEXTS)
    result = online("batch", "in", "-d", "out")
    assert result.text.splitlines() == ["out/ch2.wav", "out/ch10.wav", "out/more/a.wav"]
    assert read_back(online.folder / "out/ch2.wav") == "第二章。"
    assert read_back(online.folder / "out/more/a.wav") == "More."
    assert result.stderr == "3 made (24 characters, 0:02 of sound) in out/\n"


def test_a_second_run_makes_only_what_changed(online: Qwentts, sandbox: Sandbox) -> None:
    """Nothing to do is no request; an edited text, a removed file, another voice is made again."""
    write_texts(online.folder, TEXTS)
    online("batch", "in", "-d", "out")
    before = {path: path.stat().st_mtime_ns for path in online.folder.glob("out/**/*.wav")}
    assert online("batch", "in", "-d", "out").text == ""
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert posts(sandbox) == 3
    write_texts(online.folder, {"in/ch10.txt": "Chapter ten, edited."})
    (online.folder / "out/more/a.wav").unlink()
    assert sorted(online("batch", "in", "-d", "out").text.split()) == ["out/ch10.wav", "out/more/a.wav"]
    assert read_back(online.folder / "out/ch10.wav") == "Chapter ten, edited."
    assert posts(sandbox) == 4  # the removed file came out of the cache
    assert len(online("batch", "in", "-d", "out", "-v", "Ethan").text.split()) == 3


def test_explain_and_check_send_nothing(online: Qwentts, sandbox: Sandbox) -> None:
    """Scripts ask before they pay: why each item would be made, and whether any would."""
    write_texts(online.folder, TEXTS)
    assert online("batch", "in", "-d", "out", "--check", code=8).text == ""
    assert not (online.folder / "out").exists()
    online("batch", "in", "-d", "out")
    online("batch", "in", "-d", "out", "--check")
    write_texts(online.folder, {"in/ch2.txt": "Anders."})
    (online.folder / "out/more/a.wav").unlink()
    assert online("batch", "in", "-d", "out", "--explain").text.splitlines() == [
        "out/ch2.wav: text changed",
        "out/ch10.wav: already there",
        "out/more/a.wav: its file is missing",
    ]
    assert posts(sandbox) == 3


def test_explain_names_what_changed(online: Qwentts) -> None:
    """The option with its value then and now; what an older version made has none noted."""
    write_texts(online.folder, {"in/a.txt": "One."})
    args = ("batch", "in", "-d", "out", "--explain")
    online(*args[:-1], "--pause", "0.5")
    shown = online(*args, "-v", "Ethan", "-l", "zh", "--pause", "0.5").text
    assert shown == "out/a.wav: voice: Cherry → Ethan, language: none → Chinese\n"
    rows = online(*args, "--json").json["items"]
    assert rows[0]["changes"] == [{"option": "pause", "before": "0.5", "after": None}]
    louder = online(*args, "--pause", "0.5", "--loudness", "-20").text
    assert louder == "out/a.wav: loudness: none → -20\n"
    write_texts(online.folder, {"in/a.txt": "Two."})
    assert online(*args, "--pause", "0.5").text == "out/a.wav: text changed\n"
    with (
        closing(sqlite3.connect(next((online.folder / "out/.qwentts").glob("*.sqlite")))) as database,
        database,
    ):
        database.execute("UPDATE files SET options = NULL")
    assert online(*args).text == "out/a.wav: text or options changed\n"


def test_a_list_of_items_has_voices_and_names_of_its_own(online: Qwentts, sandbox: Sandbox) -> None:
    """JSON Lines, CSV and lines of stdin; fields of an item go before options."""
    rows = [
        {"text": "One.", "id": "first", "voice": "ethan"},
        {"text": "二。", "output": "sub/zwei.wav", "language": "zh"},
        {"text": "Three."},
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (online.folder / "items.jsonl").write_text(text)
    online("batch", "items.jsonl", "-d", "out")
    assert read_back(online.folder / "out/first.wav") == "One."
    assert read_back(online.folder / "out/sub/zwei.wav") == "二。"
    assert read_back(online.folder / "out/0003.wav") == "Three."
    bodies = [json.loads(record.body)["input"] for record in sandbox.ledger if record.phase == "post"]
    assert sorted(bodies, key=lambda body: len(body["text"])) == [
        {"text": "二。", "voice": "Cherry", "language_type": "Chinese"},
        {"text": "One.", "voice": "Ethan"},
        {"text": "Three.", "voice": "Cherry"},
    ]
    online("batch", "-", "-d", "lines", "--name", "{n:02}-{voice}", stdin=b"Eins.\n\nZwei.\n")
    assert read_back(online.folder / "lines/02-Cherry.wav") == "Zwei."


def test_every_problem_is_told_before_anything_is_sent(online: Qwentts, sandbox: Sandbox) -> None:
    """File, line and what is wrong, all at once; exit 2 and not one request."""
    (online.folder / "items.jsonl").write_text(
        '{"text": "One.", "id": "a"}\n{"txet": "Two."}\n{"text": "a"\n{"text": "x", "voice": "Chery"}\n'
        '{"text": "y", "id": "A"}\n'
    )
    stderr = online("batch", "items.jsonl", "-d", "out", code=2).stderr
    for words in (
        "items.jsonl:2",
        "Did you mean text",
        "items.jsonl:3",
        "Did you mean Cherry",
        "items.jsonl:5",
    ):
        assert words in stderr
    assert sandbox.ledger == []
    assert not (online.folder / "out").exists()


def test_a_bad_item_does_not_stop_the_rest(qwentts: Qwentts) -> None:
    """Exit 8; the others are made, the bad one is told and in the report, and is not sent again."""
    write_texts(qwentts.folder, {f"in/{n}.txt": f"Item {n} is fine." for n in range(6)})
    write_texts(qwentts.folder, {"in/3.txt": "This one is forbidden."})
    with Sandbox(voice_engine="tones", faults="post:refuse=forbidden") as server:
        result = at(qwentts, server)("batch", "in", "-d", "out", "--report", "r.jsonl", "--json", code=8)
        assert sum("forbidden" in record.body for record in server.ledger) == 1
    assert result.json["summary"]["made"] == 5
    rows = [json.loads(line) for line in (qwentts.folder / "r.jsonl").read_text().splitlines()]
    failed = [row for row in rows if row["status"] == "failed"]
    assert [row["source"] for row in failed] == ["in/3.txt"]
    assert failed[0]["error"]["code"] == "DataInspectionFailed"
    assert not (qwentts.folder / "out/3.wav").exists()


def test_a_refused_sentence_can_be_left_out(qwentts: Qwentts) -> None:
    """Bisected to the sentence, which is told by line and column, is silent, and is asked for once."""
    text = "One is fine. Two is fine.\nThree is forbidden. Four is fine. Five is fine. Six is fine."
    write_texts(qwentts.folder, {"a.txt": text})
    with Sandbox(voice_engine="tones", faults="post:refuse=forbidden") as server:
        result = at(qwentts, server)("batch", "a.txt", "-d", "out", "--on-refused", "skip", "--json")
        refused = [
            json.loads(record.body)["input"]["text"] for record in server.ledger if record.status == 400
        ]
    assert len(refused) == len(set(refused)) <= 4
    assert result.json["items"][0]["gaps"] == [{"line": 2, "column": 1, "characters": 19}]
    spoken = read_back(qwentts.folder / "out/a.wav")
    assert without_space(spoken) == without_space(text.replace("Three is forbidden. ", ""))


@pytest.mark.parametrize("fault", ["code=InvalidApiKey", "code=Arrearage"])
def test_what_fails_for_all_stops_at_once(qwentts: Qwentts, fault: str) -> None:
    """A wrong key is not tried a thousand times."""
    write_texts(qwentts.folder, {f"in/{n}.txt": f"Item {n}." for n in range(60)})
    with Sandbox(voice_engine="tones", faults=f"post:{fault}") as server:
        at(qwentts, server)("batch", "in", "-d", "out", "-j", "4", code=3 if "Key" in fault else 4)
        assert posts(server) <= 8


def test_two_batches_cannot_share_a_folder(qwentts: ForkedQwentts) -> None:
    """The second is told who holds it, and exits 9."""
    write_texts(qwentts.folder, {"in/a.txt": "Slow."})
    with Sandbox(voice_engine="tones", faults="post:stall") as server:
        at(qwentts, server)
        with qwentts.running("batch", "in", "-d", "out") as first:
            lock = qwentts.folder / "out/.qwentts/journal.lock"
            until(lambda: lock.exists() and lock.read_text())
            assert str(first.pid) in qwentts("batch", "in", "-d", "out", code=9).stderr


def test_shards_are_a_partition(online: Qwentts) -> None:
    """Machines that know only I and N make everything once between them, in one folder."""
    write_texts(online.folder, {f"in/{n}.txt": f"Item {n}." for n in range(10)})
    made = [online("batch", "in", "-d", "out", "--shard", f"{i}/3").text.split() for i in (1, 2, 3)]
    assert sorted(map(len, made)) == [3, 3, 4]
    assert len({path for part in made for path in part}) == 10
    assert online("batch", "in", "-d", "out").text == ""


@pytest.mark.parametrize("jobs", ["1", "16"])
def test_a_budget_is_not_crossed(online: Qwentts, sandbox: Sandbox, jobs: str) -> None:
    """Whatever the number of workers, the request that would cross it is not sent; exit 10, and resumable."""
    write_texts(online.folder, {f"in/{n:02}.txt": f"Text no{n:02}." for n in range(10)})
    online("batch", "in", "-d", "out", "--max-characters", "45", "-j", jobs, code=10)
    assert sum(record.billed for record in sandbox.ledger) == 40
    online("batch", "in", "-d", "out", "-j", jobs)
    assert sum(record.billed for record in sandbox.ledger) == 100


def test_a_foreign_file_is_kept(online: Qwentts, sandbox: Sandbox) -> None:
    """A file that no batch made is nobody's to overwrite; --force says otherwise."""
    write_texts(online.folder, {"in/a.txt": "Text.", "out/a.wav": "precious"})
    assert "--force" in online("batch", "in", "-d", "out", code=2).stderr
    assert (online.folder / "out/a.wav").read_text() == "precious"
    assert sandbox.ledger == []
    online("batch", "in", "-d", "out", "--force")
    assert read_back(online.folder / "out/a.wav") == "Text."


def test_a_killed_batch_resumes(qwentts: ForkedQwentts) -> None:
    """After SIGKILL the same command finishes: bills at most the items and the workers, no leftovers."""
    args = ("batch", "in", "-d", "out", "--jobs", "2")
    write_texts(qwentts.folder, {f"in/{n:02}.txt": f"Item number {n}." for n in range(30)})
    with Sandbox(voice_engine="tones", faults="post:latency=0.02") as server:
        at(qwentts, server)
        for _ in range(3):
            with qwentts.piped(*args) as (run, _, stdout):
                for _ in range(6):
                    stdout.readline()
                run.send(signal.SIGKILL)
                run.wait()
        qwentts(*args)
        bills = sum(record.billed > 0 for record in server.ledger)
    assert bills <= 30 + 3 * 2
    names = sorted(path.name for path in (qwentts.folder / "out").iterdir() if path.name != ".qwentts")
    assert names == [f"{n:02}.wav" for n in range(30)]
    for n in (0, 10, 29):
        assert read_back(qwentts.folder / f"out/{n:02}.wav") == f"Item number {n}."


def test_a_dry_run_tells_what_it_would_take(online: Qwentts, sandbox: Sandbox) -> None:
    """Items, segments, characters, price and time, counted as the service counts."""
    write_texts(online.folder, {"a.txt": "你好。" * 300, "b.txt": "Hi."})
    facts = online("batch", "a.txt", "b.txt", "-d", "out", "--dry-run", "--json").json
    assert facts["items"] == facts["to_make"] == 2
    assert facts["characters"] == 1503
    assert facts["segments"] == 4
    assert sandbox.ledger == []


def test_rows_are_in_the_order_of_the_list_and_say_what_they_are(qwentts: Qwentts) -> None:
    """With its id, its beginning, whether it cost anything, and what, in numbers with a currency beside."""
    rows = [{"id": f"item{n}", "text": f"This is item {n}. " * (5 - n)} for n in range(3)]
    (qwentts.folder / "l.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    batch = ("batch", "l.jsonl", "--region", "sandbox", "--json", "-d")
    made = qwentts(*batch, "a").json["items"]
    assert [row["id"] for row in made] == [row["id"] for row in rows]
    assert made[0]["text"].startswith("This is item 0. This")
    assert (made[2]["billed"], made[2]["cost"], made[2]["currency"]) == (47, 0.00047, "USD")
    assert {row["cached"] for row in made} == {False}
    again = qwentts(*batch, "b").json["items"]
    assert {(row["cached"], row["cost"]) for row in again} == {(True, 0)}


def test_a_table_may_say_what_is_between_its_cells(online: Qwentts) -> None:
    """As Excel notes it in a first line; and a table without a header is said to be that."""
    (online.folder / "t.csv").write_text("sep=;\nid;text\na;One, two.\n")
    online("batch", "t.csv", "-d", "out")
    assert read_back(online.folder / "out/a.wav") == "One, two."
    (online.folder / "n.csv").write_text("The first of all sentences.,Cherry\nAnd another one.,Ethan\n")
    assert "the file has no header" in online("batch", "n.csv", "-d", "out", code=2).stderr


def test_events_are_json_lines(online: Qwentts) -> None:
    """With --jsonl each item is a line as it ends."""
    write_texts(online.folder, TEXTS)
    rows = [json.loads(line) for line in online("batch", "in", "-d", "out", "--jsonl").text.splitlines()]
    assert {row["output"] for row in rows} == {"out/ch2.wav", "out/ch10.wav", "out/more/a.wav"}
    assert {row["status"] for row in rows} == {"made"}
    assert {
        row["status"]
        for row in map(json.loads, online("batch", "in", "-d", "out", "--jsonl").text.splitlines())
    } == {"skipped"}


def test_a_long_and_many_short_are_all_right(online: Qwentts) -> None:
    """A book among lines: every file says its own text, whole and in order."""
    book = " ".join(f"Sentence number {n} of the long book." for n in range(40))
    write_texts(online.folder, {f"in/{n:02}.txt": f"Short {n}." for n in range(8)} | {"in/book.txt": book})
    online("batch", "in", "-d", "out", "--format", "flac")
    assert without_space(read_back(online.folder / "out/book.flac")) == without_space(book)
    assert read_back(online.folder / "out/07.flac") == "Short 7."


def test_control_characters_that_are_left_out_are_told(online: Qwentts) -> None:
    """Nothing of a text is dropped in silence, be it in a list or in a file of its own; each is told once."""
    write_texts(online.folder, {"a.jsonl": '{"text": "Be\\u0007ep."}\n', "b.txt": "T\x01wo."})
    stderr = online("batch", "a.jsonl", "b.txt", "-d", "out").stderr
    assert stderr.count("left out 1 control character of a.jsonl") == 1
    assert stderr.count("left out 1 control character of b.txt") == 1
    assert read_back(online.folder / "out/0001.wav") == "Beep."


@pytest.mark.parametrize(
    ("stdin", "names"),
    [
        ('{"id": "a", "text": "First."}\n{"id": "b", "text": "Second."}\n', ["a.wav", "b.wav"]),
        ("id,text\na,First.\nb,Second.\n", ["a.wav", "b.wav"]),
        ("id;text\na;First.\nb;Second.\n", ["a.wav", "b.wav"]),
        ("id\ttext\na\tFirst.\nb\tSecond.\n", ["a.wav", "b.wav"]),
        ("First.\nSecond.\n", ["0001.wav", "0002.wav"]),
    ],
)
def test_a_list_in_a_pipe_is_recognised(online: Qwentts, stdin: str, names: list[str]) -> None:
    """Its marks and field names are never read aloud."""
    online("batch", "-", "-d", "out", stdin=stdin.encode())
    assert [read_back(online.folder / "out" / name) for name in names] == ["First.", "Second."]


@pytest.mark.parametrize(
    ("kind", "spoken"), [("lines", ["id,text", "a,First."]), ("text", ["id,text\na,First."])]
)
def test_a_list_in_a_pipe_can_be_named(online: Qwentts, kind: str, spoken: list[str]) -> None:
    """Whoever wants to hear what looks like a table can."""
    online("batch", "-", "-d", "out", "--input-format", kind, stdin=b"id,text\na,First.\n")
    assert [read_back(path) for path in sorted((online.folder / "out").glob("*.wav"))] == spoken


def test_json_in_a_pipe_is_no_list(online: Qwentts, sandbox: Sandbox) -> None:
    stderr = online("batch", "-", "-d", "out", stdin=b'[\n  {"text": "First."}\n]\n', code=2).stderr
    assert "looks like JSON" in stderr
    assert sandbox.ledger == []


def test_a_linked_folder_leads_no_file_out_of_the_output_folder(online: Qwentts, sandbox: Sandbox) -> None:
    """A folder that was cloned or shared may have links to places that are nobody else's business."""
    (online.folder / "out").mkdir()
    (online.folder / "out" / "sub").symlink_to(online.home)
    (online.folder / "list.jsonl").write_text('{"text": "Hi.", "output": "sub/a.wav"}\n')
    result = online("batch", "list.jsonl", "-d", "out", code=2)
    assert "a link leads its file out of out" in result.stderr
    assert sandbox.ledger == []
    assert not (online.home / "a.wav").exists()


def test_a_list_from_elsewhere_reads_no_file_of_the_users(online: Qwentts, sandbox: Sandbox) -> None:
    """Unless the user trusts it, and says so."""
    (online.folder / "diary.txt").write_text("Mine.")
    (online.folder / "lists").mkdir()
    (online.folder / "lists" / "a.jsonl").write_text('{"file": "../diary.txt"}\n')
    result = online("batch", "lists/a.jsonl", "-d", "out", code=2)
    assert "diary.txt is outside" in result.stderr
    assert "--allow-outside" in result.stderr
    assert sandbox.ledger == []
    online("batch", "lists/a.jsonl", "-d", "out", "--allow-outside")
    assert (online.folder / "out" / "diary.wav").exists()
