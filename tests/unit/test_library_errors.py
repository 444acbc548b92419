"""Every exception that the libraries of sound, settings and databases can raise becomes one of ours."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
import soundfile
from tomlkit.exceptions import TOMLKitError

from qwentts_cli.audio.native import sound_error_text
from qwentts_cli.errors import UsageError
from qwentts_cli.settings.edit import set_value
from qwentts_cli.storage.sqlite import DatabaseError, Layout, open_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORDS = Layout(title="list", versions=("CREATE TABLE words (word TEXT)",), is_durable=False)


def kinds_below(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for below in kind.__subclasses__():
        yield from kinds_below(below)


def made(kind: type[Exception]) -> Exception:
    error = kind.__new__(kind)
    error.args = ("something is wrong",)
    return error


@pytest.mark.parametrize("kind", [*kinds_below(sqlite3.Error)], ids=lambda kind: kind.__name__)
def test_databases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]) -> None:
    """Whatever SQLite says of a database is told as such."""

    def fail(*_args: object, **_options: object) -> None:
        raise made(kind)

    monkeypatch.setattr(sqlite3, "connect", fail)
    with pytest.raises(DatabaseError, match="something is wrong"):
        open_database(tmp_path / "words.sqlite", WORDS, warn=print)


@pytest.mark.parametrize("kind", [*kinds_below(TOMLKitError)], ids=lambda kind: kind.__name__)
def test_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]) -> None:
    """A file that is valid, and that the library cannot change all the same, stays as it is."""

    def fail(_text: str) -> None:
        raise made(kind)

    monkeypatch.setattr("tomlkit.parse", fail)
    path = tmp_path / "qwentts" / "config.toml"
    with pytest.raises(UsageError, match="cannot be changed by a command") as raised:
        set_value(path, "voice", "Cherry")
    assert "config edit" in raised.value.hint
    assert path.read_text() == ""


def test_sound() -> None:
    """Soundfile's own errors have no code of libsndfile, and no text of it."""
    assert set(kinds_below(soundfile.SoundFileError)) >= {soundfile.LibsndfileError}
    assert sound_error_text(soundfile.LibsndfileError(2)) == "System error"
    assert sound_error_text(soundfile.SoundFileRuntimeError("closed.")) == "closed"
