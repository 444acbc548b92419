"""The configuration file: who can read it, and who is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.errors import UsageError
from qwentts_cli.settings.config import Config, load_config

if TYPE_CHECKING:
    from pathlib import Path

KEY = "sk-canary0123456789"


@pytest.mark.parametrize(
    ("mode", "is_exposed"), [(0o600, False), (0o400, False), (0o604, True), (0o640, True), (0o601, True)]
)
@pytest.mark.parametrize("text", [f'api_key = "{KEY}"', f'[profiles.work]\napi_key = "{KEY}"'])
def test_a_key_that_anybody_else_can_read_is_exposed(
    tmp_path: Path, text: str, mode: int, *, is_exposed: bool
) -> None:
    """The group, or the whole world alone, wherever in the file the key stands."""
    path = tmp_path / "config.toml"
    path.write_text(text)
    path.chmod(mode)
    assert load_config(path).is_exposed == is_exposed


def test_a_file_without_a_key_may_be_read_by_all(tmp_path: Path) -> None:
    """There is nothing to hide in it."""
    path = tmp_path / "config.toml"
    path.write_text('voice = "Cherry"')
    path.chmod(0o644)
    assert not load_config(path).is_exposed


def test_no_file_says_nothing(tmp_path: Path) -> None:
    """Nor does a folder that is not there."""
    (tmp_path / "file").touch()
    for path in (tmp_path / "config.toml", tmp_path / "missing" / "config.toml", tmp_path / "file" / "c"):
        assert load_config(path).values == {}


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("voice = = 1", ":1:9", "not valid TOML"),
        ('a = "x', ": at its end", "not valid TOML"),
        ('\n\n  voices = "Cherry"', ":3:3", "voices"),
        ('[profiles.work]\nvoices = "Cherry"', ":2:1", "voices"),
        ("profiles = 1", ":1:1", "profiles are tables"),
        ("[profiles]\nwork = 1", ": ", "a profile is a table"),
    ],
)
def test_an_error_has_its_place(tmp_path: Path, text: str, place: str, message: str) -> None:
    """Line and column, which editors jump to, as far as they can be told."""
    path = tmp_path / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(UsageError, match=message) as caught:
        load_config(path)
    assert caught.value.message.startswith(f"{path}{place}")


@pytest.mark.parametrize(
    ("data", "place"),
    [(b"# one\nvoice = \xff", "2:9"), (b"\xff", "1:1"), (b"\n\xff", "2:1"), (b"a\n\n\xff\n", "3:1")],
)
def test_a_file_that_is_no_text_has_its_place(tmp_path: Path, data: bytes, place: str) -> None:
    """The byte that is not UTF-8."""
    path = tmp_path / "config.toml"
    path.write_bytes(data)
    path.chmod(0o600)
    with pytest.raises(UsageError, match=rf"config\.toml:{place}: .*UTF-8"):
        load_config(path)


def test_a_profile_is_one_of_those_that_there_are(tmp_path: Path) -> None:
    """A slip gets a suggestion, and where there is none at all, that is told."""
    config = Config(tmp_path, {}, {"work": {"voice": "Ethan"}})
    assert config.profile("work") == {"voice": "Ethan"}
    with pytest.raises(UsageError, match="there is no profile 'wrok'") as raised:
        config.profile("wrok")
    assert "work" in raised.value.hint
    with pytest.raises(UsageError) as raised:
        Config(tmp_path).profile("work")
    assert raised.value.hint == "It has no profiles yet."


@pytest.mark.parametrize(("size", "is_read"), [(1 << 20, True), ((1 << 20) + 1, False)])
def test_a_file_has_a_largest_size(tmp_path: Path, size: int, *, is_read: bool) -> None:
    """What is larger is no configuration."""
    path = tmp_path / "config.toml"
    path.write_bytes(b"#".ljust(size))
    path.chmod(0o600)
    if is_read:
        assert load_config(path).values == {}
    else:
        with pytest.raises(UsageError, match="1 MiB"):
            load_config(path)
