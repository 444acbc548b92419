"""Changing the configuration file: comments survive, nobody else can read it, and it is never half."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from qwentts_cli.errors import UsageError
from qwentts_cli.settings.config import PROFILES, load_config
from qwentts_cli.storage.atomic import atomic_write, remove_leftovers
from qwentts_cli.storage.locks import wait_for_lock
from qwentts_cli.storage.os_errors import os_errors_as_local
from qwentts_cli.storage.private import check_believable, make_private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tomlkit import TOMLDocument

_PRIVATE = 0o600
_PRIVATE_FOLDER = 0o700


def set_value(
    path: Path, name: str, value: str | float, *, profile: str | None = None, instead_of: str | None = None
) -> None:
    """Write one setting, already checked, into the file or into one of its profiles.

    The setting `instead_of` which it stands is removed from there.
    """
    import tomlkit

    with _editing(path) as document:
        table: Any = document
        if profile:
            profiles: Any = document.setdefault(PROFILES, tomlkit.table(is_super_table=True))
            table = profiles.setdefault(profile, tomlkit.table())
        if instead_of:
            table.pop(instead_of, None)
        table[name] = value


def unset_value(path: Path, name: str, *, profile: str | None = None) -> bool:
    """Remove one setting; false if it was not there."""
    with _editing(path) as document:
        tables: Any = document.get(PROFILES, {}).get(profile, {}) if profile else document
        return tables.pop(name, None) is not None


def make_private(path: Path) -> Path:
    """Have the file exist, in a folder of its own, readable by its owner alone; gives its real path.

    Raises:
        LocalError: others own the file or could have written it, or it cannot be made.
    """
    with os_errors_as_local(path):
        make_private_folder(path.parent.resolve())
        target = path.resolve()
        if target.exists():
            check_believable(target, target.stat())
        else:
            make_private_folder(target.parent)
            with suppress(UsageError), atomic_write(target, mode=_PRIVATE, overwrite=False):
                pass  # an empty file; another process may have been first
        close_to_others(path)
        return target


def close_to_others(path: Path) -> None:
    """Take from others what an editor or a careless hand gave them."""
    with os_errors_as_local(path):
        path.chmod(_PRIVATE)
        with suppress(PermissionError):
            path.parent.chmod(_PRIVATE_FOLDER)


@contextmanager
def _editing(path: Path) -> Iterator[TOMLDocument]:
    import tomlkit

    target = make_private(path)
    with wait_for_lock(target.with_name(f".{target.name}.lock")), _unfit_to_edit(path):
        load_config(path)
        document = tomlkit.parse(target.read_text(encoding="utf-8-sig"))
        yield document
        remove_leftovers(target.parent)
        with atomic_write(target, mode=_PRIVATE) as file:
            file.write(tomlkit.dumps(document).encode())


@contextmanager
def _unfit_to_edit(path: Path) -> Iterator[None]:
    """The library that keeps comments does not take all that is valid."""
    from tomlkit.exceptions import TOMLKitError

    try:
        yield
    except TOMLKitError as error:
        raise UsageError(
            f"{path} cannot be changed by a command: {error}", hint="Use 'qwentts config edit'."
        ) from error
