"""Changing the configuration file: comments survive, nobody else can read it, and it is never half."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from qwentts_cli.errors import LocalError, UsageError
from qwentts_cli.settings.config import PROFILES, load_config
from qwentts_cli.storage.atomic import atomic_write, make_private_folder, os_errors_as_local, remove_leftovers

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tomlkit import TOMLDocument

_PRIVATE = 0o600


def set_value(path: Path, name: str, value: str | float, *, profile: str | None = None) -> None:
    """Write one setting, already checked, into the file or into one of its profiles."""
    import tomlkit

    with _editing(path) as document:
        table: Any = document
        if profile:
            profiles: Any = document.setdefault(PROFILES, tomlkit.table(is_super_table=True))
            table = profiles.setdefault(profile, tomlkit.table())
        table[name] = value


def unset_value(path: Path, name: str, *, profile: str | None = None) -> bool:
    """Remove one setting; false if it was not there."""
    with _editing(path) as document:
        tables: Any = document.get(PROFILES, {}).get(profile, {}) if profile else document
        return tables.pop(name, None) is not None


def make_private(path: Path) -> Path:
    """Have the file exist, in a folder of its own, readable by its owner alone; gives its real path."""
    with os_errors_as_local(path):
        make_private_folder(path.parent)
        with suppress(PermissionError):
            path.parent.chmod(0o700)
        target = path.resolve()
        if sys.platform != "win32" and target.exists() and target.stat().st_uid != os.geteuid():
            raise LocalError(
                f"{target} belongs to another user", hint="Remove the link, or change its owner."
            )
        if not target.exists():
            make_private_folder(target.parent)
            with suppress(UsageError), atomic_write(target, mode=_PRIVATE, overwrite=False):
                pass  # an empty file; another process may have been first
        target.chmod(_PRIVATE)
        return target


@contextmanager
def _editing(path: Path) -> Iterator[TOMLDocument]:
    import tomlkit

    target = make_private(path)
    with _locked(target.parent):
        load_config(path)
        document = tomlkit.parse(target.read_text(encoding="utf-8-sig"))
        yield document
        remove_leftovers(target.parent)
        with atomic_write(target, mode=_PRIVATE) as file:
            file.write(tomlkit.dumps(document).encode())


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process at a time read, change and write; a killed one lets go by itself."""
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
