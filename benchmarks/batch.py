"""A thousand texts at a limit of 20 requests a second: `qwentts batch`, a loop of `say`, the vendor's SDK.

    python -m benchmarks.batch [ITEMS]

Each runs against a sandbox of its own with the same limit. Goodput is the share of the limit that was used.
Then a run is killed again and again and its bill counted, and a million rows are begun.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measured_run import run_measured
from qwentts_cli.sandbox.server import Sandbox

PROGRAM = [sys.executable, "-m", "qwentts_cli"]
RPS = 20
LOOP = 'for f in in/*.txt; do "$@" say -f "$f" -o "loop/$(basename "$f" .txt).wav"; done'
SDK = """
import os, pathlib, sys, urllib.request
from concurrent.futures import ThreadPoolExecutor
import dashscope
dashscope.base_http_api_url = sys.argv[1]
def speak(path):
    answer = dashscope.MultiModalConversation.call(
        model="qwen3-tts-flash", api_key=os.environ["QWENTTS_API_KEY"], text=path.read_text(), voice="Cherry")
    if answer.status_code == 200:
        with urllib.request.urlopen(answer.output["audio"]["url"]) as audio:
            pathlib.Path("sdk", path.stem + ".wav").write_bytes(audio.read())
with ThreadPoolExecutor(8) as pool:
    list(pool.map(speak, sorted(pathlib.Path("in").glob("*.txt"))))
"""


KILLS = 5
ROWS = 1_000_000


def environment(server: Sandbox, folder: Path) -> dict[str, str]:
    return os.environ | {
        "HOME": str(folder),
        "QWENTTS_BASE_URL": server.base_url,
        "QWENTTS_API_KEY": "sk-benchmark-0123",
        "PYTHONPATH": str(Path.cwd()),
    }


def start(command: list[str], server: Sandbox, folder: Path) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, env=environment(server, folder), stdout=quiet, stderr=quiet)


def posts(server: Sandbox) -> list[int]:
    return [record.status for record in list(server.ledger) if record.phase == "post"]


def measure(name: str, command: list[str], folder: Path, items: int) -> None:
    with Sandbox(voice_engine="tones", rpm=RPS * 60, burst=RPS) as server:
        command = [part.replace("BASE_URL", server.base_url) for part in command]
        cost = run_measured(command, env=environment(server, folder), cwd=folder)
        answers = posts(server)
    good, throttled = answers.count(200), answers.count(429) / max(len(answers), 1)
    files = len(list((folder / name).glob("*.wav")))
    print(
        f"{name:<12} {files:>5} of {items} files  {cost.seconds:6.1f} s  "
        f"{good / cost.seconds / RPS:6.1%} of the limit  {throttled:6.1%} answered with 429  "
        f"{cost.megabytes:6.1f} MB"
    )


def kill_and_resume(folder: Path, items: int) -> None:
    command = [*PROGRAM, "batch", "in", "-d", "killed", "--rpm", "60000"]
    with Sandbox(voice_engine="tones") as server:
        for kill in range(1, KILLS + 1):
            process = start(command, server, folder)
            while posts(server).count(200) < items * kill // (KILLS + 1):
                time.sleep(0.01)
            process.kill()
            process.wait()
        start(command, server, folder).wait()
        billed = posts(server).count(200)
    files = len(list((folder / "killed").glob("*.wav")))
    print(f"killed {KILLS} times and resumed: {files} of {items} files, {billed} requests billed")


def begin_many(folder: Path) -> None:
    with (folder / "many.jsonl").open("w") as rows:
        rows.writelines(f'{{"text": "This is row number {number} of many."}}\n' for number in range(ROWS))
    with Sandbox(voice_engine="tones") as server:
        began = time.perf_counter()
        process = start([*PROGRAM, "batch", "many.jsonl", "-d", "many"], server, folder)
        while not server.ledger:
            time.sleep(0.01)
        seconds = time.perf_counter() - began
        process.terminate()
        process.wait()
    print(f"{ROWS:,} rows: first request after {seconds:.1f} s")


def main() -> None:
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("in", "batch", "loop", "sdk"):
            (folder / part).mkdir()
        for number in range(items):
            (folder / "in" / f"{number:04}.txt").write_text(f"This is item number {number} of many.")
        batch = [*PROGRAM, "batch", "in", "-d", "batch"]
        measure("batch", batch, folder, items)
        measure("loop", ["/bin/sh", "-c", LOOP, "sh", *PROGRAM], folder, items)
        measure("sdk", [sys.executable, "-c", SDK, "BASE_URL"], folder, items)
        began = time.perf_counter()
        subprocess.run(
            [*batch, "--region", "sandbox"],
            cwd=folder,
            env=os.environ | {"HOME": str(folder), "PYTHONPATH": str(Path.cwd())},
            check=True,
            capture_output=True,
        )
        print(f"batch again, nothing to do: {time.perf_counter() - began:.1f} s")
        kill_and_resume(folder, items)
        begin_many(folder)


if __name__ == "__main__":
    main()
