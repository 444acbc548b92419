"""Breaks the program in small ways, and tells which breaks no test notices.

    python -m benchmarks.mutants storage billing --sample 60 --seed 1

Each break is made in a copy of the tree. Then the tests that name its module run, those of its room, and last
what is in `PROMISES` of it, until one is red. What is left green is a promise that nothing holds, or a break
that changes nothing anybody could see.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from benchmarks.breaks import Break, breaks_of

_TREE = Path(__file__).parents[1]
_PACKAGE = "qwentts_cli"
# Tests of the real program that hold the promises of a folder, beside those in tests/unit; quickest first.
PROMISES = {
    "dashscope/catalog": ["cli/test_catalog.py"],
    "dashscope/own_voices": ["cli/test_voices_design.py", "cli/test_voices_clone.py"],
    "billing": ["cli/test_budget.py", "cli/test_usage.py", "cli/test_tokens.py"],
    "dashscope": [
        "unit/checks/test_hosts.py",
        "reliability/test_proof.py",
        "cli/test_say_refused.py",
        "cli/test_models.py",
        "reliability/test_streams.py",
        "reliability/test_lookup.py",
        "cli/test_voices.py",
        "reliability/test_connections.py",
    ],
    "settings": ["cli/test_config.py", "cli/test_config_key.py", "cli/test_homes.py", "cli/test_tuning.py"],
    "storage": [
        "reliability/test_disk.py",
        "reliability/test_hostile_journal.py",
        "reliability/test_planted_files.py",
        "reliability/test_untrusted_files.py",
    ],
    "synthesis": [
        "reliability/test_possibly_billed.py",
        "cli/test_say.py",
        "cli/test_word_times.py",
        "reliability/test_pay_once.py",
    ],
}
# Loaded once, and not for each break.
_LIBRARIES = ("hypothesis", "numpy", "requests", "soundfile", "sqlite3", "typer", "xdist")
# The warning is of what is loaded already.
_OPTIONS = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
_LOG = "tests.log"
_SLOWER = 3
_LEAST_S = 60.0
_TOO_SLOW = -signal.SIGKILL


class Mutant(NamedTuple):
    """A break of a file of the package, whose path is relative to the tree."""

    number: int
    path: Path
    what: Break


def main() -> None:
    options = _read_options()
    mutants = _choose(options.rooms, options.sample, options.seed)
    context = multiprocessing.get_context("fork")
    survivors, too_slow, began = 0, 0, time.monotonic()
    with (
        tempfile.TemporaryDirectory() as scratch,
        ProcessPoolExecutor(options.jobs, context, initializer=_prepare, initargs=(Path(scratch),)) as pool,
    ):
        limits = dict(
            zip(options.rooms, pool.map(partial(_longest_s, quick=options.quick), options.rooms), strict=True)
        )
        runs = {
            pool.submit(_try, mutant, limits[mutant.path.parts[1]], options.quick): mutant
            for mutant in mutants
        }
        for done in as_completed(runs):
            too_slow += done.result() == _TOO_SLOW
            if not done.result():
                survivors += 1
                print(_tell(runs[done]), flush=True)
    killed = len(mutants) - survivors
    print(
        f"{killed} of {len(mutants)} breaks noticed, {killed / max(len(mutants), 1):.0%}, "
        f"{too_slow} of them only by taking too long; {time.monotonic() - began:.0f} s"
    )


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "rooms",
        nargs="*",
        default=sorted({name.split("/")[0] for name in PROMISES}),
        help="folders of the package",
    )
    parser.add_argument("--sample", type=int, help="at most so many breaks of a room; all if not given")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at a time")
    parser.add_argument("--quick", action="store_true", help="only the tests in tests/unit")
    return parser.parse_args()


def _choose(rooms: list[str], sample: int | None, seed: int) -> list[Mutant]:
    chosen: list[Mutant] = []
    for room in rooms:
        files = sorted((_TREE / _PACKAGE / room).rglob("*.py"))
        every = [(path.relative_to(_TREE), found) for path in files for found in breaks_of(path.read_bytes())]
        if sample and len(every) > sample:
            every = random.Random(seed).sample(every, sample)  # noqa: S311 - which breaks is no secret
        chosen += [Mutant(len(chosen) + number, *one) for number, one in enumerate(every, 1)]
    return chosen


def _prepare(scratch: Path) -> None:
    """Give this worker a tree of its own, and load what every run of the tests needs."""
    tree = scratch / str(os.getpid())
    names = shutil.ignore_patterns(".*", "__pycache__")
    shutil.copytree(_TREE, tree, ignore=names)
    os.chdir(tree)
    os.environ["PYTHONPATH"] = str(tree)
    for name in _LIBRARIES:
        __import__(name)


def _longest_s(room: str, *, quick: bool) -> float:
    """Seconds that the tests of a room may take; they must be green while nothing is broken."""
    began = time.monotonic()
    if any(_run(tests, None) for tests in _tests(Path(_PACKAGE, room), quick=quick)):
        sys.exit(f"the tests of {room} are red without any break\n{Path(_LOG).read_text()}")
    return _LEAST_S + _SLOWER * (time.monotonic() - began)


def _try(mutant: Mutant, longest_s: float, quick: bool) -> int:  # noqa: FBT001 - a pool calls it
    """0 if no test notices the break, `_TOO_SLOW` if they do not end."""
    runs = _tests(mutant.path, quick=quick)
    source = mutant.path.read_bytes()
    mutant.path.write_bytes(mutant.what.apply(source))
    # What is compiled already is told by the second and the size, which two breaks can share.
    os.utime(mutant.path, (mutant.number, mutant.number))
    try:
        return next((code for code in (_run(tests, longest_s) for tests in runs) if code), 0)
    finally:
        mutant.path.write_bytes(source)


def _tests(path: Path, *, quick: bool) -> list[list[str]]:
    """The tests of a file or a folder of the package, in runs of which the first is likeliest to be red."""
    module = re.compile(rf"\b{re.escape('.'.join(path.with_suffix('').parts).removesuffix('.__init__'))}\b")
    unit = sorted(Path("tests/unit", path.parts[1]).rglob("test_*.py"))
    inside = path.relative_to(_PACKAGE)
    beside = [
        Path("tests", name)
        for folder, names in PROMISES.items()
        for name in names
        if inside.is_relative_to(folder) or Path(folder).is_relative_to(inside)
    ]
    naming = [test for test in unit if module.search(test.read_text(encoding="utf-8"))]
    runs = [naming, [test for test in unit if test not in naming], [] if quick else beside]
    return [list(map(str, tests)) for tests in runs if tests]


def _run(tests: list[str], longest_s: float | None) -> int:
    """0 if the tests are green, `_TOO_SLOW` if they take too long, and else they are red."""
    run = multiprocessing.get_context("fork").Process(target=partial(_run_here, tests))
    run.start()
    run.join(longest_s)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(run.pid or 0, signal.SIGKILL)
    run.join()
    return run.exitcode or 0


def _run_here(tests: list[str]) -> None:
    os.setsid()
    log = os.open(_LOG, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    for descriptor in range(3):
        os.dup2(log, descriptor)
    os._exit(pytest.main([*_OPTIONS, *tests]))


def _tell(mutant: Mutant) -> str:
    old, new = (" ".join(text.split()) for text in (mutant.what.old, mutant.what.new))
    return f"{mutant.path}:{mutant.what.line}: {old}  ->  {new}"


if __name__ == "__main__":
    main()
