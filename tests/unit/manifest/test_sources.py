from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from qwentts_cli.manifest.sources import TEXT_EXTENSIONS, natural_key
from tests.unit.manifest.lists import failure, items, outputs, shown, write

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_folder_gives_its_texts_in_natural_order_with_their_tree(tmp_path: Path) -> None:
    """2 before 10, folders where their name stands; nothing hidden, no other files, no linked folder."""
    for name in ["ch10.txt", "ch2.TXT", "Ch1.md", "ch3/b.text", "ch3/a 10/x.txt", "ch3/a 9/x.txt"]:
        write(tmp_path / "in" / name, "text")
    for name in [".hidden.txt", ".git/x.txt", "cover.png", "x.txt~", "data.jsonl", "noext"]:
        write(tmp_path / "in" / name, b"\x89PNG")
    (tmp_path / "in/folder.txt").mkdir()
    (tmp_path / "in/link").symlink_to(tmp_path / "in")
    (tmp_path / "in/same.txt").symlink_to(tmp_path / "in/ch10.txt")
    expected = ["Ch1.wav", "ch2.wav", "ch3/a 9/x.wav", "ch3/a 10/x.wav", "ch3/b.wav", "ch10.wav", "same.wav"]
    assert outputs(tmp_path / "in") == expected
    assert outputs(f"{tmp_path}/in/") == expected
    assert items(tmp_path / "in")[0].place == f"{tmp_path}/in/Ch1.md"


def test_folders_with_names_that_deceive_are_renamed(tmp_path: Path) -> None:
    """The tree is kept but for characters that have no place in a name; devices only lose their name."""
    for name in ["a\nb\u202e/x.txt", "what?/x.txt", "aux/con.txt"]:
        write(tmp_path / "in" / name, "text")
    assert outputs(tmp_path / "in") == ["a_b_/x.wav", "_aux/_con.wav", "what?/x.wav"]
    assert outputs(tmp_path / "in", portable=True)[-1] == "what_/x.wav"


def test_patterns_are_expanded_as_a_shell_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In natural order, folders too; a file whose name only looks like a pattern is itself."""
    for name in ["ch10.txt", "ch2.txt", "sub/x.txt", ".ch3.txt"]:
        write(tmp_path / name, "text")
    monkeypatch.chdir(tmp_path)
    assert outputs("ch*.txt") == ["ch2.wav", "ch10.wav"]
    assert outputs("*") == ["ch2.wav", "ch10.wav", "x.wav"]
    assert outputs("**/*.txt") == ["ch2.wav", "ch10.wav", "x.wav"]
    write(tmp_path / "a[1].txt", "text")
    assert outputs("a[1].txt") == ["a[1].wav"]
    assert failure("b*").message == "nothing matches b*"


def test_inputs_keep_their_order(tmp_path: Path) -> None:
    """The order of the arguments is that of the numbers."""
    b, a = write(tmp_path / "b.txt", "b"), write(tmp_path / "a.txt", "a")
    assert [item.place for item in items(b, "-", a, stdin=b"x")] == [b, "stdin:1", a]


def test_a_file_called_stdin_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only - is stdin."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "stdin", "from the file")
    assert [item.text for item in items("stdin", by_line=True)] == ["from the file"]


def test_folders_without_text_and_one_document_of_json(tmp_path: Path) -> None:
    """Both are told with what would do."""
    (tmp_path / "empty").mkdir()
    document = write(tmp_path / "a.json", "[]")
    assert shown(failure(tmp_path / "empty", document)) == [
        f"{tmp_path}/empty has no text files ({', '.join(TEXT_EXTENSIONS)})",
        f"{document} is one JSON document",
    ]


@settings(max_examples=50)
@given(st.lists(st.text(max_size=8) | st.from_regex(r"[a-z]?[0-9]{1,3}[a-z]?", fullmatch=True)))
def test_natural_order_is_an_order(names: list[str]) -> None:
    """Any names can be sorted, always in the same way."""
    ordered = sorted(names, key=natural_key)
    names.reverse()
    assert sorted(names, key=natural_key) == ordered


def test_natural_order() -> None:
    """Numbers by value, words without regard to case, equal ones by their spelling."""
    names = ["a10", "B1", "a2", "A2", "a02", "1", "b", "a"]
    assert sorted(names, key=natural_key) == ["1", "a", "A2", "a02", "a2", "a10", "b", "B1"]
