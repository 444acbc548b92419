"""`batch --subtitles`: subtitles beside each file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import soundfile

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


def timeline(run: Qwentts, name: str) -> list[tuple[int, int, str]]:
    document = json.loads((run.folder / "out" / name).read_text(encoding="utf-8"))
    return [(segment["start_ms"], segment["end_ms"], segment["text"]) for segment in document["segments"]]


JOINED = (*ARGS, "--pause", "0.5", "--join", "out/all.mp3", "--subtitles", "json", "--subtitles", "srt")


def test_a_joined_file_has_one_timeline(listed: Qwentts, sandbox: Sandbox) -> None:
    """Each item begins where its sound does, behind the pause; made once, and again when it is gone."""
    listed(*JOINED)
    first = round(soundfile.info(listed.folder / "out/1.wav").duration * 1000)
    later = [
        (start + first + 500, end + first + 500, text) for start, end, text in timeline(listed, "2.json")
    ]
    assert timeline(listed, "all.json") == timeline(listed, "1.json") + later
    assert "Three." in (listed.folder / "out/all.srt").read_text(encoding="utf-8")
    listed(*JOINED, "--check")
    asked = len(sandbox.ledger)
    (listed.folder / "out/all.srt").unlink()
    (listed.folder / "out/1.srt").unlink()
    listed(*JOINED, "--check", code=8)
    listed(*JOINED)
    assert (listed.folder / "out/all.srt").exists()
    assert (listed.folder / "out/1.srt").exists()
    assert len(sandbox.ledger) == asked


def test_the_words_of_a_joined_file_move_along(listed: Qwentts) -> None:
    """Where the model tells when each is said."""
    listed(*JOINED, "-m", "qwen-audio-3.1-tts-flash")
    document = json.loads((listed.folder / "out/all.json").read_text(encoding="utf-8"))
    last = document["segments"][-1]
    assert last["words"][0]["text"] == "Three"
    assert last["words"][0]["start_ms"] == last["start_ms"]


def test_subtitles_of_others_are_not_joined_over(listed: Qwentts, sandbox: Sandbox) -> None:
    """Neither a file that somebody wrote, nor those of an item; nothing is sent before that is known."""
    (listed.folder / "out").mkdir()
    (listed.folder / "out/all.srt").write_text("mine", encoding="utf-8")
    assert "all.srt: already exists" in listed(*JOINED, code=2).stderr
    clash = listed(*ARGS, "--join", "out/2.mp3", "--subtitles", "srt", code=2)
    assert "list.txt:2: its subtitles are those of --join too" in clash.stderr
    assert sandbox.ledger == []
