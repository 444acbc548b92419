"""Pipes as files: a document is read more than once, and not in order, so what a pipe gives is kept."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfileobj
from typing import TYPE_CHECKING, TypeVar

from qwentts_cli.errors import UsageError
from qwentts_cli.storage.stdin import STDIN_NAMES, is_shell_pipe, open_stdin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    _Part = TypeVar("_Part")


class Piped:
    """The files that were named, pipes among them kept until the program ends, under the names they had."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._copies = {path: _kept(path) for path in files if _is_pipe(path)}

    def __contains__(self, path: Path) -> bool:
        return path in self._copies

    def at_hand(self, path: Path) -> Path:
        """What to read for the file of that name."""
        return self._copies.get(path, path)

    def as_typed(self, text: str) -> str:
        """Give a message with the names that were typed."""
        for path, copy in self._copies.items():
            text = text.replace(str(copy), name_typed(path))
        return text

    def told_as_typed(self, pieces: Callable[[], Iterable[_Part]]) -> Iterator[_Part]:
        """Give the pieces; an error on the way has the names that were typed."""
        try:
            yield from pieces()
        except UsageError as error:
            raise UsageError(
                self.as_typed(str(error)),
                hint=self.as_typed(error.hint),
                details=tuple(map(self.as_typed, error.details)),
            ) from error


def name_typed(path: Path) -> str:
    """What people call it."""
    return "stdin" if str(path) in STDIN_NAMES else str(path)


def _is_pipe(path: Path) -> bool:
    return str(path) in STDIN_NAMES or is_shell_pipe(path)


def _kept(path: Path) -> Path:
    from tempfile import TemporaryDirectory

    folder = TemporaryDirectory(prefix="qwentts-")
    atexit.register(folder.cleanup)
    copy = Path(folder.name, "text")
    with ExitStack() as stack:
        is_stdin = str(path) in STDIN_NAMES
        stream = open_stdin("the text") if is_stdin else stack.enter_context(path.open("rb"))
        copyfileobj(stream, stack.enter_context(copy.open("wb")))
    return copy
