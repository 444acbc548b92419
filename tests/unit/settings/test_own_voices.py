"""The memory of the voices that a user had made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from qwentts_cli.errors import LocalError
from qwentts_cli.settings import own_voices
from qwentts_cli.settings.own_voices import (
    OwnVoice,
    change_own_voices,
    forget_own_voice,
    keep_own_voice,
    known_by_id,
    load_own_voices,
    voices_file,
)

if TYPE_CHECKING:
    from pathlib import Path

MINE = OwnVoice(name="mine", id="v-1", model="m", maker="voice-enrollment", server="intl")
OTHER = replace(MINE, name="other", id="v-2")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def test_a_voice_is_remembered_once() -> None:
    """By its id and its server: what is new of it takes the place of what was known."""
    assert load_own_voices() == []
    for voice in (MINE, OTHER, replace(MINE, server="cn"), replace(MINE, name="老水手", status="DEPLOYING")):
        keep_own_voice(voice)
    assert [(voice.name, voice.server, voice.is_ready) for voice in load_own_voices()] == [
        ("other", "intl", True),
        ("mine", "cn", True),
        ("老水手", "intl", False),
    ]
    assert known_by_id("v-2") == OTHER
    assert known_by_id("v-3") is None
    forget_own_voice(MINE)
    assert [voice.name for voice in load_own_voices()] == ["other", "mine"]
    assert voices_file().stat().st_mode & 0o777 == 0o600
    assert [path.name for path in voices_file().parent.iterdir()] == ["voices.json"]


def clear_and_fail(voices: list[OwnVoice]) -> None:
    voices.clear()
    raise ZeroDivisionError


def test_a_change_that_fails_changes_nothing() -> None:
    """Half of a killed one is tidied up by the next."""
    keep_own_voice(MINE)
    with pytest.raises(ZeroDivisionError), change_own_voices() as voices:
        clear_and_fail(voices)
    assert load_own_voices() == [MINE]
    (voices_file().parent / ".qwentts-dead.part").touch()
    keep_own_voice(OTHER)
    assert [path.name for path in voices_file().parent.iterdir()] == ["voices.json"]


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"voices": 1}',
        '{"voices": [{}]}',
        "[" * 100_000,
        json.dumps({"voices": [{"name": "a\x1b", "id": "v", "model": "m", "maker": "k", "server": "s"}]}),
    ],
)
def test_a_damaged_memory_is_told(content: str) -> None:
    """It is not written over, and nothing that a terminal would obey is believed."""
    keep_own_voice(MINE)
    voices_file().write_text(content)
    with pytest.raises(LocalError, match=r"voices\.json is damaged") as raised:
        keep_own_voice(OTHER)
    assert "voices list --mine" in raised.value.hint
    assert voices_file().read_text() == content
    assert known_by_id("v-1") is None


def test_without_a_folder_nothing_is_remembered(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Because something else is in its place, or there is no home at all."""
    (home / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "file"))
    assert load_own_voices() == []

    def find_none() -> Path:
        raise LocalError("there is no home folder")

    monkeypatch.setattr(own_voices, "data_folder", find_none)
    assert load_own_voices() == []
    with pytest.raises(LocalError, match="no home"):
        keep_own_voice(MINE)
