"""Where text comes from: the command line, files and a pipe."""

from __future__ import annotations

import select
import stat
from typing import TYPE_CHECKING, BinaryIO, cast

from msgspec import Struct

from qwentts_cli.errors import UsageError
from qwentts_cli.text.reading.decode import TextDecoder, decode_argument
from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_BLOCK_BYTES = 1 << 16
SILENCE = b"\0silence"  # compared by identity
_REFUSED = (
    (stat.S_ISDIR, "is a directory"),
    (stat.S_ISFIFO, "is a named pipe; pipe it into stdin instead"),
    (stat.S_ISSOCK, "is a socket"),
    (stat.S_ISBLK, "is a device"),
    (stat.S_ISCHR, "is a device"),
)


class Reader(Struct, frozen=True):
    """Reads text with one idea of its encoding; `note` is told what was left out."""

    encoding: str | None
    note: Callable[[str], None]

    def words(self, words: Sequence[str]) -> Iterator[str]:
        text, decoder = decode_argument(" ".join(words))
        note_removed(decoder.removed_controls, "the text", self.note, sequences=decoder.removed_sequences)
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
            if data is SILENCE:
                yield ""
            elif text := decoder.feed(data):
                yield text
        if text := decoder.feed(b"", is_last=True):
            yield text
        note_removed(decoder.removed_controls, name, self.note, sequences=decoder.removed_sequences)

    def live(self, stream: BinaryIO, name: str, wait_s: float) -> Iterator[str]:
        """Give text as it arrives, and an empty one once the writer has been silent for `wait_s` seconds.

        Where a system cannot wait for a pipe (Windows), silence is not noticed.
        """
        return self.stream(cast("BinaryIO", _Watched(stream, wait_s)), name)


class _Watched:
    """A stream that is read as it is written, and gives `SILENCE` once where its writer is silent."""

    def __init__(self, stream: BinaryIO, wait_s: float) -> None:
        self._stream = stream
        self._wait_s = wait_s
        self._is_told = True  # nothing is waited for before the first text

    def read(self, size: int) -> bytes | None:
        if not self._is_told and not _is_readable(self._stream, self._wait_s):
            self._is_told = True
            return SILENCE
        self._is_told = False
        return self._stream.read1(size)  # type: ignore[attr-defined,no-any-return]


def _is_readable(stream: BinaryIO, wait_s: float) -> bool:
    try:
        return bool(select.select([stream], [], [], wait_s)[0])
    except (OSError, ValueError):
        return True


def note_removed(removed: int, name: str, note: Callable[[str], None], *, sequences: int = 0) -> None:
    """Tell `note` what was left out of a text, if anything was; `sequences` of those were for a terminal."""
    counts = ((sequences, "terminal sequence"), (removed - sequences, "control character"))
    told = [plural(count, what) for count, what in counts if count]
    if told:
        note(f"left out {' and '.join(told)} of {name}")


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
            hint = "To speak the files in it: qwentts batch." if applies is stat.S_ISDIR else ""
            raise UsageError(f"{path} {why}", hint=hint)
