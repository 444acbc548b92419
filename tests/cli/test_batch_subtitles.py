"""`batch --subtitles`: subtitles beside each file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

ARGS = ("batch", "list.txt", "--lines", "-d", "out", "--name", "{n}")


@pytest.fixture
def listed(online: Qwentts) -> Qwentts:
    """A list of two items."""
    (online.folder / "list.txt").write_text("One. Two.\nThree.\n", encoding="utf-8")
    return online


def shown(run: Qwentts, name: str) -> list[str]:
    document = json.loads((run.folder / "out" / name).read_text(encoding="utf-8"))
    return [segment["text"] for segment in document["segments"]]


def test_each_file_has_its_own(listed: Qwentts) -> None:
    """In every format that was asked for, and only there."""
    listed(*ARGS, "--subtitles", "srt", "--subtitles", "json")
    assert shown(listed, "1.json") == ["One.", "Two."]
    assert shown(listed, "2.json") == ["Three."]
    assert "Two." in (listed.folder / "out/1.srt").read_text(encoding="utf-8")
    assert sorted(path.suffix for path in (listed.folder / "out").glob("1.*")) == [".json", ".srt", ".wav"]


def test_they_come_to_files_that_are_there_already(listed: Qwentts, sandbox: Sandbox) -> None:
    """What was spoken without them is taken from the cache; after that there is nothing to make."""
    listed(*ARGS)
    asked = sum(record.method == "POST" for record in sandbox.ledger)
    listed(*ARGS, "--subtitles", "json")
    assert shown(listed, "2.json") == ["Three."]
    assert sum(record.method == "POST" for record in sandbox.ledger) == asked
    listed(*ARGS, "--subtitles", "json", "--check")
    (listed.folder / "list.txt").write_text("One. Two.\nFour.\n", encoding="utf-8")
    listed(*ARGS, "--subtitles", "json")
    assert shown(listed, "2.json") == ["Four."]


def test_files_of_others_stay(listed: Qwentts) -> None:
    """Subtitles that somebody wrote are overwritten only with --force."""
    (listed.folder / "out").mkdir()
    (listed.folder / "out/1.srt").write_text("mine", encoding="utf-8")
    failed = listed(*ARGS, "--subtitles", "srt", code=8)
    assert "1.srt exists already" in failed.stderr
    assert (listed.folder / "out/1.srt").read_text(encoding="utf-8") == "mine"
    listed(*ARGS, "--subtitles", "srt", "--force")
    assert "One." in (listed.folder / "out/1.srt").read_text(encoding="utf-8")
