"""Giving a finished file its name, on POSIX and on Windows."""

from __future__ import annotations

import errno
import os
import sys
import time
from typing import TYPE_CHECKING

from qwentts_cli.errors import LocalError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS, errno.EACCES}
_TRIES = 20
_PAUSE_S = 0.05


def take_name(part: Path, path: Path, *, overwrite: bool) -> None:
    """Call the file `part` `path` from now on.

    Raises:
        UsageError: `path` is there and `overwrite` is false.
        OSError: it cannot have that name.
        LocalError: on Windows, likewise, because another program has it open.
    """
    if overwrite:
        _replace(part, path)
        return
    try:
        os.link(part, path)
    except FileExistsError as error:
        raise UsageError(f"{path} exists already", hint="Use --force to overwrite it.") from error
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        _replace(part, path)
    else:
        part.unlink()


def _replace(part: Path, path: Path) -> None:
    if sys.platform == "win32":
        replace_when_free(part, path)
    else:
        part.replace(path)


def replace_when_free(
    part: Path,
    path: Path,
    *,
    replace: Callable[[Path, Path], None] = os.replace,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Windows gives nobody the name of an open file; a virus scanner closes it soon, a player does not."""
    refused: OSError | None = None
    for _ in range(_TRIES):
        try:
            replace(part, path)
        except PermissionError as error:
            refused = error
            pause(_PAUSE_S)
        else:
            return
    raise LocalError(
        f"cannot write {path}: it may be open in another program",
        hint="Close it there, and run the command again.",
    ) from refused
