"""Where the configuration is, found without loading much."""

from __future__ import annotations

import pytest
from platformdirs import user_config_path

from qwentts_cli.settings.paths import catalog_file, config_file


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
