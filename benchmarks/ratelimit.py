"""How close the rate limiter comes to a server's limit: simulated, and over real sockets and processes.

Run from the project's folder: python -m benchmarks.ratelimit. It takes about four minutes.
"""

from __future__ import annotations

import argparse
import json
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.limiter_simulation import CASES, Load, Simulation, TokenBucket, ten_two_ten
from qwentts_cli.errors import Throttled
from qwentts_cli.synthesis.limiter import RateLimiter
from qwentts_cli.synthesis.limiter_state import OwnState, RateState, shared_state
from qwentts_cli.synthesis.retry import BATCH, retry

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEEDS = 5
_LATENCY_S = 0.3


class LimitedServer(socketserver.ThreadingTCPServer):
    """Answers each connection with `ok` after a while, or at once with `no` over the limit; counts both."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, rps: float, burst: int) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.began_at = time.monotonic()
        self.bucket = TokenBucket(rps, burst)
        self.lock = threading.Lock()
        self.accepted: list[float] = []
        self.refused = 0


class _Answer(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = self.server
        if not isinstance(server, LimitedServer):
            raise TypeError(server)
        self.rfile.readline()
        with server.lock:
            now = time.monotonic() - server.began_at
            accepted = server.bucket.accepts(now)
            if accepted:
                server.accepted.append(now)
            server.refused += not accepted
        if accepted:
            time.sleep(_LATENCY_S)
        self.wfile.write(b"ok" if accepted else b"no")


@contextmanager
def limited_server(rps: float, burst: int) -> Iterator[LimitedServer]:
    with LimitedServer(rps, burst) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def work(port: int, folder: Path, *, items: int, workers: int, rpm: float | None) -> None:
    """Make `items` requests as one process of the tool would."""
    limiter = RateLimiter(shared_state(folder, f"127.0.0.1:{port}", "benchmark"), rpm=rpm)

    def attempt() -> None:
        permit = limiter.acquire()
        with closing(socket.create_connection(("127.0.0.1", port))) as connection:
            connection.sendall(b"go\n")
            answer = connection.recv(2)
        if answer == b"no":
            limiter.throttled(permit)
            raise Throttled("too many requests")
        limiter.succeeded()

    with ThreadPoolExecutor(workers) as pool:
        jobs = [pool.submit(retry, attempt, BATCH) for _ in range(items)]
        for job in jobs:
            job.result()


def measure(name: str, server: tuple[float, int], load: Load, *, one_item_each: bool = False) -> None:
    """Run real processes against a real server and print the goodput and the throttled share."""
    rps, burst = server
    with limited_server(rps, burst) as limited, tempfile.TemporaryDirectory() as folder:
        runs = load.items if one_item_each else load.processes
        options = {"items": load.items // runs, "workers": load.workers, "rpm": load.rpm}
        command = [sys.executable, "-m", "benchmarks.ratelimit", "--folder", folder]
        command += ["--port", str(limited.server_address[1]), "--options", json.dumps(options)]
        with ThreadPoolExecutor(load.processes) as pool:
            list(pool.map(lambda _: subprocess.run(command, check=True), range(runs)))
        done, refused = len(limited.accepted), limited.refused
        seconds = limited.accepted[-1] - limited.accepted[0]
    credit = burst if load.rpm is None else 1
    goodput = (load.items - credit) / rps / seconds
    lost = load.items - done
    print(f"{name:58} {goodput:5.0%} {refused / (done + refused):6.1%} {lost:5}")


def simulate() -> None:
    print(f"{'Simulated, mean of 5 seeds':62} {'goodput':>8} {'429':>6} {'lost':>5}")
    for case in CASES:
        outcomes = [Simulation(case.server(), case.load, seed).run() for seed in range(_SEEDS)]
        goodput = sum(case.ideal_s / outcome.seconds for outcome in outcomes) / _SEEDS
        throttled = sum(outcome.throttled_share for outcome in outcomes) / _SEEDS
        lost = sum(case.load.items - sum(outcome.done) for outcome in outcomes)
        print(f"{case.name:62} {goodput:8.0%} {throttled:6.1%} {lost:5}")
    outcome = Simulation(TokenBucket(ten_two_ten, 10), Load(1600, 16)).run()
    print(f"step 10, 2, 10 rps: {outcome.seconds:.0f} s (ideal 240), {outcome.throttled_share:.1%}")


def time_event(state: RateState) -> float:
    """Milliseconds that asking or telling the limiter something costs."""
    limiter = RateLimiter(state)
    began = time.perf_counter()
    for _ in range(1000):
        limiter.succeeded()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--options", type=json.loads, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.port:
        work(arguments.port, arguments.folder, **arguments.options)
        return
    simulate()
    with tempfile.TemporaryDirectory() as folder:
        shared = shared_state(Path(folder), "host", "model")
        print(f"\nOne event, state in the process: {time_event(OwnState()):.3f} ms")
        print(f"One event, state in a shared file: {time_event(shared):.3f} ms")
    print(f"\n{'Real sockets and processes':58} {'goodput':>5} {'429':>6} {'lost':>5}")
    measure("10 rps burst 10, 1 process, 16 workers", (10, 10), Load(300, 16))
    measure("10 rps burst 1, 1 process, 16 workers", (10, 1), Load(300, 16))
    measure("10 rps burst 10, --rpm 600", (10, 10), Load(300, 16, rpm=600))
    measure("6 rps burst 6, 10 processes of 2 workers", (6, 6), Load(300, 2, processes=10))
    measure(
        "3 rps burst 3, xargs -P 8 of one item each", (3, 3), Load(120, 1, processes=8), one_item_each=True
    )


if __name__ == "__main__":
    main()
