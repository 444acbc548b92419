from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from qwentts_cli.synthesis.limiter_rules import LimiterState, fresh
from qwentts_cli.synthesis.limiter_state import OwnState, SharedState, decode, encode, shared_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLD = """
import sys
from pathlib import Path
from qwentts_cli.synthesis.limiter_rules import fresh
from qwentts_cli.synthesis.limiter_state import SharedState

def change(known):
    print("locked", flush=True)
    sys.stdin.read()
    return fresh(1.0), None

SharedState(Path(sys.argv[1])).transact(change)
"""

COUNT = """
import sys
from msgspec.structs import replace
from pathlib import Path
from qwentts_cli.synthesis.limiter_rules import fresh
from qwentts_cli.synthesis.limiter_state import SharedState

state = SharedState(Path(sys.argv[1]))
for _ in range(200):
    state.transact(lambda known: (replace(known or fresh(0.0), calm=(known.calm if known else 0) + 1), None))
assert state.is_shared
"""


def put(state: OwnState | SharedState, rate: float) -> None:
    state.transact(lambda _known: (fresh(5.0, rate), None))


def get(state: OwnState | SharedState) -> float | None:
    def read(known: LimiterState | None) -> tuple[LimiterState, float | None]:
        return known or fresh(5.0), known.rate if known else None

    return state.transact(read)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "rate.json"


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    path.parent.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"
        yield process
        process.kill()


def test_the_first_processes_in_a_new_home_share_too(tmp_path: Path) -> None:
    """No folder is there yet, and several begin at once: each would find the whole limit for itself alone."""
    path = tmp_path / "state" / "qwentts" / "rates" / "rate.json"
    put(SharedState(path), 7.0)
    assert get(SharedState(path)) == 7.0
    assert (tmp_path / "state").stat().st_mode & 0o77 == 0


def test_one_process_learns_from_another(path: Path) -> None:
    """What one holder of the file wrote, the next one reads."""
    assert get(SharedState(path)) is None
    put(SharedState(path), 7.0)
    assert get(SharedState(path)) == 7.0


def test_nothing_is_lost_between_processes(path: Path) -> None:
    """Four processes that each add 200 make 800."""
    command = [sys.executable, "-c", COUNT, str(path)]
    path.parent.mkdir()
    processes = [subprocess.Popen(command) for _ in range(4)]
    assert [process.wait() for process in processes] == [0] * 4
    known = decode(path.read_bytes())
    assert known is not None
    assert known.calm == 800


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_the_file_is_private(path: Path, mask: int) -> None:
    """The file is 0600 and a folder made for it 0700 under every umask; a wider file is tightened."""
    before = os.umask(mask)
    try:
        put(SharedState(path), 7.0)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.chmod(0o644)
    put(SharedState(path), 8.0)
    assert path.stat().st_mode & 0o777 == 0o600


BAD_RECORDS = [
    b"",
    b"not JSON",
    b"[" * 512,
    b"null".ljust(512),
    b"{}".ljust(512),
    encode(fresh(5.0, 7.0))[:-1],
    encode(fresh(5.0, 7.0)) + b"\n",
    encode(fresh(5.0, 7.0)).replace(b'"rate":7.0', b'"rate":"7"'),
    encode(fresh(5.0, 7.0)).replace(b'"calm":0', b'"calm":0.0'),
    encode(fresh(5.0, 7.0)).replace(b'"calm"', b'"came"'),
    b"\xff" * 512,
    b"x" * 1_000_000,
]


@pytest.mark.parametrize("record", BAD_RECORDS, ids=range(len(BAD_RECORDS)))
def test_a_bad_record_counts_as_nothing_known(path: Path, record: bytes) -> None:
    """Damaged, foreign or oversized contents are neither an error nor believed, and are replaced."""
    path.parent.mkdir()
    path.write_bytes(record)
    state = SharedState(path)
    assert get(state) is None
    assert state.is_shared
    assert path.stat().st_size == 512
    assert get(SharedState(path)) == 2.0


@given(st.binary(max_size=600) | st.text(max_size=512).map(lambda text: text.encode().ljust(512)))
def test_decoding_never_crashes(record: bytes) -> None:
    """Whatever the file holds, it is a state or nothing."""
    assert decode(record) is None


@given(
    st.builds(replace, st.just(fresh(0.0)), rate=st.floats(), taken_at=st.floats(), blocked=st.integers(0))
)
def test_every_state_fits_its_record(state: LimiterState) -> None:
    """The record has one length, whatever the numbers."""
    if state.blocked < 2**63:
        assert len(encode(state)) == 512


def test_a_state_survives_its_record() -> None:
    """Decoding gives back what was encoded, to the last bit."""
    state = replace(fresh(12345.678901234567, 1 / 3), limited=True, calm=7)
    assert decode(encode(state)) == state


@pytest.mark.parametrize("kind", ["directory", "fifo", "dangling link", "link", "a file as folder"])
def test_an_unusable_file_is_no_failure(path: Path, kind: str) -> None:
    """Where there can be no shared state, the process keeps its own, and touches nothing else."""
    path.parent.mkdir()
    victim = path.parent / "victim"
    match kind:
        case "directory":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "dangling link":
            path.symlink_to(victim)
        case "link":
            victim.write_bytes(b"precious")
            path.symlink_to(victim)
        case _:
            victim.write_bytes(b"precious")
            path = victim / "rate.json"
    state = SharedState(path)
    put(state, 7.0)
    assert not state.is_shared
    assert get(state) == 7.0
    assert not victim.exists() or victim.read_bytes() == b"precious"


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from qwentts_cli.synthesis.limiter_rules import fresh
from qwentts_cli.synthesis.limiter_state import SharedState

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
state = SharedState(Path(sys.argv[1]))
seen = []

def change(known):
    seen.append(known and known.rate)
    return fresh(1.0, 7.0), None

state.transact(change)
state.transact(change)
assert not state.is_shared
assert seen == [None, 7.0], seen
"""


@pytest.mark.parametrize("room", [0, 100])
def test_a_full_disk_is_no_failure(path: Path, room: int) -> None:
    """When the record cannot be written whole, the change is kept in the process and is not made twice."""
    path.parent.mkdir()
    subprocess.run([sys.executable, "-c", FULL_DISK, str(path), str(room)], check=True)
    assert get(SharedState(path)) is None


def test_a_killed_process_frees_the_lock(path: Path, holder: subprocess.Popen[bytes]) -> None:
    """SIGKILL in the middle of a change leaves no lock and no half a record."""
    holder.kill()
    holder.wait()
    waits: list[float] = []
    state = SharedState(path, pause=waits.append)
    put(state, 7.0)
    assert state.is_shared
    assert waits == []


def test_a_stopped_process_does_not_stop_others(path: Path, holder: subprocess.Popen[bytes]) -> None:
    """A lock that is held for over a second is not waited for; the process goes on by itself."""
    holder.send_signal(signal.SIGSTOP)
    waits: list[float] = []
    state = SharedState(path, pause=waits.append)
    put(state, 7.0)
    assert not state.is_shared
    assert get(state) == 7.0
    assert 0.9 <= sum(waits) <= 2


def test_a_deleted_file_is_made_again(path: Path) -> None:
    """Whoever clears the folder meanwhile disturbs nobody."""
    state = SharedState(path)
    put(state, 7.0)
    path.unlink()
    assert get(state) is None
    put(state, 8.0)
    assert get(SharedState(path)) == 8.0


def test_each_host_and_model_has_its_own(tmp_path: Path) -> None:
    """Limits are by host and model, and so are the files; their names tell nothing."""
    states = [
        shared_state(tmp_path, host, model) for host in ("a.example", "b.example") for model in ("m", "n")
    ]
    for state in states:
        state.transact(lambda _known: (fresh(1.0), None))
    names = [path.name for path in tmp_path.iterdir()]
    assert len(names) == 4
    assert not any("example" in name for name in names)


def test_the_record_is_plain_json(path: Path) -> None:
    """A person can read the file."""
    put(SharedState(path), 7.0)
    assert json.loads(path.read_text())["rate"] == 7.0
