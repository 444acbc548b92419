"""The file of `--report`: lines for scripts, its place, its addresses, and whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.batch.outcome import Outcome, Status
from qwentts_cli.batch.report import check_report_path, relative_url, write_report
from qwentts_cli.errors import LocalError, UsageError
from tests.cli.report.conftest import COUNT, make_outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator


def write(path: Path, outcomes: list[Outcome] | Iterator[Outcome]) -> None:
    write_report(path, outcomes, folder=path.parent, title="T", figures={})


def test_lines_are_for_scripts(tmp_path: Path) -> None:
    """One object an item, errors as with --json; only the beginning of the text is in it, on one line."""
    outcomes = list(make_outcomes(tmp_path / "audio"))
    odd = Outcome(
        number=61,
        source="a\u2028b\x85c",
        where="\udcff.wav",
        voice="v",
        model="m",
        status=Status.MADE,
    )
    path = tmp_path / "report.JSONL"
    write(path, [*outcomes, odd])
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == COUNT + 1
    assert rows[8] == {
        "number": 9,
        "id": None,
        "source": "list.jsonl:9",
        "output": str(tmp_path / "audio/part/0009.wav"),
        "status": "made",
        "voice": "Ethan",
        "model": "qwen3-tts-flash",
        **dict.fromkeys(("speed", "pitch", "volume", "seed", "speed_by")),
        "text": "This is item 9.",
        "duration_s": 65.4,
        "cached": False,
        "characters": 1234,
        "billed": 1234,
        "tokens": None,
        "cost": None,
        "currency": None,
        "requests": 1,
        "request_ids": ["r-1"],
        "gaps": [{"line": 3, "column": 14, "characters": 12}],
        "doubts": [],
        "overruns": [],
        "error": None,
    }
    assert rows[3]["status"] == "failed"
    assert rows[3]["error"] == {
        "code": "DataInspectionFailed",
        "exit": 6,
        "message": "the service refused it",
        "hint": "Change it.",
        "request_id": "r-1",
        "retryable": False,
    }
    assert (rows[60]["source"], rows[60]["output"]) == (odd.source, str(odd.output))


@pytest.mark.parametrize("name", ["report.txt", "report", "missing/report.html", "folder.html"])
def test_a_place_that_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    """Before anything is sent."""
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(UsageError, match="--report"):
        check_report_path(tmp_path / name)


@pytest.mark.parametrize("name", ["report.html", "report.jsonl"])
def test_a_report_is_whole_or_not_at_all(tmp_path: Path, name: str) -> None:
    """A run that ends amid its items leaves the old one."""
    path = tmp_path / name
    check_report_path(path)
    path.write_text("old")

    def broken() -> Iterator[Outcome]:
        yield from make_outcomes(tmp_path / "audio")
        raise LocalError("the disk is gone")

    with pytest.raises(LocalError):
        write(path, broken())
    assert path.read_text() == "old"
    assert {entry.name for entry in tmp_path.iterdir()} == {"audio", name}


def test_no_items_are_a_report_too(tmp_path: Path) -> None:
    """Of nothing."""
    write(tmp_path / "report.html", [])
    write(tmp_path / "report.jsonl", [])
    assert "[\n\n]</script>" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert not (tmp_path / "report.jsonl").read_bytes()


def test_addresses_are_relative_and_encoded(tmp_path: Path) -> None:
    """A name is never taken for a scheme, a query or a fragment, nor need it be Unicode."""
    assert relative_url(tmp_path / "a" / "x:y ?#%.wav", tmp_path / "a") == "x%3Ay%20%3F%23%25.wav"
    assert relative_url(tmp_path / "声.wav", tmp_path / "a b") == "../%E5%A3%B0.wav"
    assert relative_url(Path("\udcff.wav"), Path()) == "%FF.wav"
