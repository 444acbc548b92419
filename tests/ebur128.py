"""How loud ffmpeg finds a sound."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def measure(path: Path) -> tuple[float, float]:
    """The integrated loudness in LUFS and the true peak in dB, with one decimal each."""
    command = ["ffmpeg", "-hide_banner", "-nostats", "-i", str(path)]
    done = subprocess.run(
        [*command, "-af", "ebur128=peak=true", "-f", "null", "-"], capture_output=True, text=True, check=True
    )
    summary = done.stderr.rpartition("Summary:")[2]
    found = re.search(r"I:\s+(\S+) LUFS.*Peak:\s+(\S+) dBFS", summary, re.DOTALL)
    assert found, done.stderr
    return float(found[1]), float(found[2])
