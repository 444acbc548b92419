"""Changing the configuration file."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.errors import LocalError, UsageError
from qwentts_cli.settings import edit
from qwentts_cli.settings.edit import close_to_others, make_private, set_value, unset_value
from qwentts_cli.storage.private import make_private_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "qwentts" / "config.toml"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_setting_is_written_for_its_owner_alone(path: Path) -> None:
    """With its folders; nothing else is left there."""
    set_value(path, "voice", "Cherry")
    assert path.read_text() == 'voice = "Cherry"\n'
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert list(path.parent.iterdir()) == [path]


def test_what_stands_around_it_survives(path: Path) -> None:
    """Comments and order; a profile is a table of its own, at the end."""
    make_private(path).write_text('\ufeff# mine\nvoice = "Cherry" # hers\njobs = 2\n', encoding="utf-8")
    set_value(path, "voice", "Ethan")
    set_value(path, "model", "m", profile="work")
    set_value(path, "jobs", 3, profile="work")
    assert path.read_text(encoding="utf-8") == (
        '# mine\nvoice = "Ethan" # hers\njobs = 2\n\n[profiles.work]\nmodel = "m"\njobs = 3\n'
    )


def test_one_setting_can_take_the_place_of_another(path: Path) -> None:
    """In the same table alone, and also where the other is not there."""
    set_value(path, "api_key_command", "pass")
    for _ in range(2):
        set_value(path, "api_key", "sk-a", instead_of="api_key_command", profile="work")
    assert "api_key_command" in path.read_text()
    set_value(path, "api_key", "sk-a", instead_of="api_key_command")
    assert path.read_text().startswith('api_key = "sk-a"\n')


def test_removing_says_whether_it_was_there(path: Path) -> None:
    """In the file, or in a profile."""
    set_value(path, "voice", "Cherry")
    assert not unset_value(path, "voice", profile="work")
    set_value(path, "voice", "Ethan", profile="work")
    assert unset_value(path, "voice", profile="work")
    assert not unset_value(path, "voice", profile="work")
    assert "Cherry" in path.read_text()
    assert unset_value(path, "voice")
    assert not unset_value(path, "voice")
    assert "voice" not in path.read_text()


def test_a_broken_file_is_not_written_over(path: Path) -> None:
    make_private(path).write_text("voice = = 1")
    with pytest.raises(UsageError, match="not valid TOML"):
        set_value(path, "voice", "Cherry")
    assert path.read_text() == "voice = = 1"


def test_what_a_killed_run_left_is_tidied_up(path: Path) -> None:
    (make_private(path).parent / ".qwentts-dead.part").touch()
    set_value(path, "voice", "Cherry")
    assert list(path.parent.iterdir()) == [path]


def test_the_file_that_a_link_leads_to_is_the_one(path: Path, tmp_path: Path) -> None:
    """As those have it who keep their files elsewhere; it is closed to others too."""
    far = tmp_path / "dotfiles" / "config.toml"
    path.parent.mkdir(parents=True)
    path.symlink_to(far)
    assert make_private(path) == far
    far.chmod(0o644)
    set_value(path, "voice", "Cherry")
    assert path.is_symlink()
    assert (far.read_text(), mode(far), mode(far.parent)) == ('voice = "Cherry"\n', 0o600, 0o700)


def test_a_file_that_others_could_have_written_is_not_taken_over(path: Path) -> None:
    """Closing it would make it look like one's own."""
    make_private(path).chmod(0o666)
    with pytest.raises(LocalError, match="others can write"):
        set_value(path, "voice", "Cherry")
    assert (mode(path), path.read_text()) == (0o666, "")


def test_an_older_file_is_closed_before_it_is_read(path: Path) -> None:
    make_private(path).chmod(0o644)
    path.parent.chmod(0o755)
    make_private(path)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_a_file_that_another_run_has_made_meanwhile_stays(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what it says."""

    def be_quicker(folder: Path) -> None:
        make_private_folder(folder)
        if folder in folders:  # after the look at whether there is a file
            path.write_text('voice = "Cherry"')
        folders.append(folder)

    folders: list[Path] = []
    monkeypatch.setattr(edit, "make_private_folder", be_quicker)
    make_private(path)
    assert path.read_text() == 'voice = "Cherry"'


def test_an_editor_leaves_it_open_to_nobody(path: Path) -> None:
    make_private(path).chmod(0o644)
    path.parent.chmod(0o755)
    close_to_others(path)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    path.unlink()
    with pytest.raises(LocalError):
        close_to_others(path)
