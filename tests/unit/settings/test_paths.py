"""Where the configuration is, found without loading much."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from platformdirs import user_config_path

from qwentts_cli.errors import LocalError
from qwentts_cli.settings.paths import (
    NOWHERE,
    cache_folder,
    catalog_file,
    config_file,
    data_folder,
    state_folder,
    vendor_key_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

XDG = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")


@pytest.mark.parametrize("home", ["/home/u", "/"])
@pytest.mark.parametrize("custom", [None, "", "/etc/c", "relative", "~/c"])
def test_it_is_where_the_custom_of_the_platform_has_it(
    monkeypatch: pytest.MonkeyPatch, home: str, custom: str | None
) -> None:
    """As the library says that others use."""
    monkeypatch.setenv("HOME", home)
    if custom is None:
        monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    else:
        monkeypatch.setenv("XDG_CONFIG_HOME", custom)
    folder = user_config_path("qwentts", appauthor=False)
    assert (config_file(), catalog_file()) == (folder / "config.toml", folder / "catalog.toml")


@contextmanager
def another_user() -> Iterator[None]:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root can become another user")
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("home", [".", "mine"])
def test_a_home_that_is_closed_to_the_user_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: str
) -> None:
    """As after `sudo -u`, which keeps HOME; so a run goes on as it does without a home folder."""
    (tmp_path / "closed").mkdir(mode=0o700)
    monkeypatch.setenv("HOME", str(tmp_path / "closed" / home))
    for name in XDG:
        monkeypatch.delenv(name, raising=False)
    with another_user():
        for place in (config_file, cache_folder, state_folder, data_folder, vendor_key_file):
            with pytest.raises(LocalError, match="out of reach: Permission denied"):
                place()
        assert catalog_file().parent == NOWHERE
