"""The key hides itself from the moment that it is read."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.errors import AuthError, UsageError
from qwentts_cli.redact import safe
from qwentts_cli.settings.config import load_config
from qwentts_cli.settings.credentials import ApiKey, check_key, looks_like_key, mask, read_key_file
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


@pytest.mark.parametrize("around", ["{}", " {}\r\n", "\ufeff{}", "\t{} "])
def test_what_copying_adds_is_trimmed(around: str) -> None:
    assert check_key(ApiKey(around.format(KEY)), "x") == ApiKey(KEY, "x")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (f'"{KEY}"', "it has quotes around it"),
        (f"{KEY}'", "it has quotes around it"),
        (f"Bearer {KEY}", "it starts with 'Bearer'"),
        ("sk-xxxx", "it is a placeholder"),
        ("YOUR_API_KEY", "it is a placeholder"),
        ("${DASHSCOPE_API_KEY}", "it is a placeholder"),
        ("<key>", "it is a placeholder"),
        ("sk-a b", "it holds spaces, line breaks or"),
        ("sk-a\x7f", "it holds spaces, line breaks or"),
        ("sk-é", "it holds spaces, line breaks or"),
    ],
)
def test_a_key_that_cannot_be_right_is_refused(typed: str, says: str) -> None:
    """With where it is from; it is not quoted."""
    with pytest.raises(AuthError, match=f"the API key from a.toml cannot be right: {says}") as raised:
        check_key(ApiKey(typed), "a.toml")
    assert typed not in raised.value.message


@pytest.mark.parametrize("typed", ["", " \n", "\ufeff"])
def test_no_key_says_how_to_set_one(typed: str) -> None:
    with pytest.raises(AuthError, match="no API key is set") as raised:
        check_key(ApiKey(typed), "x")
    assert "config init" in raised.value.hint


@pytest.mark.parametrize(
    ("secret", "is_usual"),
    [("sk-" + "a1_-" * 4, True), ("sk-" + "a" * 15, False), ("sk-" + "é" * 16, False), ("a" * 20, False)],
)
def test_a_usual_key_has_a_usual_form(secret: str, *, is_usual: bool) -> None:
    assert looks_like_key(secret) == is_usual


@pytest.mark.parametrize(
    ("secret", "is_of_a_plan"), [("sk-sp-a", True), ("sk-spa", False), ("a-sk-sp-", False)]
)
def test_a_key_of_a_plan_is_told_by_how_it_begins(secret: str, *, is_of_a_plan: bool) -> None:
    assert ApiKey(secret).is_of_a_plan == is_of_a_plan


def test_a_file_holds_a_key(tmp_path: Path) -> None:
    """Whatever an editor puts around it; what is no text becomes no key."""
    path = tmp_path / "key"
    for content in (f"{KEY}\n", f"\ufeff {KEY}\r\n"):
        path.write_bytes(content.encode())
        path.chmod(0o600)
        assert read_key_file(path) == ApiKey(KEY)
    path.write_bytes(b"sk-\xff")
    with pytest.raises(AuthError, match="characters that no key has"):
        check_key(read_key_file(path), "x")
    path.write_bytes(b"x" * ((64 << 10) + 1))
    assert len(read_key_file(path).secret) == 64 << 10
    path.unlink()
    with pytest.raises(UsageError, match=f"cannot read the key file {path}: No such file"):
        read_key_file(path)
