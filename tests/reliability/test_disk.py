"""Disks that are full, slow to fail, too small or gone: a file is absent, old or complete."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import PROGRAM, Qwentts, at
from tests.reliability.broken_disk import KILL, Broken
from tests.reliability.waiting import until
from tests.tones import read_back

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.forked import ForkedQwentts

SAID = ("say", "Hi.", "-o", "out.wav", "--force")
OLD = b"what was there before"


def leftovers(qwentts: Qwentts) -> list[Path]:
    return list(qwentts.folder.parent.rglob(".qwentts-*"))


def posts(server: Sandbox) -> int:
    return sum(record.phase == "post" for record in server.ledger)


def forget(qwentts: Qwentts) -> None:
    for name in (".cache", ".local"):
        shutil.rmtree(qwentts.home / name, ignore_errors=True)


@pytest.mark.parametrize(
    ("error", "is_new", "moments"),
    [
        (errno.ENOSPC, True, range(1, 60, 3)),
        (errno.EIO, False, range(3, 60, 3)),
        (KILL, False, range(2, 60, 3)),
    ],
    ids=["full", "broken", "killed"],
)
def test_whatever_fails_and_whenever(
    qwentts: ForkedQwentts,
    error: int,
    is_new: bool,  # noqa: FBT001 - a table
    moments: range,
) -> None:
    """Each open, write, sync and rename fails once: old or complete, told, paid at most once more."""
    with Sandbox(voice_engine="tones") as server:
        at(qwentts, server)
        out, fired = qwentts.folder / "out.wav", 0
        for moment in moments:
            forget(qwentts)
            out.unlink(missing_ok=True) if is_new else out.write_bytes(OLD)
            asked = posts(server)
            with qwentts.running(*SAID, broken=Broken(moment, error)) as run:
                result = run.wait()
            if not (qwentts.home / "fired").exists():
                break
            (qwentts.home / "fired").rmdir()
            fired += 1
            check(qwentts, out, result.code, result.stderr, is_new=is_new, error=error)
            if result.code:
                qwentts(*SAID)
            assert read_back(out) == "Hi."
            assert posts(server) - asked <= 1 + (error == KILL)
            assert leftovers(qwentts) == []
        assert fired > 7


def check(qwentts: Qwentts, out: Path, code: int, stderr: str, *, is_new: bool, error: int) -> None:
    """What must hold after a run that met the fault."""
    assert code in ({-signal.SIGKILL} if error == KILL else {0, 7}), stderr
    if code == 7:
        assert "out.wav" in stderr
        assert os.strerror(error) in stderr
    if code == 0:
        assert all(line.startswith("Warning: ") or "of sound" in line for line in stderr.splitlines())
    if error != KILL:
        assert leftovers(qwentts) == []
    if out.exists() and (code == 0 or out.read_bytes() != OLD):
        assert read_back(out) == "Hi."
    else:
        assert not out.exists() if is_new else out.read_bytes() == OLD


def test_a_file_that_may_not_grow(qwentts: ForkedQwentts) -> None:
    """Without room nothing is left, what was paid is kept, and room is all it takes."""
    with Sandbox(voice_engine="tones") as server:
        at(qwentts, server)
        with qwentts.running(*SAID, broken=Broken(largest=8192)) as run:
            result = run.wait()
        assert result.code == 7
        assert "out.wav: File too large" in result.stderr
        assert list(qwentts.folder.iterdir()) == leftovers(qwentts) == []
        qwentts(*SAID)
        assert posts(server) == 1
    assert read_back(qwentts.folder / "out.wav") == "Hi."


def test_a_folder_that_goes_away(qwentts: ForkedQwentts) -> None:
    """Told with the path; when the folder is back, nothing is paid again."""
    folder = qwentts.folder / "sub"
    folder.mkdir()
    said = ("say", "Hi.", "-o", "sub/out.wav")
    with Sandbox(voice_engine="tones", faults="post:latency=0.3") as server:
        at(qwentts, server)
        with qwentts.running(*said) as run:
            until(lambda: list(folder.iterdir()))
            shutil.rmtree(folder)
            result = run.wait()
        assert (result.code, "sub/out.wav" in result.stderr) == (7, True)
        folder.mkdir()
        qwentts(*said)
        assert posts(server) == 1
    assert [path.name for path in folder.iterdir()] == ["out.wav"]


def test_what_comes_into_being_meanwhile_is_not_overwritten(qwentts: ForkedQwentts) -> None:
    """Without --force another program's file stays, although it was not there at the start."""
    out = qwentts.folder / "out.wav"
    with Sandbox(voice_engine="tones", faults="post:latency=0.3") as server:
        at(qwentts, server)
        with qwentts.running("say", "Hi.", "-o", "out.wav") as run:
            until(lambda: leftovers(qwentts))
            out.write_bytes(OLD)
            result = run.wait()
    assert (result.code, out.read_bytes()) == (2, OLD)
    assert list(qwentts.folder.iterdir()) == [out]


@pytest.mark.parametrize(("stream", "code"), [(">&-", 7), ("2>&-", 0), ("<&-", 0)])
def test_a_stream_that_is_closed_from_the_start(online: Qwentts, stream: str, code: int) -> None:
    """Nothing else gets what was meant for a closed stream, and a closed stdout is never a success."""
    command = f'exec "$@" {stream}'
    done = subprocess.run(
        ["sh", "-c", command, "sh", *PROGRAM, "say", "Hi.", "-o", "-", "--verbose"],
        cwd=online.folder,
        env=online.environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    if code:
        assert b"cannot write to stdout" in done.stderr
    else:
        assert read_back(done.stdout) == "Hi."


@pytest.mark.parametrize("args", [("say", "Hi.", "-o", "-"), ("voices",), ("say", "Hi.", "-o", "x.wav")])
def test_a_full_stdout_is_told(online: ForkedQwentts, args: tuple[str, ...]) -> None:
    """`> /dev/full` is an error of this machine."""
    with (
        open("/dev/full", "wb") as full,  # noqa: PTH123 - a device
        online.running(*args, streams={1: full.fileno()}) as run,
    ):
        result = run.wait()
    assert result.code == 7
    assert "stdout: No space left on device" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("length", "code"), [(255, 0), (256, 2)])
def test_the_longest_name(online: ForkedQwentts, sandbox: Sandbox, length: int, code: int) -> None:
    """A name the file system takes is taken; a longer one is refused before anything is paid."""
    name = "语" * 83 + "x" * (length - 83 * 3 - 4) + ".wav"
    assert len(name.encode()) == length
    online("say", "Hi.", "-o", name, code=code)
    assert bool(sandbox.ledger) == (code == 0)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_new_file_has_the_mode_the_user_wants(online: ForkedQwentts, umask: int) -> None:
    """As any program's file: 0666 without the umask; what is ours alone is private whatever the umask."""
    with online.running(*SAID, umask=umask) as run:
        assert run.wait().code == 0
    assert (online.folder / "out.wav").stat().st_mode & 0o777 == 0o666 & ~umask
    for path in (online.home / ".cache", online.home / ".local"):
        for inner in [path, *path.rglob("*")]:
            assert inner.stat().st_mode & 0o077 == 0, inner


@pytest.mark.parametrize("is_dangling", [False, True])
def test_a_link_is_replaced_and_not_written_through(online: ForkedQwentts, is_dangling: bool) -> None:  # noqa: FBT001 - a table
    """What a link in the place of the file leads to stays as it is."""
    far = online.home / "far.wav"
    if not is_dangling:
        far.write_bytes(OLD)
    (online.folder / "out.wav").symlink_to(far)
    online("say", "Hi.", "-o", "out.wav", code=2)
    online(*SAID)
    assert not (online.folder / "out.wav").is_symlink()
    assert not far.exists() if is_dangling else far.read_bytes() == OLD
