"""A list whose every file is there already: what it takes to find that out.

    python -m benchmarks.resume [--rows 100000]

"Reading the list" is a script that parses each line and looks at each file. The files are empty of sound:
they and the journal are written here, since a million real ones would take days.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measured_run import Cost, run_measured
from qwentts_cli.batch.job import prepare_job
from qwentts_cli.batch.journal import HIDDEN
from qwentts_cli.batch.observer import BatchObserver
from qwentts_cli.batch.options import BatchOptions, FileOptions
from qwentts_cli.batch.rows import LAYOUT, Entry, FileFacts, Stage, row_of
from qwentts_cli.settings.config import Config
from qwentts_cli.settings.resolve import resolve
from qwentts_cli.speech.context import Context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.batch.tasks import Task

ROOT = Path(__file__).parents[1]
# Nobody answers there, and nobody is asked.
SERVER = {"QWENTTS_BASE_URL": "http://127.0.0.1:9/api/v1", "QWENTTS_API_KEY": "sk-benchmark-0123"}
READ = """
import json, os
for line, name in zip(open("list.jsonl", encoding="utf-8"), sorted(os.listdir("out"))):
    json.loads(line)
    os.stat("out/" + name)
"""


def run(folder: Path, command: list[str]) -> Cost:
    own = {name: os.environ[name] for name in os.environ if name != "PYTHONDONTWRITEBYTECODE"}
    env = own | SERVER | {"HOME": str(folder), "PYTHONPATH": str(ROOT)}
    return run_measured(command, env=env, cwd=folder)


def write_list(folder: Path, rows: int) -> None:
    with (folder / "list.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(
            json.dumps({"text": f"This is sentence number {number} of many in a list."}) + "\n"
            for number in range(1, rows + 1)
        )


def finished_tasks(folder: Path) -> Iterator[Task]:
    options = BatchOptions(inputs=[str(folder / "list.jsonl")], files=FileOptions(folder=folder / "out"))
    nowhere = folder / "nowhere"
    settings = resolve(flags={}, environ=SERVER, config=Config(nowhere), profile=None, vendor_key=nowhere)
    yield from prepare_job(Context(settings), options, BatchObserver()).tasks


def write_output(folder: Path) -> None:
    """Write the files and the journal of a finished run."""
    hidden = folder / "out" / HIDDEN
    hidden.mkdir(parents=True, mode=0o700)
    path = hidden / "journal.sqlite"
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as journal, journal:
        journal.execute(LAYOUT.versions[-1])
        journal.execute(f"PRAGMA user_version = {LAYOUT.version}")
        for task in finished_tasks(folder):
            task.output.touch()
            known = FileFacts(0, task.output.stat().st_mtime_ns, "0" * 64)
            entry = Entry(stage=Stage.DONE, key=task.key, duration_s=2.5, characters=47, known=(known,))
            journal.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (task.name, *row_of(entry)))


def measure(rows: int) -> tuple[Cost, Cost]:
    """What our program and the floor take for so many rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_list(folder, rows)
        write_output(folder)
        ours = run(folder, [sys.executable, "-m", "qwentts_cli", "batch", "list.jsonl", "-d", "out"])
        return ours, run(folder, [sys.executable, "-c", READ])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    for name, cost in zip(("resume", "reading the list"), measure(rows), strict=True):
        print(
            f"{name}: {cost.seconds:.1f} s, {cost.cpu_s:.1f} s of CPU, {cost.megabytes:.0f} MB; "
            f"a million: {cost.seconds * 1e6 / rows:.0f} s"
        )


if __name__ == "__main__":
    main()
