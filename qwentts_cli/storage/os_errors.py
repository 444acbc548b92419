"""What the system says of a file, told to the user."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from qwentts_cli.errors import LocalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def os_errors_as_local(path: Path, *, to: str = "write") -> Iterator[None]:
    """Turn the system's errors about `path` into a `LocalError`; a closed pipe stays itself.

    `to` is what was to be done with it.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise LocalError(
            f"cannot {to} {path}: {os.strerror(error.errno) if error.errno else error}",
            hint=_hint(error),
        ) from error


def reason(error: OSError | LocalError) -> str:
    """What the system said, without the path, whose name may be a digest."""
    cause = error if isinstance(error, OSError) else error.__cause__
    return str(getattr(cause, "strerror", None) or error)


def _hint(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "Free some space and run the command again."
    if error.errno in {errno.EMFILE, errno.ENFILE}:
        return "Ask for fewer --jobs, or allow more open files with 'ulimit -n'."
    if error.errno == errno.EFBIG:
        return "Allow larger files with 'ulimit -f', or write to a file system that has them."
    return "Check the folder and its permissions."
