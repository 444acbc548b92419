"""The configuration file of a test."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Qwentts


def config_path(qwentts: Qwentts) -> Path:
    """As `config path` tells it, in a home that sets no other place."""
    return qwentts.home / ".config" / "qwentts" / "config.toml"


def write_config(qwentts: Qwentts, text: str) -> Path:
    path = config_path(qwentts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
