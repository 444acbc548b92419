"""Where audio goes: a file that appears when it is whole, a pipe or device, or stdout."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, TextIO, cast

from msgspec import Struct

from qwentts_cli.errors import LocalError, UsageError
from qwentts_cli.storage.atomic import atomic_write, remove_leftovers
from qwentts_cli.storage.os_errors import os_errors_as_local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwentts_cli.audio.formats import AudioFormat

_STDOUT = Path("stdout")


class Target(Struct, frozen=True):
    """`path` `None` is stdout."""

    path: Path | None
    format: AudioFormat
    overwrite: bool = False

    @property
    def is_file(self) -> bool:
        return self.path is not None and (self.path.is_file() or not self.path.exists())

    @property
    def is_seekable(self) -> bool:
        """Whether the header can be completed at the end: in a file, also one that stdout was sent to."""
        return self.is_file or (self.path is None and leads_to_file(sys.stdout) and not _appends(sys.stdout))

    def check(self) -> None:
        """Find out before anything is paid for whether the target can be used.

        Raises:
            UsageError: its folder is missing, it is a folder, or it exists and is not to be overwritten.
        """
        if self.path:
            check_path(self.path, overwrite=self.overwrite)
        elif sys.stdout is not None and sys.stdout.isatty():
            raise UsageError("audio is not written to a terminal", hint="Redirect stdout, or use -o FILE.")

    @contextmanager
    def open(self, *, before_naming: Callable[[IO[bytes]], None] | None = None) -> Iterator[BinaryIO]:
        """Open it for writing; a file takes its name only when the block ends well.

        `before_naming` is given the whole file, and can keep it from its name by raising.
        """
        if self.path is None:
            with os_errors_as_local(_STDOUT):
                yield _binary_stdout()
                # What is still buffered must fail here, where it is told, and not at exit.
                sys.stdout.flush()
        elif self.is_file:
            remove_leftovers(self.path.parent)
            with atomic_write(self.path, overwrite=self.overwrite, before_naming=before_naming) as file:
                yield cast("BinaryIO", file)
        else:
            with os_errors_as_local(self.path), self.path.open("wb", buffering=0) as pipe:
                yield pipe


def name_file(typed: str, option: str) -> Path:
    """The path of a file that is to be written, as it was typed for `option`.

    Raises:
        UsageError: it is empty, or the name of a folder.
    """
    if not typed:
        raise UsageError(f"{option} names no file", hint="Is a variable empty?")
    if typed.endswith(("/", os.sep)):
        raise UsageError(f"{typed} is the name of a folder", hint="Name a file in it.")
    return Path(typed)


def check_path(path: Path, *, overwrite: bool) -> None:
    """Refuse a path that cannot become a file, before anything is paid for.

    Raises:
        UsageError: its folder is missing, it is a folder, or it exists and is not to be overwritten.
    """
    try:
        is_taken = path.is_file() or (path.is_symlink() and not path.exists())
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot use {path} as a file name: {why}") from None
    if path.is_dir():
        raise UsageError(f"{path} is a folder", hint="Name a file in it.")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}", hint="Make it first, or name another.")
    if is_taken and not overwrite:
        raise UsageError(f"{path} exists already", hint="Use --force to overwrite it.")


def leads_to_file(stream: TextIO | None) -> bool:
    """Whether a stream was sent to a file."""
    try:
        return stream is not None and stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def _appends(stream: TextIO) -> bool:
    """Whether all goes to the end of a file, as with `>>`."""
    if sys.platform == "win32":  # where nobody can ask
        return False
    import fcntl

    return bool(fcntl.fcntl(stream.fileno(), fcntl.F_GETFL) & os.O_APPEND)


def _binary_stdout() -> BinaryIO:
    if sys.stdout is None:
        raise LocalError("cannot write to stdout: it is closed", hint="Give the output another place.")
    return sys.stdout.buffer
