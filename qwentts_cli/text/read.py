"""Where text comes from: the command line, files and a pipe."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from qwentts_cli.errors import UsageError
from qwentts_cli.text.decode import TextDecoder, decode_argument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_BLOCK_BYTES = 1 << 16
_REFUSED = (
    (stat.S_ISDIR, "is a directory"),
    (stat.S_ISFIFO, "is a named pipe; pipe it into stdin instead"),
    (stat.S_ISSOCK, "is a socket"),
    (stat.S_ISBLK, "is a device"),
    (stat.S_ISCHR, "is a device"),
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads text with one idea of its encoding; `note` is told what was left out."""

    encoding: str | None
    note: Callable[[str], None]

    def words(self, words: Sequence[str]) -> Iterator[str]:
        text, removed = decode_argument(" ".join(words))
        note_removed(removed, "the text", self.note)
        yield text

    def file(self, path: Path) -> Iterator[str]:
        """Read a regular file.

        Raises:
            UsageError: it is missing, is not a regular file, cannot be read, or is not text.
        """
        check_is_file(path)
        try:
            with path.open("rb") as file:
                yield from self.stream(file, str(path))
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror}") from error

    def stream(self, stream: BinaryIO, name: str) -> Iterator[str]:
        """Give text as it arrives, down to single characters from a slow writer."""
        decoder = TextDecoder(name, self.encoding)
        read = getattr(stream, "read1", stream.read)
        while data := read(_BLOCK_BYTES):
            if text := decoder.feed(data):
                yield text
        if text := decoder.feed(b"", is_last=True):
            yield text
        note_removed(decoder.removed_controls, name, self.note)


def note_removed(removed: int, name: str, note: Callable[[str], None]) -> None:
    """Tell `note` how many control characters were left out, if any were."""
    if removed:
        plural = "s" if removed > 1 else ""
        note(f"left out {removed} control character{plural} of {name}")


def without_trailing_space(pieces: Iterator[str]) -> Iterator[str]:
    """Leave out the space after the last word: it is billed but not spoken, as the line end of `echo`."""
    held = ""
    for piece in pieces:
        kept = (held + piece).rstrip()
        held = (held + piece)[len(kept) :]
        if kept:
            yield kept
    # What was held at the end is left out.


def check_is_file(path: Path) -> None:
    """Refuse what is not a file before opening it: opening a named pipe would wait for its writer."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise UsageError(f"no such file: {path}") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    for applies, why in _REFUSED:
        if applies(mode):
            raise UsageError(f"{path} {why}")
