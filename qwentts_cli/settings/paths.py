"""Where the user's files live, by the custom of the platform."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def config_file() -> Path:
    return _config_folder() / "config.toml"


def catalog_file() -> Path:
    """What the user adds to the catalogue of models, voices, regions and prices."""
    return _config_folder() / "catalog.toml"


def cache_folder() -> Path:
    """Where audio that was paid for is kept."""
    from platformdirs import user_cache_path

    return user_cache_path("qwentts", appauthor=False) / "audio"


def state_folder() -> Path:
    """Where runs leave what the next ones should know: rates learnt, audio paid for and not yet fetched."""
    from platformdirs import user_state_path

    return user_state_path("qwentts", appauthor=False)


def data_folder() -> Path:
    """Where what the user made is remembered."""
    from platformdirs import user_data_path

    return user_data_path("qwentts", appauthor=False)


def vendor_key_file() -> Path:
    """The key file of the vendor's SDK (its `common/constants.py`)."""
    return Path("~/.dashscope/api_key").expanduser()


def _config_folder() -> Path:
    """As platformdirs has it, which takes longer to load than a TAB may take."""
    if sys.platform == "linux":
        custom, home = (Path(os.environ.get(name, "")) for name in ("XDG_CONFIG_HOME", "HOME"))
        for base in (custom, home / ".config"):
            if base.is_absolute():
                return base / "qwentts"
    from platformdirs import user_config_path

    return user_config_path("qwentts", appauthor=False)
