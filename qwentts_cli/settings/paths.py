"""Where the user's files live, by the custom of the platform.

A user without a home folder, as containers and services have it, has no such places either: each raises
`LocalError` then. A relative `HOME` is none, since nothing is read from the working folder; nor is one
that is closed to the user, as it is after `sudo -u`, which keeps the variable.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qwentts_cli.errors import LocalError

if TYPE_CHECKING:
    from collections.abc import Iterator

# No file can be below it.
NOWHERE = Path(os.devnull)


def config_file() -> Path:
    return _config_folder() / "config.toml"


def catalog_file() -> Path:
    """What the user adds to the catalogue of models, voices, regions and prices; it need not exist."""
    try:
        return _config_folder() / "catalog.toml"
    except LocalError:
        return NOWHERE / "catalog.toml"


def cache_folder() -> Path:
    """Where audio that was paid for is kept."""
    if found := _linux_folder("XDG_CACHE_HOME", ".cache"):
        return _in_reach(found / "audio")
    from platformdirs import user_cache_path

    with _from_home():
        return _in_reach(user_cache_path("qwentts", appauthor=False) / "audio")


def state_folder() -> Path:
    """Where runs leave what the next ones should know: rates learnt, audio paid for and not yet fetched."""
    if found := _linux_folder("XDG_STATE_HOME", ".local/state"):
        return found
    from platformdirs import user_state_path

    with _from_home():
        return _in_reach(user_state_path("qwentts", appauthor=False))


def data_folder() -> Path:
    """Where what the user made is remembered."""
    if found := _linux_folder("XDG_DATA_HOME", ".local/share"):
        return found
    from platformdirs import user_data_path

    with _from_home():
        return _in_reach(user_data_path("qwentts", appauthor=False))


def vendor_key_file() -> Path:
    """The key file of the vendor's SDK (its `common/constants.py`)."""
    with _from_home():
        path = Path("~/.dashscope/api_key").expanduser()
        if not path.is_absolute():
            raise RuntimeError
        return _in_reach(path)


def _config_folder() -> Path:
    if found := _linux_folder("XDG_CONFIG_HOME", ".config"):
        return found
    from platformdirs import user_config_path

    with _from_home():
        return _in_reach(user_config_path("qwentts", appauthor=False))


@contextmanager
def _from_home() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        raise LocalError("there is no home folder", hint="Set HOME to an absolute path.") from error


def _in_reach(path: Path) -> Path:
    try:
        path.stat()
    except PermissionError as error:
        hint = "Set HOME to a folder of this user."
        raise LocalError(f"{path} is out of reach: {error.strerror}", hint=hint) from error
    except OSError:  # not there yet, or in the way: whoever opens it finds out
        pass
    return path


def _linux_folder(variable: str, usual: str) -> Path | None:
    """As platformdirs has it, which takes 4 ms to load, too long for a TAB or a sound from the cache."""
    if sys.platform == "linux":
        custom, home = (Path(os.environ.get(name, "")) for name in (variable, "HOME"))
        for base in (custom, home / usual):
            if base.is_absolute():
                return _in_reach(base / "qwentts")
    return None
