"""Draw `docs/terminal.svg`: `python docs/terminal.py` runs the real program in a real terminal.

The sandbox is the service.
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).with_name("terminal.svg")
COLUMNS = 100
COMMANDS = (
    'qwentts say "Hello, world." -v Cherry -o hello.mp3',
    "qwentts voices --dialect sichuan",
    "qwentts batch chapters/ -d audio/ --join book.mp3",
    "qwentts batch chapters/ -d audio/ --join book.mp3",
)
CHAPTERS = ("The sea was calm that night.", "Nobody saw the light at first.", "In the morning it was gone.")
_PART = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]|\n|\r|[^\x1b\r\n]+")


def record(command: str, folder: Path, home: Path) -> str:
    """Run a command in a terminal, and give all that it wrote there."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    environment = {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PICTURE.parents[1]),
        "QWENTTS_REGION": "sandbox",
        "TERM": "xterm-256color",
    }
    words = [sys.executable, "-m", "qwentts_cli", *shlex.split(command)[1:]]
    with subprocess.Popen(words, cwd=folder, env=environment, stdin=its, stdout=its, stderr=its) as process:
        os.close(its)
        written = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    if process.returncode:
        raise SystemExit(f"{command}: exit code {process.returncode}")
    return written.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # nobody has the other end any more
        return b""


def remaining_lines(written: str) -> list[str]:
    """What the terminal shows in the end: the live line goes up, and clears what it drew before."""
    lines, row = [""], 0
    for part in _PART.findall(written):
        if part == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif part == "\x1b[1A":
            row -= 1
        elif part == "\x1b[2K":
            lines[row] = ""
        elif part.endswith("m") or not part.startswith(("\x1b", "\r")):
            lines[row] += part
    return lines[:-1]


def draw(sessions: list[tuple[str, str]]) -> str:
    """An SVG that asks no other server for its letters."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for command, written in sessions:
        console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
        for line in remaining_lines(written):
            console.print(Text.from_ansi(line))
    console.print()
    picture = console.export_svg(title="qwentts", unique_id="terminal")
    return re.sub(r"\s*@font-face {.*?}", "", picture, flags=re.DOTALL).replace("Fira Code, ", "")


def main() -> None:
    with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory() as home:
        folder = Path(made)
        (folder / "chapters").mkdir()
        for number, text in enumerate(CHAPTERS, 1):
            (folder / "chapters" / f"{number:02}.txt").write_text(text, encoding="utf-8")
        sessions = [(command, record(command, folder, Path(home))) for command in COMMANDS]
    PICTURE.write_text(draw(sessions), encoding="utf-8")


if __name__ == "__main__":
    main()
