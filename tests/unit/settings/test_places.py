"""Where a run can keep something."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.settings.places import Places, find_places

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("blocked", "says"),
    [
        ((), ""),
        (("cache",), "no audio is kept"),
        (("state",), "no usage is kept"),
        (("cache", "state"), "nothing is kept"),
    ],
)
def test_what_cannot_be_kept_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blocked: tuple[str, ...], says: str
) -> None:
    """With the reason; the other place is used all the same."""
    for name, variable in (("cache", "XDG_CACHE_HOME"), ("state", "XDG_STATE_HOME")):
        monkeypatch.setenv(variable, str(tmp_path / name))
    for name in blocked:
        (tmp_path / name).touch()
    told: list[str] = []
    places = find_places(told.append, keeps_audio=True)
    audio, state = tmp_path / "cache/qwentts/audio", tmp_path / "state/qwentts"
    assert places == Places(None if "cache" in blocked else audio, None if "state" in blocked else state)
    assert len(told) == bool(blocked)
    assert all(message.startswith(f"{says} for later runs: cannot write") for message in told)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o700 for path in (places.audio, places.state) if path)


def test_who_keeps_no_audio_needs_no_place_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert find_places(pytest.fail, keeps_audio=False) == Places(None, tmp_path / "state/qwentts")
    assert not (tmp_path / "cache").exists()
