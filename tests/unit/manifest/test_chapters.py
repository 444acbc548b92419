"""The files of a book's chapters have names that every disk can have, each its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.manifest.lists import items, outputs, write

if TYPE_CHECKING:
    from pathlib import Path

LONG = "第一章" + "很长的标题" * 30
SYLLABLE = "क्षि"  # four characters, which belong together


def book(path: Path, titles: list[str]) -> str:
    return write(path, "".join(f"## {title}\n\nText.\n\n" for title in titles))


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (["A", "A", "A 2"], ["A", "A 2", "A 2 2"]),
        (["A 2", "A", "A", "A"], ["A 2", "A", "A 3", "A 4"]),
        (["Hall", "HALL", "hall 2"], ["Hall", "HALL 2", "hall 2 2"]),
        (["Caf\u00e9", "Cafe\u0301"], ["Caf\u00e9", "Cafe\u0301 2"]),
        (["Who?", "Who*", "Who_ 2"], ["Who_", "Who_ 2", "Who_ 2 2"]),
        (["Con", "_con"], ["_Con", "_con 2"]),
    ],
)
def test_no_two_chapters_have_one_name(tmp_path: Path, titles: list[str], expected: list[str]) -> None:
    """Whatever the disk takes for the same."""
    path = book(tmp_path / "a.md", titles)
    assert outputs(path, by_chapter=True) == [f"{name}.wav" for name in expected]
    assert outputs(path, by_chapter=True, template="{n}-{stem}")[-1] == f"{len(titles)}-{expected[-1]}.wav"


@pytest.mark.parametrize("template", [None, "{n:04}-{stem}-{voice}"])
def test_long_titles_are_shortened_to_what_a_disk_takes(tmp_path: Path, template: str | None) -> None:
    """It counts bytes; a Chinese character has three, and no syllable of several signs is cut."""
    path = book(tmp_path / "a.md", [LONG, LONG + "二", SYLLABLE * 30, "b" * 300])
    found = outputs(path, by_chapter=True, template=template, extension="flac", voice="Cherry")
    assert len(set(found)) == 4
    assert all(150 < len(name.encode()) <= 255 or "bbb" in name for name in found)
    assert found[2].rpartition(SYLLABLE)[2] in {".flac", "-Cherry.flac"}
    titles = [item.title for item in items(path, by_chapter=True)]
    assert titles[0] == LONG[:80]
