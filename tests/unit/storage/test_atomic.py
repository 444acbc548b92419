"""Files that are absent, old or complete."""

from __future__ import annotations

import errno
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import IO, TYPE_CHECKING, NoReturn

import pytest

from qwentts_cli.errors import LocalError, UsageError
from qwentts_cli.storage import atomic
from qwentts_cli.storage.atomic import atomic_write, remove_leftovers
from qwentts_cli.storage.locks import try_lock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_name_is_taken_at_the_end(tmp_path: Path) -> None:
    """Until the block ends the old file is there, and then the new one, whole."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with atomic_write(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["file"]


def fail(file: IO[bytes], error: type[BaseException]) -> None:
    file.write(b"new")
    raise error


def test_a_block_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """Whatever is raised, be it Ctrl-C, the old file stays and nothing is left."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    for error in (ValueError, KeyboardInterrupt, SystemExit):
        with pytest.raises(error), atomic_write(path) as file:
            fail(file, error)
    assert (names(tmp_path), path.read_bytes()) == (["file"], b"old")


def test_modes_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    """What is private is private from its first moment; the rest is as the user wants it."""
    with atomic_write(tmp_path / "private", mode=0o600) as file:
        assert os.fstat(file.fileno()).st_mode & 0o777 == 0o600
    with atomic_write(tmp_path / "public"):
        pass
    assert (mode(tmp_path / "private"), mode(tmp_path / "public")) == (0o600, 0o666 & ~umask)
    (tmp_path / "public").chmod(0o644)
    with atomic_write(tmp_path / "public", mode=0o600):
        pass
    assert mode(tmp_path / "public") == 0o600


def test_a_planted_link_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even who guesses the temporary name cannot have something else overwritten."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    monkeypatch.setattr(os, "urandom", bytes)
    (tmp_path / f".qwentts-{'00' * 16}.part").symlink_to(victim)
    with pytest.raises(LocalError, match="exists"), atomic_write(tmp_path / "file") as file:
        file.write(b"new")
    assert victim.read_bytes() == b"precious"


def test_a_link_in_the_place_is_replaced(tmp_path: Path) -> None:
    """The link goes, and what it led to stays."""
    far = tmp_path / "far"
    far.write_bytes(b"far")
    (tmp_path / "file").symlink_to(far)
    with atomic_write(tmp_path / "file") as file:
        file.write(b"new")
    assert (far.read_bytes(), (tmp_path / "file").is_symlink()) == (b"far", False)


def test_what_came_meanwhile_is_kept(tmp_path: Path) -> None:
    """Without leave to overwrite, the file of somebody who was quicker stays."""
    path = tmp_path / "file"
    with pytest.raises(UsageError, match="exists already"), atomic_write(path, overwrite=False):
        path.write_bytes(b"theirs")
    assert (names(tmp_path), path.read_bytes()) == (["file"], b"theirs")


def test_of_many_writers_one_is_first(tmp_path: Path) -> None:
    """Eight at once without leave to overwrite: one file, whole, and seven refusals."""
    start = threading.Barrier(8)

    def write(number: int) -> bool:
        try:
            with atomic_write(tmp_path / "file", overwrite=False) as file:
                file.write(bytes([number]) * 10_000)
                start.wait()
        except UsageError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(8))) == 1
    assert len(set((tmp_path / "file").read_bytes())) == 1
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("place", ["missing/file", "a file/file", "x" * 300])
def test_a_place_that_cannot_be_written(tmp_path: Path, place: str) -> None:
    """One error with the path and the cause."""
    (tmp_path / "a file").touch()
    with pytest.raises(LocalError, match=place), atomic_write(tmp_path / place):
        pass


def test_leftovers_of_the_dead_go_and_those_of_the_living_stay(tmp_path: Path) -> None:
    """A killed writer's file is removed, one that is being written is not, nor anything else."""
    (tmp_path / ".qwentts-dead.part").touch()
    (tmp_path / ".qwentts-other").touch()
    (tmp_path / "mine.part").touch()
    with atomic_write(tmp_path / "file"):
        remove_leftovers(tmp_path)
        assert len(names(tmp_path)) == 3
        assert ".qwentts-dead.part" not in names(tmp_path)
    remove_leftovers(tmp_path / "missing")
    assert names(tmp_path) == [".qwentts-other", "file", "mine.part"]


def test_what_only_looks_like_a_leftover_stays(tmp_path: Path) -> None:
    """Whatever somebody put there under such a name; a pipe is not waited for."""
    os.mkfifo(tmp_path / ".qwentts-pipe.part")
    (tmp_path / ".qwentts-folder.part").mkdir()
    (tmp_path / "precious").touch()
    (tmp_path / ".qwentts-link.part").symlink_to("precious")
    remove_leftovers(tmp_path)
    assert names(tmp_path) == [
        ".qwentts-folder.part",
        ".qwentts-link.part",
        ".qwentts-pipe.part",
        "precious",
    ]


def test_the_disk_has_the_file_before_its_name_and_the_name_before_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut no name is on an empty file."""
    events: list[str] = []
    fsync, replace = os.fsync, os.replace

    def note_sync(descriptor: int) -> None:
        fsync(descriptor)
        facts = os.fstat(descriptor)
        events.append("folder" if stat.S_ISDIR(facts.st_mode) else f"{facts.st_size} bytes")

    def note_name(part: Path, path: Path) -> None:
        replace(part, path)
        events.append("name")

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(os, "replace", note_name)
    with atomic_write(tmp_path / "file") as file:
        file.write(b"new")
    assert events == ["3 bytes", "name", "folder"]


def test_a_part_that_another_run_took_for_dead_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have looked between the making of the file and its lock."""
    removed: list[Path] = []

    def lock(descriptor: int) -> bool:
        if not removed:
            removed.extend(tmp_path.iterdir())
            removed[0].unlink()
        return try_lock(descriptor)

    monkeypatch.setattr(atomic, "try_lock", lock)
    with atomic_write(tmp_path / "file") as file:
        file.write(b"new")
    assert ((tmp_path / "file").read_bytes(), names(tmp_path)) == (b"new", ["file"])


def refuse(number: int) -> Callable[..., NoReturn]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return fail


def test_a_disk_without_locks_and_hard_links_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one of a camera or of a share; what cannot be synced there is written all the same."""
    monkeypatch.setattr(atomic, "try_lock", refuse(errno.ENOLCK))
    monkeypatch.setattr(os, "link", refuse(errno.EPERM))
    monkeypatch.setattr(os, "fsync", refuse(errno.EINVAL))
    with atomic_write(tmp_path / "file", overwrite=False) as file:
        file.write(b"new")
    assert ((tmp_path / "file").read_bytes(), names(tmp_path)) == (b"new", ["file"])


@pytest.mark.parametrize(("call", "number"), [("link", errno.EIO), ("fsync", errno.EIO)])
def test_a_disk_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    """Nothing is left of the file, and nobody takes it for written."""
    monkeypatch.setattr(os, call, refuse(number))
    with pytest.raises(LocalError), atomic_write(tmp_path / "file", overwrite=False):
        pass
    assert names(tmp_path) == []
