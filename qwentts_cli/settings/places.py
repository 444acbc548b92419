"""Where a run can keep something for later ones: looked at once, and told once where it cannot."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from msgspec import Struct

from qwentts_cli.errors import LocalError
from qwentts_cli.settings.paths import cache_folder, state_folder
from qwentts_cli.storage.os_errors import os_errors_as_local
from qwentts_cli.storage.private import make_private_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Places(Struct, frozen=True):
    """Folders that exist and can be written; `None` for one that cannot."""

    audio: Path | None
    state: Path | None


def find_places(warn: Callable[[str], None], *, keeps_audio: bool) -> Places:
    """Make the folders that are missing; where that fails, `warn` is told once, and the run does without."""
    problems: list[LocalError] = []
    audio = _find(cache_folder, problems) if keeps_audio else None
    state = _find(state_folder, problems)
    if problems:
        what = "no audio" if state else "no usage" if audio else "nothing"
        warn(f"{what} is kept for later runs: {problems[0].message}. {problems[0].hint}")
    return Places(audio, state)


def _find(find: Callable[[], Path], problems: list[LocalError]) -> Path | None:
    try:
        folder = find()
        with os_errors_as_local(folder):
            make_private_folder(folder)
            if not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except LocalError as error:
        problems.append(error)
        return None
    return folder
