"""One at a time, across threads and processes, on POSIX and as Windows would have it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.errors import BusyError
from qwentts_cli.storage import locks as locks_module
from qwentts_cli.storage.locks import PosixLocks, WindowsLocks, hold_lock, try_lock, wait_for_lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_one_at_a_time(tmp_path: Path) -> None:
    """Of many threads only one is inside, and the lock's file is gone in the end."""
    inside, most = 0, 0
    count = threading.Lock()

    def work(_number: int) -> None:
        nonlocal inside, most
        with wait_for_lock(tmp_path / "lock"):
            with count:
                inside += 1
                most = max(most, inside)
            with count:
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(400)))
    assert (most, names(tmp_path)) == (1, [])


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    """What a dead process held is free at once."""
    code = (
        "import pathlib, os, sys; from qwentts_cli.storage.locks import wait_for_lock, hold_lock\n"
        "with wait_for_lock(pathlib.Path(sys.argv[1])), hold_lock(pathlib.Path(sys.argv[2])): os._exit(9)\n"
    )
    paths = [tmp_path / "lock", tmp_path / "occupied"]
    assert subprocess.run([sys.executable, "-c", code, *paths], check=False).returncode == 9
    with wait_for_lock(paths[0]), hold_lock(paths[1]):
        pass


def test_an_occupied_folder_names_its_holder(tmp_path: Path) -> None:
    """Who comes second learns which process to wait for."""
    with (
        hold_lock(tmp_path / "lock"),
        pytest.raises(BusyError, match=str(os.getpid())),
        hold_lock(tmp_path / "lock"),
    ):
        pass


def test_those_who_share_keep_out_who_wants_to_be_alone(tmp_path: Path) -> None:
    """Parts of a batch run side by side, but not beside the whole of it."""
    with (
        hold_lock(tmp_path / "lock", shared=True),
        hold_lock(tmp_path / "lock", shared=True),
        pytest.raises(BusyError),
        hold_lock(tmp_path / "lock"),
    ):
        pass
    with hold_lock(tmp_path / "lock"), pytest.raises(BusyError), hold_lock(tmp_path / "lock", shared=True):
        pass


class FakeMsvcrt:
    """Locks bytes of a file as Windows does: each open file has its own, and nobody else gets one of them."""

    LK_NBLCK = 2

    def __init__(self) -> None:
        self.taken: dict[int, range] = {}

    def locking(self, descriptor: int, how: int, count: int) -> None:
        assert how == self.LK_NBLCK
        place = os.lseek(descriptor, 0, os.SEEK_CUR)
        wanted = range(place, place + count)
        for taken in self.taken.values():
            if wanted.start < taken.stop and taken.start < wanted.stop:
                raise PermissionError(13, "Permission denied")
        self.taken[descriptor] = wanted


@pytest.fixture
def descriptors(tmp_path: Path) -> Iterator[list[int]]:
    """One file, opened four times."""
    with ExitStack() as stack:
        path = tmp_path / "lock"
        path.write_bytes(b"123")
        yield [stack.enter_context(path.open("r+b", buffering=0)).fileno() for _ in range(4)]


def test_on_windows_one_is_alone(descriptors: list[int]) -> None:
    """Whoever comes second is turned away, shared or not, and the file is read where it was read before."""
    locks = WindowsLocks(FakeMsvcrt())
    os.lseek(descriptors[0], 2, os.SEEK_SET)
    assert locks.try_lock(descriptors[0], shared=False)
    assert os.read(descriptors[0], 9) == b"3"
    assert not locks.try_lock(descriptors[1], shared=False)
    assert not locks.try_lock(descriptors[2], shared=True)


def test_on_windows_many_share(descriptors: list[int]) -> None:
    """Each takes a seat, and while one is taken nobody is alone; what the file says stays readable."""
    msvcrt = FakeMsvcrt()
    locks = WindowsLocks(msvcrt)
    assert all(locks.try_lock(descriptor, shared=True) for descriptor in descriptors[:3])
    assert not locks.try_lock(descriptors[3], shared=False)
    assert min(taken.start for taken in msvcrt.taken.values()) > 1_000_000
    for descriptor in descriptors[:3]:
        del msvcrt.taken[descriptor]
    assert locks.try_lock(descriptors[3], shared=False)


def test_on_windows_one_waits_until_it_is_free(descriptors: list[int]) -> None:
    """It asks again and again, since nothing there tells that a lock was freed in time."""
    msvcrt = FakeMsvcrt()
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            del msvcrt.taken[descriptors[0]]

    locks = WindowsLocks(msvcrt, pause=pause)
    locks.wait(descriptors[0])
    locks.wait(descriptors[1])
    assert len(waits) == 3
    assert all(0 < seconds <= 0.1 for seconds in waits)


def test_who_waited_for_a_removed_file_starts_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The holder before removes its file, and a third may have made a new one: one of the two holds that."""
    path = tmp_path / "lock"
    waits: list[int] = []

    class Removed(PosixLocks):
        def wait(self, descriptor: int) -> None:
            super().wait(descriptor)
            waits.append(descriptor)
            if len(waits) == 1:
                path.unlink()

    monkeypatch.setattr(locks_module, "system_locks", Removed)
    with wait_for_lock(path), path.open("rb") as third:
        assert len(waits) == 2
        assert not try_lock(third.fileno())
