"""What the program costs beside what it cannot do without, in one table of ratios and one chart.

    python -m benchmarks.speed [--runs 15] [--chart docs/speed.svg]

"Floor" is a script with the same interpreter that imports only what the job needs and does it. Ours, the
floor and the peers run in turns; the figures are medians.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from benchmarks.chart import draw_chart
from benchmarks.floors import POOL, SDK, STREAM, WHOLE
from benchmarks.plain_server import FRAME_BYTES, SAMPLES
from benchmarks.resume import measure as resume
from qwentts_cli.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
PROGRAM = [sys.executable, "-m", "qwentts_cli"]
TEXT = "Good morning. This sentence is here to be heard as soon as it can be."
ITEMS = 1000
WORKERS = 32
ROWS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One job; times in milliseconds, `peer` where somebody else does it too."""

    job: str
    ours: float
    floor: float
    goal: str
    peer: float | None = None
    unit: str = "ms"

    @property
    def cost(self) -> float:
        """How many times the floor it takes; of what is done in a second, less takes longer."""
        return self.floor / self.ours if self.unit == "a second" else self.ours / self.floor


class Place:
    """An empty home and folder for all runs against one server."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self.folder = folder
        # Without compiled modules most of the time would be spent on compiling them.
        own = {name: os.environ[name] for name in os.environ if not name.startswith("QWENTTS_")}
        self.env = {name: own[name] for name in own if name != "PYTHONDONTWRITEBYTECODE"} | {
            "HOME": str(folder / "home"),
            "QWENTTS_BASE_URL": base_url,
            "QWENTTS_API_KEY": "sk-benchmark-0123",
            "PYTHONPATH": str(ROOT),
        }
        (folder / "home").mkdir(exist_ok=True)

    def time_ms(self, command: list[str]) -> float:
        began = time.perf_counter()
        subprocess.run(command, cwd=self.folder, env=self.env, check=True, capture_output=True)
        return (time.perf_counter() - began) * 1000

    def first_sample_ms(self, command: list[str]) -> float:
        return self._stream_ms(command)[0]

    def frame_ms(self, command: list[str]) -> float:
        """What a frame behind the first takes."""
        first, last = self._stream_ms(command)
        return (last - first) / (len(SAMPLES) // FRAME_BYTES - 1)

    def _stream_ms(self, command: list[str]) -> tuple[float, float]:
        """When the first of the samples comes, and the last."""
        began = time.perf_counter()
        with subprocess.Popen(
            command, cwd=self.folder, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            output = cast("IO[bytes]", process.stdout)
            output.read(1)
            first = time.perf_counter() - began
            output.read(len(SAMPLES) - 1)
            last = time.perf_counter() - began
            output.read()
        return first * 1000, last * 1000

    def cpu_s(self, command: list[str]) -> tuple[float, float]:
        """Seconds of the clock and of the processor."""
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=self.folder, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"{command[:5]} failed: {cast('IO[bytes]', process.stderr).read().decode()[-400:]}")
        return time.perf_counter() - began, usage.ru_utime + usage.ru_stime


@contextmanager
def open_place(latency_s: float) -> Iterator[Place]:
    command = [sys.executable, "-m", "benchmarks.plain_server", "--latency", str(latency_s)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as server,
    ):
        base_url = cast("IO[bytes]", server.stdout).readline().decode().strip()
        try:
            yield Place(Path(folder), base_url)
        finally:
            server.kill()


def medians(runs: int, *jobs: Callable[[], float]) -> list[float]:
    """Run the jobs in turns, so that a busy moment hits all of them."""
    times = [[job() for job in jobs] for _ in range(runs + 1)][1:]
    return [statistics.median(column) for column in zip(*times, strict=True)]


def measure_start(place: Place, runs: int) -> Iterator[Row]:
    import_typer = [sys.executable, "-c", "import typer"]
    commands = {"--help": ["--help"], "voices": ["voices"], "config get": ["config", "get", "region"]}
    place.time_ms([*PROGRAM, "config", "set", "region", "intl"])
    for name, words in commands.items():
        ours, floor = medians(
            runs, lambda w=words: place.time_ms([*PROGRAM, *w]), lambda: place.time_ms(import_typer)
        )  # type: ignore[misc]
        yield Row(job=f"qwentts {name}", ours=ours, floor=floor, goal="floor + 30 ms")
    say = [*PROGRAM, "say", TEXT, "-o", "cached.wav", "--force"]
    place.time_ms(say)
    ours, floor = medians(runs, lambda: place.time_ms(say), lambda: place.time_ms(import_typer))
    yield Row(job="say, from the cache", ours=ours, floor=floor, goal="floor + 60 ms")


def measure_say(place: Place, runs: int) -> Iterator[Row]:
    say = [*PROGRAM, "say", TEXT, "-o", "new.wav", "--force", "--no-cache"]
    ours, floor, peer = medians(
        runs,
        lambda: place.time_ms(say),
        lambda: place.time_ms([sys.executable, "-c", WHOLE, TEXT, "floor.wav"]),
        lambda: place.time_ms([sys.executable, "-c", SDK, TEXT, "sdk.wav"]),
    )
    yield Row(job="say one sentence", ours=ours, floor=floor, peer=peer, goal="floor + 50 ms")
    stream = [*PROGRAM, "say", TEXT, "-o", "-", "--format", "pcm", "--no-cache"]
    streamed = [sys.executable, "-c", STREAM, TEXT]
    ours, floor = medians(
        runs, lambda: place.first_sample_ms(stream), lambda: place.first_sample_ms(streamed)
    )
    yield Row(job="first sample of a stream", ours=ours, floor=floor, goal="floor + 60 ms")
    ours, floor = medians(runs, lambda: place.frame_ms(stream), lambda: place.frame_ms(streamed))
    yield Row(job="each further frame", ours=ours, floor=floor, goal="5 ms")


def measure_batch() -> Iterator[Row]:
    with open_place(0.05) as place:
        texts = place.folder / "in"
        texts.mkdir()
        for number in range(ITEMS):
            (texts / f"{number:04}.txt").write_text(f"Sentence number {number} of a list of them.")
        (place.folder / "pool").mkdir()
        ours = place.cpu_s([*PROGRAM, "batch", "in", "-d", "out", "-j", str(WORKERS), "--no-cache"])
        floor = place.cpu_s([sys.executable, "-c", POOL, str(texts), "pool", str(WORKERS)])
        if len(list((place.folder / "out").glob("*.wav"))) != ITEMS:
            sys.exit("the batch did not make every item")
    yield Row(
        job=f"batch -j {WORKERS}, {ITEMS} items",
        ours=ITEMS / ours[0],
        floor=ITEMS / floor[0],
        goal="100 a second",
        unit="a second",
    )
    yield Row(
        job="its CPU time an item",
        ours=ours[1] * 1000 / ITEMS,
        floor=floor[1] * 1000 / ITEMS,
        goal="8 ms",
    )


def measure_resume() -> Iterator[Row]:
    ours, floor = resume(ROWS)
    yield Row(
        job="resume of a million rows",
        ours=ours.seconds * 1e6 / ROWS,
        floor=floor.seconds * 1e6 / ROWS,
        goal="20 s",
        unit="s",
    )


def measure_sharing() -> Iterator[Row]:
    """Six processes at once against one limit of ten requests a second."""
    with (
        Sandbox(voice_engine="tones", rpm=600, burst=10) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        place = Place(Path(folder), server.base_url)
        (place.folder / "in.txt").write_text("\n\n".join(f"Paragraph number {n}." for n in range(30)))
        say = [*PROGRAM, "say", "-f", "in.txt", "--paragraph-pause", "0", "-j", "8", "--no-cache", "-o"]
        began, quiet = time.perf_counter(), subprocess.DEVNULL
        running = [
            subprocess.Popen([*say, f"{n}.wav"], cwd=place.folder, env=place.env, stdout=quiet, stderr=quiet)
            for n in range(6)
        ]
        if any(process.wait() for process in running):
            sys.exit("one of six processes failed")
        seconds = time.perf_counter() - began
        statuses = [record.status for record in server.ledger if record.phase == "post"]
    requests, throttled = len(statuses), statuses.count(429)
    used = 100 * (requests - throttled - 10) / 10 / seconds
    yield Row(job="six say -j 8, of one limit", ours=used, floor=100, goal="88 %", unit="%")
    yield Row(
        job="and answered with 429", ours=100 * throttled / requests, floor=100, goal="at most 5 %", unit="%"
    )


def measure_mp3(place: Place) -> Iterator[Row]:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        return
    (place.folder / "long.txt").write_text("\n\n".join(f"Paragraph {n}." for n in range(1200)))
    say = [*PROGRAM, "say", "-f", "long.txt", "--paragraph-pause", "0.5", "--force", "-o"]
    place.cpu_s([*say, "long.wav"])
    ours = place.cpu_s([*say, "long.mp3"])[1] - place.cpu_s([*say, "again.wav"])[1]
    floor = place.cpu_s([ffmpeg, "-loglevel", "error", "-y", "-i", "long.wav", "floor.mp3"])[1]
    yield Row(
        job="half an hour to MP3, CPU", ours=ours * 1000, floor=floor * 1000, goal="1.3 x ffmpeg's LAME"
    )


def print_table(rows: list[Row]) -> None:
    print("| job | ours | floor | ratio | vendor's SDK | goal |\n|---|---|---|---|---|---|")
    for row in rows:
        peer = f"{row.peer:,.0f} {row.unit}" if row.peer else ""
        print(
            f"| {row.job} | {row.ours:,.1f} {row.unit} | {row.floor:,.1f} {row.unit} "
            f"| {row.cost:.2f} | {peer} | {row.goal} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--chart", type=Path)
    options = parser.parse_args()
    with open_place(0.0) as place:
        rows = [*measure_start(place, options.runs), *measure_say(place, options.runs), *measure_mp3(place)]
    rows += [*measure_batch(), *measure_resume(), *measure_sharing()]
    machine = (
        f"{platform.system()}, {platform.machine()}, {os.cpu_count()} cores, {platform.python_version()}"
    )
    print_table(rows)
    print(f"\n{date.today()}, {machine}")  # noqa: DTZ011 - the day as the reader counts it
    if options.chart:
        bars = [(row.job, row.cost) for row in rows if row.unit != "%" and row.floor > 1]
        options.chart.write_text(draw_chart(bars, f"{date.today()}, {machine}"), encoding="utf-8")  # noqa: DTZ011 - likewise


if __name__ == "__main__":
    main()
