"""A list from somebody else names only files of its own folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.manifest.lists import failure, items, jsonl, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that came from elsewhere, with links that lead out of it, beside a file of the user's."""
    write(tmp_path / "own.txt", "My diary.")
    folder = tmp_path / "list"
    write(folder / "inside/a.txt", "One.")
    (folder / "link.txt").symlink_to("../own.txt")
    (folder / "linked").symlink_to("..")
    (folder / "inner.txt").symlink_to("inside/a.txt")
    return folder


@pytest.mark.parametrize(
    "name",
    ["/etc/hostname", "../own.txt", "inside/../../own.txt", "link.txt", "linked/own.txt", "../list/link.txt"],
)
def test_a_list_reads_nothing_outside_its_folder(folder: Path, name: str) -> None:
    """Whatever the way out is: it would be sent to the service, and is not, unless the user says so."""
    path = write(folder / "items.jsonl", jsonl({"file": name}))
    error = failure(path)
    assert "is outside" in error.message
    assert "--allow-outside" in error.hint
    if not name.startswith("/"):
        assert len(items(path, allow_outside=True)) == 1


@pytest.mark.parametrize("name", ["inside/a.txt", "inner.txt", "./inside/../inside/a.txt"])
def test_a_list_reads_what_is_beside_it(folder: Path, name: str) -> None:
    """Also through a link that stays inside."""
    assert len(items(write(folder / "items.jsonl", jsonl({"file": name})))) == 1


def test_a_folder_gives_nothing_that_leads_out_of_it(folder: Path) -> None:
    """A cloned folder may have links to files of whoever cloned it."""
    error = failure(folder)
    assert "link.txt is outside" in error.message
    assert len(items(folder, allow_outside=True)) == 3


def test_what_the_user_names_may_be_anywhere(folder: Path) -> None:
    """An argument is the user's own word."""
    assert len(items(folder / "../own.txt", folder / "link.txt")) == 2
