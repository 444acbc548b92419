"""Which value of a setting wins, and what is said of where it is from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.errors import LocalError, UsageError
from qwentts_cli.settings.config import Config
from qwentts_cli.settings.credentials import ApiKey
from qwentts_cli.settings.resolve import Settings, resolve

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.settings.schema import SettingValue


def settings(
    path: Path,
    *,
    flags: dict[str, SettingValue | None] | None = None,
    environ: dict[str, str] | None = None,
    values: dict[str, SettingValue] | None = None,
    profile: dict[str, SettingValue] | None = None,
    vendor: Path | None = None,
) -> Settings:
    config = Config(path, values or {}, {"work": profile} if profile else {})
    name = "work" if profile else None
    return resolve(flags=flags or {}, environ=environ or {}, config=config, profile=name, vendor_key=vendor)


def test_the_stronger_layer_wins(tmp_path: Path) -> None:
    """Flag, own variable, the vendor's, profile, file; each says where it is from."""
    layers = {
        "flags": {"base_url": "1"},
        "environ": {"QWENTTS_BASE_URL": "2", "DASHSCOPE_HTTP_BASE_URL": "3"},
        "profile": {"base_url": "4"},
        "values": {"base_url": "5"},
    }
    expected = [("1", "--base-url"), ("2", "QWENTTS_BASE_URL"), ("3", "DASHSCOPE_HTTP_BASE_URL")]
    expected += [("4", f"profile work in {tmp_path}"), ("5", str(tmp_path))]
    found = []
    for drop in ("flags", "QWENTTS_BASE_URL", "environ", "profile", "values"):
        value = settings(tmp_path, **layers).first("base_url")  # type: ignore[arg-type]
        assert value
        found.append((value.value, value.origin))
        if drop in layers:
            layers[drop] = {}
        else:
            layers["environ"].pop(drop)
    assert found == expected
    assert settings(tmp_path).first("base_url") is None


def test_a_flag_that_is_not_given_and_a_blank_variable_are_none(tmp_path: Path) -> None:
    found = settings(
        tmp_path, flags={"voice": None}, environ={"QWENTTS_VOICE": " "}, values={"voice": "Ethan"}
    )
    assert found.text("voice", "Cherry") == "Ethan"
    assert found.flag("voice") is None
    assert settings(tmp_path).text("voice", "Cherry") == "Cherry"
    assert settings(tmp_path, flags={"voice": "Serena"}).flag("voice") == "Serena"
    assert Settings(()).flag("voice") is None


def test_a_number_is_one(tmp_path: Path) -> None:
    assert settings(tmp_path, values={"jobs": 3}).number("jobs", 8) == 3.0
    assert settings(tmp_path).number("jobs", 8) == 8


def test_what_is_run_is_said_by_the_file_alone(tmp_path: Path) -> None:
    """A variable could come from anywhere."""
    with pytest.raises(UsageError, match="QWENTTS_API_KEY_COMMAND: only the configuration file") as raised:
        settings(tmp_path, environ={"QWENTTS_API_KEY_COMMAND": "pass show qwen"})
    assert "config set api_key_command" in raised.value.hint


def test_a_file_has_one_source_of_the_key(tmp_path: Path) -> None:
    """In a profile too; one in each of two layers is no contradiction."""
    key, command = {"api_key": ApiKey("sk-a")}, {"api_key_command": "pass"}
    for layer in ("values", "profile"):
        with pytest.raises(UsageError, match="are both set") as raised:
            settings(tmp_path, **{layer: key | command})  # type: ignore[arg-type]
        assert str(tmp_path) in raised.value.message
    found = settings(tmp_path, profile=command, values=key).first("api_key", "api_key_command")  # type: ignore[arg-type]
    assert found
    assert found.name == "api_key_command"


def test_the_vendors_file_is_the_weakest(tmp_path: Path) -> None:
    """It is read only where there is no other source of the key."""
    vendor = tmp_path / "api_key"
    vendor.write_bytes(b"\xef\xbb\xbf sk-vendor \n")
    vendor.chmod(0o600)
    found = settings(tmp_path, vendor=vendor).first("api_key")
    assert found
    assert (found.value, found.origin) == (ApiKey("sk-vendor"), str(vendor))
    vendor.write_bytes(b"\xff")
    for values in ({"api_key": ApiKey("sk-a")}, {"api_key_command": "pass"}):
        assert settings(tmp_path, values=values, vendor=vendor)  # type: ignore[arg-type]
    with pytest.raises(LocalError, match="cannot read the key file"):
        settings(tmp_path, vendor=vendor)


@pytest.mark.parametrize("name", ["missing", "a file/api_key"])
def test_a_vendors_file_that_is_not_there_or_empty_says_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "a file").write_text(" \n")
    (tmp_path / "a file").chmod(0o600)
    assert settings(tmp_path, vendor=tmp_path / name).first("api_key") is None
    assert settings(tmp_path, vendor=tmp_path / "a file").first("api_key") is None


def test_who_gave_a_wrong_value_is_blamed_and_an_option_is_not(tmp_path: Path) -> None:
    """Whoever typed it sees it; what stands in a file is far away."""
    found = settings(tmp_path, flags={"model": "m"}, values={"voice": "v", "model": "n"})
    for names, ends in (
        (("voice", "model"), f"wrong (voice from {tmp_path})"),
        (("model",), "wrong"),
        (("region",), "wrong"),
    ):
        with pytest.raises(UsageError) as raised, found.blaming(*names):
            raise UsageError("wrong", hint="Mend it.")
        assert (raised.value.message, raised.value.hint) == (ends, "Mend it.")
