"""What scripts read: every document is as the published schema says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from qwentts_cli.batch.journal import State
from qwentts_cli.lint.remark import Rule
from qwentts_cli.sandbox.server import Sandbox
from tests.cli.configuration import config_path
from tests.conftest import Qwentts, at
from tests.samples import write_sample

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "json.schema.json").read_text(encoding="utf-8"))


def check(name: str, document: Any) -> None:
    """Hold a document against its part of the schema."""
    Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]}).validate(document)


@pytest.fixture
def written(online: Qwentts) -> Qwentts:
    (online.folder / "in").mkdir()
    for name in ("one", "two"):
        (online.folder / f"in/{name}.txt").write_text(f"{name}.")
    return online


def test_what_is_kept_and_where_is_told_too(online: Qwentts) -> None:
    """As by every command that has something to tell."""
    online("say", "Hello.", "-o", "a.wav")
    kept = online("cache", "info", "--json").json
    assert online("cache", "prune", "--json").json == {"removed": {"objects": 0, "bytes": 0}}
    removed = online("cache", "clear", "--json").json
    assert removed == {"removed": {"objects": 1, "bytes": kept["bytes"]}}
    assert online("config", "path", "--json").json == {"path": str(config_path(online))}
    assert online("config", "path").text == f"{config_path(online)}\n"


def test_a_text_is_told_as_the_schema_says(written: Qwentts) -> None:
    """Before it is made, when it was made, and when it cannot be."""
    check("quote", written("say", "Hello.", "--dry-run", "--json").json)
    check("said", written("say", "Hello.", "-o", "a.wav", "--json").json)
    check("failure", written("say", "Hello.", "-o", "a.wav", "--json", code=2).json)


def test_what_a_failed_text_cost_is_told_as_the_schema_says(qwentts: Qwentts) -> None:
    """A paragraph that was billed before another was refused, and a request that no answer came to."""
    text = "First.\n\nSecond."
    with Sandbox(voice_engine="tones", faults="post:status=400#2") as server:
        failed = at(qwentts, server)(
            *("say", text, "-o", "a.wav", "--paragraph-pause", "0", "-j", "1", "--json"), code=6
        ).json
    check("failure", failed)
    usage = failed["usage"]
    assert (usage["characters"], usage["requests"], usage["possibly_billed"]) == (6, 2, 0)
    with Sandbox(voice_engine="tones", faults="post:reset") as server:
        lost = at(qwentts, server)("say", "Hi.", "-o", "a.wav", "--json", code=5).json
        check("failure", lost)
        assert lost["usage"]["possibly_billed"] == len(server.ledger) > 0
    with Sandbox(voice_engine="tones", faults="post:bad-url=file") as server:
        refused = at(qwentts, server)("say", "Hi.", "-o", "a.wav", "--json", code=6)
    assert (refused.json["usage"]["characters"], refused.json["usage"]["possibly_billed"]) == (3, 0)
    assert "the sound of 1 billed request cannot be had" in refused.stderr
    assert "may have been billed" not in refused.stderr


def test_a_doubtful_text_is_told_as_the_schema_says(written: Qwentts) -> None:
    """With a place in lines, and with one in chapters."""
    (written.folder / "a.txt").write_text("It goes at 5 km/h.")
    check("looked", written("lint", "a.txt", "--json", code=8).json)
    assert SCHEMA["$defs"]["looked"]["properties"]["findings"]["items"]["properties"]["rule"]["enum"] == [
        *Rule
    ]


def test_a_batch_is_told_as_the_schema_says(written: Qwentts) -> None:
    """Items, lines, the joined file, a report and what would be made, first and again."""
    args = ("batch", "in", "-d", "out", "--join", "all.wav")
    check("quote", written(*args, "--dry-run", "--json").json)
    check("compared", written(*args, "--explain", "--json").json)
    check("batch", written(*args, "--json", "--report", "rows.jsonl").json)
    check("batch", written(*args, "--json").json)
    check("compared", written(*args, "--check", "--json").json)
    *rows, joined, last = map(json.loads, written(*args, "--jsonl", "--json").text.splitlines())
    check("joined", joined)
    check("batch", last)
    for row in (*rows, *map(json.loads, (written.folder / "rows.jsonl").read_text().splitlines())):
        check("row", row)


def test_a_failed_item_is_told_as_the_schema_says(qwentts: Qwentts) -> None:
    """One item that is refused, and a run that ends because of it."""
    (qwentts.folder / "lines.txt").write_text("Good.\nBad.\n")
    args = ("batch", "lines.txt", "--lines", "-d", "out", "--json", "--jobs", "1")
    with Sandbox(
        voice_engine="tones", faults="post:code=DataInspectionFailed#2,post:code=DataInspectionFailed#3"
    ) as server:
        at(qwentts, server)
        document = qwentts(*args, code=8).json
        check("batch", document)
        assert [row["status"] for row in document["items"]] == ["made", "failed"]
        check("failure", qwentts(*args, "--fail-fast", code=6).json)
    check("compared", qwentts(*args, "--explain").json)


def test_own_voices_are_told_as_the_schema_says(online: Qwentts) -> None:
    """From the making to the end."""
    write_sample(online.folder / "me.wav")
    check("own_voice_made", online("voices", "clone", "me.wav", "--name", "me", "--yes", "--json").json)
    design = ("voices", "design", "--prompt", "calm", "--preview", "Come aboard, my friend.", "--name", "c")
    check("own_voice_made", online(*design, "-o", "calm.wav", "--yes", "--json").json)
    check("own_voice_made", online("voices", "rename", "me", "you", "--json").json)
    check("own_voice_made", online("voices", "wait", "you", "--json").json)
    check("own_voices", online("voices", "list", "--mine", "--json").json)
    check("own_voices_deleted", online("voices", "delete", "you", "--yes", "--json").json)


def test_there_is_one_word_for_one_state(written: Qwentts) -> None:
    """What a run skips is what `--explain` tells as skipped; the schema and the page have all words."""
    written("batch", "in", "-d", "out")
    explained = written("batch", "in", "-d", "out", "--explain", "--json").json
    ran = written("batch", "in", "-d", "out", "--json").json
    assert explained["skipped"] == ran["summary"]["skipped"] == 2
    assert [row["status"] for row in explained["items"]] == [row["status"] for row in ran["items"]]
    assert SCHEMA["$defs"]["state"]["enum"] == [state.word for state in State]
    page = (DOCS / "json.md").read_text(encoding="utf-8")
    assert all(f"| `{state.word}` |" in page for state in State)


def test_the_paths_are_in_the_order_of_the_list(qwentts: Qwentts) -> None:
    """An item that is late because its request failed at first still comes in its place."""
    (qwentts.folder / "lines.txt").write_text("One.\nTwo.\nThree.\n")
    args = ("batch", "lines.txt", "--lines", "-d", "out")
    with Sandbox(voice_engine="tones", faults="post:status=503#1") as server:
        assert at(qwentts, server)(*args).text.split() == [f"out/000{number}.wav" for number in (1, 2, 3)]


def test_a_joined_file_that_is_there_is_told_again(written: Qwentts) -> None:
    """A script gets the path from every run, and no item a second time."""
    args = ("batch", "in", "-d", "out", "--join", "all.wav")
    assert written(*args).text.split() == ["out/one.wav", "out/two.wav", "all.wav"]
    assert written(*args).text.split() == ["all.wav"]
