"""What `say` costs beside the bare means: time to the first sample, and memory for long texts.

    python -m benchmarks.say

The sandbox answers in tones on this machine. Ratios compare within this run; `curl -N` reads the same stream.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, cast

from benchmarks.measured_run import run_measured
from qwentts_cli.sandbox.server import Sandbox

PROGRAM = [sys.executable, "-m", "qwentts_cli"]
GENERATION = "/services/aigc/multimodal-generation/generation"
TEXT = "Good morning. This sentence is here to be heard as soon as it can be."
ROUNDS = 9


def environment(server: Sandbox, home: str) -> dict[str, str]:
    return os.environ | {
        "HOME": home,
        "QWENTTS_BASE_URL": server.base_url,
        "QWENTTS_API_KEY": "sk-benchmark-0123",
        "QWENTTS_RPM": "60000",
    }


def first_output_ms(command: list[str], env: dict[str, str]) -> float:
    began = time.perf_counter()
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        output = cast("IO[bytes]", process.stdout)
        output.read(1)
        elapsed = time.perf_counter() - began
        output.read()
    return elapsed * 1000


def curl_command(server: Sandbox) -> list[str]:
    body = {"model": "qwen3-tts-flash", "input": {"text": TEXT, "voice": "Cherry"}}
    curl = shutil.which("curl")
    if curl is None:
        sys.exit("this benchmark needs curl")
    headers = [
        "Authorization: Bearer sk-benchmark-0123",
        "Content-Type: application/json",
        "X-DashScope-SSE: enable",
    ]
    options = [option for header in headers for option in ("-H", header)]
    return [curl, "-sN", server.base_url + GENERATION, *options, "-d", json.dumps(body)]


def first_sample(server: Sandbox, home: str) -> None:
    say = [*PROGRAM, "say", TEXT, "-o", "-", "--format", "pcm", "--no-cache"]
    rows: dict[str, list[float]] = {
        "bare interpreter": [],
        "qwentts --version": [],
        "curl -N": [],
        "qwentts say": [],
    }
    for _ in range(ROUNDS):
        env = environment(server, home)
        rows["bare interpreter"].append(first_output_ms([sys.executable, "-c", "print(1)"], env))
        rows["qwentts --version"].append(first_output_ms([*PROGRAM, "--version"], env))
        rows["curl -N"].append(first_output_ms(curl_command(server), env))
        rows["qwentts say"].append(first_output_ms(say, env))
    bare = statistics.median(rows["bare interpreter"])
    print("start to first byte, median of", ROUNDS)
    for name, times in rows.items():
        median = statistics.median(times)
        print(f"  {name:<20} {median:7.1f} ms   {median / bare:5.1f} x the bare interpreter")


def memory(server: Sandbox, home: str) -> None:
    print("peak memory of `say -f text -o out.wav --no-cache`")
    sentence = "This is a sentence of a long book, and there are many more of its kind to come. "
    for segments in (1, 10, 1000):
        path = Path(home, f"{segments}.txt")
        path.write_text(sentence * (segments * 600 // len(sentence)))
        command = [
            *PROGRAM,
            "say",
            "-f",
            str(path),
            "-o",
            str(path.with_suffix(".wav")),
            "--force",
            "--no-cache",
        ]
        peak_mb = run_measured(command, env=environment(server, home)).megabytes
        print(f"  {segments:>5} segments  {peak_mb:7.1f} MB")


def main() -> None:
    with tempfile.TemporaryDirectory() as home, Sandbox(voice_engine="tones") as server:
        first_sample(server, home)
        memory(server, home)


if __name__ == "__main__":
    main()
