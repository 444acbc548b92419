"""A table that fits the terminal: a text that is too long for its cell is wrapped."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qwentts_cli.cli.console.output import Output


class TerminalTable:
    """Shown on stdout; `width` is the room for it, in columns."""

    def __init__(self, output: Output) -> None:
        from rich.console import Console
        from rich.table import Table

        self._output = output
        self._console = Console(
            file=sys.stdout,
            markup=False,
            highlight=False,
            emoji=False,
            color_system="auto" if output.is_colored else None,
        )
        self.width = self._console.width
        self.table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")

    def show(self) -> None:
        with self._console.capture() as capture:
            self._console.print(self.table)
        self._output.lines(line.rstrip() for line in capture.get().splitlines())
