from __future__ import annotations

import subprocess
import sys
import threading
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from qwentts_cli.synthesis.limiter import RateLimiter
from qwentts_cli.synthesis.limiter_rules import START_RPS
from qwentts_cli.synthesis.limiter_state import OwnState, SharedState
from qwentts_cli.synthesis.timing import Cancelled, until_cancelled
from tests.virtual_time import VirtualTime

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TAKE_SIXTEEN = """
import sys
from pathlib import Path
from qwentts_cli.synthesis.limiter import RateLimiter
from qwentts_cli.synthesis.limiter_state import shared_state

limiter = RateLimiter(shared_state(Path(sys.argv[1]), "host", "model"), rpm=1200)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(16):
    print(limiter.acquire().taken_at)
    limiter.succeeded()
"""


def run_threads(count: int, target: Callable[[], None]) -> None:
    threads = [threading.Thread(target=target) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=100)
    assert not any(thread.is_alive() for thread in threads)


def test_the_first_request_goes_at_once(tmp_path: Path) -> None:
    """A single request never waits: not without a state, and not after one that lies idle."""
    clock = VirtualTime()
    path = tmp_path / "rate.json"
    for idle_s in (0.0, 5.0, 599.0, 10_000.0):
        clock.now += idle_s
        RateLimiter(SharedState(path), timing=clock.timing()).acquire()
        clock.now += 0.5
        assert clock.waits == []


def test_requests_are_spaced() -> None:
    """While nothing is known, requests go out every half second."""
    clock = VirtualTime()
    limiter = RateLimiter(timing=clock.timing())
    taken = [limiter.acquire().taken_at for _ in range(5)]
    gaps = [later - sooner for sooner, later in pairwise(taken)]
    assert gaps == pytest.approx([0.5] * 4)


def test_rpm_is_a_hard_cap() -> None:
    """With --rpm 120 no success makes requests go out faster than every half second."""
    clock = VirtualTime()
    limiter = RateLimiter(timing=clock.timing(), rpm=120)
    taken = []
    for _ in range(100):
        taken.append(limiter.acquire().taken_at)
        limiter.succeeded()
    gaps = [later - sooner for sooner, later in pairwise(taken)]
    assert min(gaps) >= 0.4999
    assert sum(gaps) / len(gaps) == pytest.approx(0.5, rel=0.01)


def test_cap_of_one_process_does_not_slow_another(tmp_path: Path) -> None:
    """A run with --rpm 1 does not make the next command wait a minute."""
    clock = VirtualTime()
    path = tmp_path / "rate.json"
    RateLimiter(SharedState(path), timing=clock.timing()).acquire()
    slow = RateLimiter(SharedState(path), timing=clock.timing(), rpm=1)
    slow.acquire()
    assert sum(clock.waits) >= 59.9
    clock.waits.clear()
    RateLimiter(SharedState(path), timing=clock.timing()).acquire()
    assert sum(clock.waits) <= 0.51


def test_processes_share_the_rate(tmp_path: Path) -> None:
    """Two holders of one file together keep the spacing of one."""
    clock = VirtualTime()
    limiters = [RateLimiter(SharedState(tmp_path / "r"), timing=clock.timing(), rpm=60) for _ in range(2)]
    taken = [limiters[n % 2].acquire().taken_at for n in range(10)]
    assert taken[-1] - taken[0] == pytest.approx(9.0, rel=0.03)


def test_retry_after_pauses_everybody(tmp_path: Path) -> None:
    """When the service asks one process to wait, the other waits too."""
    clock = VirtualTime()
    path = tmp_path / "rate.json"
    one = RateLimiter(SharedState(path), timing=clock.timing())
    one.throttled(one.acquire(), 7.0)
    other = RateLimiter(SharedState(path), timing=clock.timing())
    began = clock.now
    assert other.acquire().taken_at - began == pytest.approx(7.0, abs=0.1)


def test_a_probe_that_succeeds_frees_the_others() -> None:
    """Whoever waits out the long hold of a probe goes on within half a second of good news."""
    clock = VirtualTime()
    waited: list[float] = []

    def wait(seconds: float) -> None:
        clock.wait(seconds)
        waited.append(seconds)
        if len(waited) == 2:
            limiter.succeeded()

    silent = clock.timing()
    state = OwnState()
    for _ in range(4):
        limiter = RateLimiter(state, timing=silent)
        limiter.throttled(limiter.acquire())
    limiter.acquire()
    limiter = RateLimiter(state, timing=replace(silent, wait=wait))
    limiter.acquire()
    assert sum(waited) <= 1.5


def test_since_success() -> None:
    """It tells how long ago the latest success was."""
    clock = VirtualTime()
    limiter = RateLimiter(timing=clock.timing())
    limiter.succeeded()
    clock.now += 42
    assert limiter.since_success_s() == pytest.approx(42)


def test_restart_slows_down() -> None:
    """After an outage requests go out once a second."""
    clock = VirtualTime()
    limiter = RateLimiter(timing=clock.timing(), start_rps=50)
    limiter.acquire()
    limiter.restart()
    taken = [limiter.acquire().taken_at for _ in range(3)]
    assert taken[2] - taken[1] == pytest.approx(1.0)


@pytest.mark.parametrize("threads", [10, 64])
def test_threads_never_exceed_the_rate(threads: int) -> None:
    """However many threads ask, tokens are spaced, and each request gets one."""
    limiter = RateLimiter(rpm=60_000)
    taken: list[float] = []

    def worker() -> None:
        for _ in range(10):
            taken.append(limiter.acquire().taken_at)
            limiter.succeeded()

    began = time.monotonic()
    run_threads(threads, worker)
    assert len(taken) == threads * 10
    assert (len(taken) - 1) / 1000 <= time.monotonic() - began


def test_threads_are_served_in_order() -> None:
    """First come, first served, among threads of one process."""
    gate = threading.Event()
    clock = VirtualTime()

    def wait(seconds: float) -> None:
        gate.wait()
        clock.wait(seconds)

    limiter = RateLimiter(timing=replace(clock.timing(), wait=wait))
    limiter.acquire()
    order: list[int] = []

    def worker(number: int) -> None:
        limiter.acquire()
        order.append(number)

    threads = []
    for number in range(20):
        thread = threading.Thread(target=worker, args=(number,))
        thread.start()
        threads.append(thread)
        while not is_waiting(thread):
            pass
    gate.set()
    for thread in threads:
        thread.join(timeout=100)
    assert order == list(range(20))


def is_waiting(thread: threading.Thread) -> bool:
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 - nothing else tells it
    return (
        frame is not None
        and frame.f_code.co_filename == threading.__file__
        and frame.f_code.co_name == "wait"
    )


def test_cancel_ends_every_wait_at_once() -> None:
    """Ctrl-C frees all waiting threads, not only the one whose turn it is."""
    cancelled = threading.Event()
    limiter = RateLimiter(timing=until_cancelled(cancelled), rpm=1)
    limiter.acquire()
    outcomes: list[str] = []

    def worker() -> None:
        try:
            limiter.acquire()
        except Cancelled:
            outcomes.append("cancelled")

    threads = [threading.Thread(target=worker) for _ in range(64)]
    for thread in threads:
        thread.start()
    cancelled.set()
    for thread in threads:
        thread.join(timeout=100)  # the next token would come after a minute
    assert outcomes == ["cancelled"] * 64


def test_real_processes_keep_to_one_limit(tmp_path: Path) -> None:
    """Three processes with a cap of 20 requests a second together stay within it."""
    command = [sys.executable, "-c", TAKE_SIXTEEN, str(tmp_path)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) for _ in range(3)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
    began = time.monotonic()
    for process in processes:
        assert process.stdin
        process.stdin.write(b"\n")
    taken = sorted(float(line) for process in processes for line in process.communicate()[0].split())
    assert len(taken) == 48
    # The first token is taken after this began; a process that is held up notes its token later, not sooner.
    assert all(at - began >= number / 20 * 0.99 for number, at in enumerate(taken))


@pytest.mark.parametrize("later_s", [-900_000.0, 601.0])
def test_what_was_known_before_a_reboot_or_long_ago_is_not_believed(tmp_path: Path, later_s: float) -> None:
    """A clock that began anew would make the first request wait for days."""
    before = VirtualTime(now=1_000_000.0)
    limiter = RateLimiter(SharedState(tmp_path / "rate.json"), timing=before.timing())
    limiter.throttled(limiter.acquire(), 250.0)
    limiter.succeeded()
    after = VirtualTime(now=before.now + later_s)
    limiter = RateLimiter(SharedState(tmp_path / "rate.json"), timing=after.timing())
    limiter.acquire()
    assert after.waits == []
    assert limiter.allowed_rps() == START_RPS
