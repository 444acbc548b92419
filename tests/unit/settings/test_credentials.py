"""The key hides itself from the moment that it is read."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.redact import safe
from qwentts_cli.settings.config import load_config
from qwentts_cli.settings.credentials import ApiKey, mask
from qwentts_cli.settings.resolve import resolve

if TYPE_CHECKING:
    from pathlib import Path

KEY = "Wm4tREPRaLu8sXe2QyNc"


@pytest.mark.parametrize("source", ["flag", "variable", "profile", "file", "vendor's file"])
def test_no_settings_show_the_key(tmp_path: Path, source: str) -> None:
    """From whichever layer it comes: neither by their `repr`, nor in a message that quotes it."""
    vendor, path = tmp_path / "api_key", tmp_path / "config.toml"
    vendor.write_text(KEY if source == "vendor's file" else "")
    vendor.chmod(0o600)
    line = f'api_key = "{KEY}"'
    rows = [line * (source == "file"), "[profiles.work]", line * (source == "profile")]
    path.write_text("\n".join(rows))
    path.chmod(0o600)
    config = load_config(path)
    settings = resolve(
        flags={"api_key": ApiKey(KEY)} if source == "flag" else {},
        environ={"DASHSCOPE_API_KEY": KEY} if source == "variable" else {},
        config=config,
        profile="work",
        vendor_key=vendor,
    )
    found = settings.first("api_key")
    assert found is not None
    assert isinstance(found.value, ApiKey)
    assert found.value.secret == KEY
    assert KEY not in repr((settings, config, found)) + str(found.value) + settings.text("api_key", "")
    assert safe(f"the key {KEY[2:]} is wrong") == "the key *** is wrong"


def test_a_key_is_not_written_anywhere_by_accident() -> None:
    """Copying all of a run's state into a file fails instead of taking the key along."""
    with pytest.raises(TypeError):
        pickle.dumps(ApiKey(KEY))


@pytest.mark.parametrize(
    ("secret", "shown"),
    [("abcd", "..."), ("sk-12345678", "sk-..."), ("sk-123456789", "sk-...6789"), (KEY, "...QyNc")],
)
def test_a_key_is_known_by_its_end_unless_it_is_short(secret: str, shown: str) -> None:
    """Four characters of twelve are a third; of fewer, none are shown."""
    assert mask(secret) == shown
