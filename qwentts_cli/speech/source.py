"""The text of one `say`: words, files or a pipe, checked before anything is sent where that is possible."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qwentts_cli.errors import UsageError
from qwentts_cli.text.read import Reader, check_is_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

STDIN = "-"
_MOST_BYTES_A_CHARACTER = 4


@dataclass(frozen=True, slots=True)
class Source:
    """`pieces` starts over at each call unless the text is live: a pipe that may still be written to.

    `least_characters` is what the size of the files tells before they are read.
    """

    pieces: Callable[[], Iterator[str]]
    title: str
    is_live: bool = False
    least_characters: int = 0


def choose_source(words: Sequence[str], files: Sequence[Path], reader: Reader) -> Source | None:
    """Tell where the text comes from; `None` if nothing was given and nobody pipes.

    Raises:
        UsageError: words and files are both given, or a file is none.
    """
    if words and files:
        raise UsageError("there is a text and there are files", hint="Give the one or the others.")
    if list(words) == [STDIN] or (not words and not files and _is_piped()):
        return _stdin(reader)
    if files == [Path(STDIN)]:
        return _stdin(reader)
    if words:
        return Source(lambda: reader.words(words), " ".join(words))
    if files:
        for path in files:
            check_is_file(path)
        size = sum(path.stat().st_size for path in files)
        return Source(
            lambda: _joined(files, reader), files[0].stem, least_characters=size // _MOST_BYTES_A_CHARACTER
        )
    return None


def _stdin(reader: Reader) -> Source:
    stdin = sys.stdin
    if stdin is None:
        raise UsageError("there is no input: stdin is closed")
    return Source(lambda: reader.stream(stdin.buffer, "stdin"), "", is_live=True)


def _joined(files: Sequence[Path], reader: Reader) -> Iterator[str]:
    """One file after the other, each beginning a paragraph."""
    for number, path in enumerate(files):
        if number:
            yield "\n\n"
        yield from reader.file(path)


def _is_piped() -> bool:
    return sys.stdin is not None and not sys.stdin.isatty()
