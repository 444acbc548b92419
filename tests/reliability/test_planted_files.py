"""Somebody puts links, pipes and files of their own where the program looks for its own."""

from __future__ import annotations

import os
import shutil
from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.cli.configuration import config_path

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

BATCH = ("batch", "in.txt", "--lines", "-d", "out")
PRECIOUS = b"export PATH=/usr/bin\n" * 500
NOBODY = 65534
# Only root can give a file away, so only root can be attacked with one.
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
KINDS = ["link", "dangling link", "hard link", "pipe", "writable file"] + ["foreign file"] * IS_ROOT


@pytest.fixture
def hidden(online: Qwentts) -> Path:
    """The hidden folder of a batch of two items that was made, and a text that was changed since."""
    (online.folder / "in.txt").write_text("One.\nTwo.\n")
    online(*BATCH)
    (online.folder / "in.txt").write_text("One.\nThree.\n")
    return online.folder / "out" / ".qwentts"


@pytest.fixture
def victim(online: Qwentts) -> Path:
    """A file that nobody wants to lose."""
    path = online.home / ".bashrc"
    path.write_bytes(PRECIOUS)
    path.chmod(0o644)
    return path


def plant(path: Path, kind: str, victim: Path) -> None:
    path.unlink(missing_ok=True)
    match kind:
        case "link":
            path.symlink_to(victim)
        case "dangling link":
            path.symlink_to(victim.with_name("nowhere"))
        case "hard link":
            path.hardlink_to(victim)
        case "pipe":
            os.mkfifo(path)
        case "writable file":
            path.touch()
            path.chmod(0o666)
        case _:
            path.touch()
            os.chown(path, NOBODY, NOBODY)


@pytest.mark.parametrize(
    "name", ["journal.lock", "journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"]
)
def test_batch_touches_nothing_that_is_not_its_own(
    online: Qwentts, sandbox: Sandbox, hidden: Path, victim: Path, name: str
) -> None:
    """It refuses with the path and the reason before anything is sent, and nothing has changed."""
    asked = len(sandbox.ledger)
    for kind in KINDS:
        plant(hidden / name, kind, victim)
        before = (hidden / name).lstat()
        stderr = online(*BATCH, code=7).stderr
        assert f"out/.qwentts/{name} is not touched: " in stderr, kind
        assert victim.read_bytes() == PRECIOUS, kind
        assert not victim.with_name("nowhere").exists(), kind
        after = (hidden / name).lstat()
        assert (after.st_mode, after.st_uid, after.st_mtime_ns) == (
            before.st_mode,
            before.st_uid,
            before.st_mtime_ns,
        ), kind
        (hidden / name).unlink()
    assert len(sandbox.ledger) == asked


def test_the_hidden_folder_leads_nowhere_else(online: Qwentts, hidden: Path) -> None:
    """A link in its place is refused, for writing and for looking."""
    elsewhere = online.folder / "elsewhere"
    hidden.rename(elsewhere)
    hidden.symlink_to(elsewhere)
    before = sorted(path.name for path in elsewhere.iterdir())
    for args in (BATCH, (*BATCH, "--check")):
        assert "out/.qwentts is not touched: it is a link" in online(*args, code=7).stderr
    assert sorted(path.name for path in elsewhere.iterdir()) == before


@pytest.mark.skipif(not IS_ROOT, reason="only root can give a folder away")
def test_a_folder_that_another_user_prepared_is_refused(online: Qwentts, hidden: Path, victim: Path) -> None:
    """Root is not led by what somebody laid out for it."""
    (hidden / "journal.lock").unlink()
    (hidden / "journal.lock").symlink_to(victim)
    os.chown(hidden, NOBODY, NOBODY)
    assert f"it belongs to another user ({NOBODY})" in online(*BATCH, code=7).stderr
    assert victim.read_bytes() == PRECIOUS


def test_copies_elsewhere_are_not_deleted(online: Qwentts, hidden: Path) -> None:
    """A folder of copies that is a link would let a batch delete files of the same name there."""
    music = online.home / "music"
    music.mkdir()
    song = music / "in-0002.wav.flac"
    song.write_bytes(PRECIOUS)
    outputs = [path.name for path in (online.folder / "out").glob("*.wav")]
    for name in outputs:
        (music / f"{name}.flac").write_bytes(PRECIOUS)
    (hidden / "copies").symlink_to(music)
    assert "copies is not touched: it is a link" in online(*BATCH, code=7).stderr
    assert len(outputs) == 2
    assert all((music / f"{name}.flac").read_bytes() == PRECIOUS for name in outputs)


def test_pipes_beside_an_output_hang_nothing(online: Qwentts, victim: Path) -> None:
    """In a shared folder anybody can put what looks like half a file; pipes and links stay as they are."""
    (online.folder / "in.txt").write_text("One.\n")
    (online.folder / "out").mkdir()
    for folder in (online.folder, online.folder / "out"):
        os.mkfifo(folder / ".qwentts-0.part")
        (folder / ".qwentts-1.part").symlink_to(victim)
        (folder / ".qwentts-2.part").mkdir()
    online("say", "Hi.", "-o", "x.wav")
    online(*BATCH)
    for folder in (online.folder, online.folder / "out"):
        assert len(list(folder.glob(".qwentts-*.part"))) == 3
    assert victim.read_bytes() == PRECIOUS


@pytest.mark.skipif(not IS_ROOT, reason="only root can give a file away")
def test_what_others_left_half_written_stays(online: Qwentts) -> None:
    """It may be written still, on a disk that knows no locks."""
    left = online.folder / ".qwentts-0.part"
    left.touch()
    os.chown(left, NOBODY, NOBODY)
    online("say", "Hi.", "-o", "x.wav")
    assert left.exists()


def test_outputs_replace_a_link_and_not_what_it_leads_to(online: Qwentts, hidden: Path, victim: Path) -> None:
    """Report, joined file and subtitles take their names as new files."""
    outputs = {
        "report.html": (*BATCH, "--report"),
        "all.wav": (*BATCH, "--join"),
        "out.srt": ("say", "Hi.", "-o", "x.wav", "--subtitles"),
    }
    for (name, args), kind in product(outputs.items(), ("link", "hard link")):
        path = online.folder / name
        plant(path, kind, victim)
        online(*args, name, "--force")
        assert hidden.is_dir()
        assert victim.read_bytes() == PRECIOUS, (name, kind)
        assert not path.is_symlink(), (name, kind)
        assert path.read_bytes() != PRECIOUS, (name, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_files_in_the_home_are_done_without(
    online: Qwentts, sandbox: Sandbox, victim: Path, kind: str
) -> None:
    """Cache, rates, ledger and addresses: a run does its work, and none of them is followed or changed."""
    online("say", "Hi.", "-o", "x.wav")
    files = [path for path in online.home.rglob("*") if path.is_file() and "qwentts" in str(path.parent)]
    assert {path.suffix for path in files} >= {".clip", ".json", ".sqlite"}
    for path in files:
        plant(path, kind, victim)
    before = {path: path.lstat().st_mtime_ns for path in files}
    result = online("say", "Hi.", "-o", "y.wav")
    assert "is not touched" in result.stderr
    assert sum(record.phase == "post" for record in sandbox.ledger) == 2
    assert victim.read_bytes() == PRECIOUS
    assert not victim.with_name("nowhere").exists()
    kept = [path for path in files if path.suffix != ".clip"]  # of the cache, the name is taken by a new one
    assert {path: path.lstat().st_mtime_ns for path in kept} == {path: before[path] for path in kept}


@pytest.mark.parametrize("name", ["pending", "audio"])
def test_folders_in_the_home_lead_nowhere_else(online: Qwentts, name: str) -> None:
    """Nothing is put, read or tidied behind a link."""
    online("say", "Hi.", "-o", "x.wav")
    [folder] = (path for path in online.home.rglob(name) if path.is_dir())
    shutil.rmtree(folder)
    elsewhere = online.home / "elsewhere"
    elsewhere.mkdir()
    old = elsewhere / "old.json"
    old.touch()
    os.utime(old, (0, 0))
    folder.symlink_to(elsewhere)
    assert "is not touched: it is a link" in online("say", "Hello.", "-o", "y.wav").stderr
    assert list(elsewhere.iterdir()) == [old]


def test_the_lock_of_the_configuration_is_not_followed(online: Qwentts, victim: Path) -> None:
    """It is foreseeable as the others are."""
    online("config", "set", "voice", "Ethan")
    plant(config_path(online).with_name(".config.toml.lock"), "link", victim)
    assert "is not touched: it is a link" in online("config", "set", "voice", "Cherry", code=7).stderr
    assert victim.read_bytes() == PRECIOUS
