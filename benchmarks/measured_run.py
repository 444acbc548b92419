"""Runs a command, and measures its own peak of memory without that of the process that starts it."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# A process begins with the peak of the one it was started from, so that this one must be small.
_LAUNCH = """
import os, sys
child = os.fork()
if not child:
    os.dup2(2, 1)
    os.execv(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(child, 0)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
sys.exit(status != 0)
"""


class Cost(NamedTuple):
    seconds: float
    cpu_s: float
    megabytes: float


def run_measured(command: list[str], *, env: Mapping[str, str], cwd: Path | None = None) -> Cost:
    """Run to the end, without its output.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    launch = [sys.executable, "-I", "-S", "-c", _LAUNCH, *command]
    began = time.perf_counter()
    done = subprocess.run(
        launch, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True
    )
    seconds = time.perf_counter() - began
    cpu_s, megabytes = map(float, done.stdout.split())
    return Cost(seconds, cpu_s, megabytes)
