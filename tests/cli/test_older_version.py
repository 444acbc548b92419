"""What version 0.1.0 wrote goes on working: configuration, cache, ledger, output folder and journal.

The archive beside this file holds what these commands of 0.1.0 left behind, and when each file was written:

    qwentts config set voice Ethan
    qwentts batch list.jsonl c.txt -d out --format flac
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tarfile
from pathlib import Path

import pytest

from tests.conftest import KEY, Qwentts
from tests.tones import read_back

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the folders are where 0.1.0 had them on Linux"
)

ARCHIVE = Path(__file__).with_name("made_by_0.1.0.tar.xz")
# Where the server was in whose name the cache keeps its audio. Nobody answers there now.
SERVER = "http://127.0.0.1:8765/api/v1"


@pytest.fixture
def updated(qwentts: Qwentts) -> Qwentts:
    """The program in the home and the folder that 0.1.0 has used."""
    root = qwentts.home.parent
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(root, filter="data")
    for name, time_ns in json.loads((root / "times.json").read_text()).items():
        os.utime(root / name, ns=(time_ns, time_ns))
    qwentts.env |= {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": SERVER}
    return qwentts


BATCH = ("batch", "list.jsonl", "c.txt", "-d", "out", "--format", "flac")


def test_a_batch_of_an_older_version_is_done(updated: Qwentts) -> None:
    """Running it again makes nothing and needs no server."""
    before = {path: path.stat().st_mtime_ns for path in updated.folder.glob("out/*.flac")}
    updated(*BATCH, "--check")
    assert updated(*BATCH).text == ""
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_audio_of_an_older_version_is_not_paid_for_again(updated: Qwentts) -> None:
    """A file that is missing, or another format, comes out of the cache, in the voice that was set then."""
    (updated.folder / "out/c.flac").unlink()
    assert updated(*BATCH).text == "out/c.flac\n"
    assert read_back(updated.folder / "out/c.flac") == "3"
    updated("say", "3", "-o", "c.wav")
    assert read_back(updated.folder / "c.wav") == "3"


def test_a_journal_of_an_older_version_tells_whose_a_file_is(updated: Qwentts) -> None:
    """A file that was edited since, or came from elsewhere, is still not overwritten."""
    (updated.folder / "out/a.flac").write_text("edited")
    shutil.copy(updated.folder / "out/b.flac", updated.folder / "out/0.flac")
    assert "out/a.flac" in updated(*BATCH, code=2).stderr
    (updated.folder / "0.txt").write_text("0")
    assert "out/0.flac" in updated("batch", "0.txt", "-d", "out", "--format", "flac", code=2).stderr


def test_what_an_older_version_spent_is_still_counted(updated: Qwentts) -> None:
    """Three requests of one character each, in two voices, and the setting that chose one of them."""
    total = updated("usage", "--by", "voice", "--json").json["total"]
    assert (total["characters"], total["requests"]) == (3, 3)
    shown = updated("usage", "--by", "voice").text
    assert "Ethan" in shown
    assert "Cherry" in shown
    assert updated("config", "get", "voice").text == "Ethan\n"
