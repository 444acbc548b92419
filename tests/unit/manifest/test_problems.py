from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.errors import ExitCode
from qwentts_cli.manifest.item import FIELDS
from tests.unit.manifest.lists import failure, jsonl, problems, shown, write

if TYPE_CHECKING:
    from pathlib import Path

JSON_LINES = [
    ('{"text":"a"', "a.jsonl:3:12: not JSON: Expecting ',' delimiter"),
    ('{"text":"a",}', "a.jsonl:3:13: not JSON: Expecting property name enclosed in double quotes"),
    ("# comment", "a.jsonl:3:1: not JSON: Expecting value"),
    ('{"text":"a"} {}', "a.jsonl:3:14: not JSON: Extra data"),
    ('  {"text":"a"}}', "a.jsonl:3:15: not JSON: Extra data"),
    ('{"text": "a\tb"}', "a.jsonl:3:12: not JSON: Invalid control character at"),
    ('["text"]', "a.jsonl:3: expected an object in braces, not an array"),
    ('"text"', "a.jsonl:3: expected an object in braces, not a single value"),
    ("null", "a.jsonl:3: expected an object in braces, not null"),
    ('{"text": null}', "a.jsonl:3:2: text: expected a string, not null"),
    ('{"id": "x", "text": 5}', "a.jsonl:3:13: text: expected a string, not a number"),
    ('{"text": true}', "a.jsonl:3:2: text: expected a string, not a boolean"),
    ('{"text": []}', "a.jsonl:3:2: text: expected a string, not an array"),
    ('{"text": {}}', "a.jsonl:3:2: text: expected a string, not an object"),
    ('{"text": "a", "voice": 1.5}', "a.jsonl:3:15: voice: expected a string, not a number"),
    ('{"text": "a", "id": true}', "a.jsonl:3:15: id: expected a string, not a boolean"),
    ('{"txet": "a"}', "a.jsonl:3:2: there is no field 'txet'"),
    ('{"text": "a", "text": "b"}', "a.jsonl:3:2: the field 'text' is there twice"),
    ("{}", "a.jsonl:3: the item has no text"),
    ('{"voice": "Cherry"}', "a.jsonl:3: the item has no text"),
    ('{"text": ""}', "a.jsonl:3:2: the text is empty: there is nothing in it to speak"),
    ('{"text": " \\n\u200b"}', "a.jsonl:3:2: the text is empty: there is nothing in it to speak"),
    ('{"text": "a", "file": "b"}', "a.jsonl:3:15: the item has a text and a file: one of them is enough"),
    ('{"text": "a\\u0000"}', "a.jsonl:3:2: text: has a NUL character"),
    ('{"text": "a\\ud800"}', "a.jsonl:3:2: text: has half of a surrogate pair"),
    ('{"file": "a\\u0000"}', "a.jsonl:3:2: file: has a NUL character"),
    ("[" * 100_000, "a.jsonl:3: not JSON that can be read: nested too deep, or a number too long"),
    ("1" * 5000, "a.jsonl:3: not JSON that can be read: nested too deep, or a number too long"),
]


@pytest.mark.parametrize(("line", "expected"), JSON_LINES, ids=lambda value: value[:30])
def test_bad_json_lines(tmp_path: Path, line: str, expected: str) -> None:
    """File, line, and column where there is one; the other lines are good."""
    path = write(tmp_path / "a.jsonl", f'{{"text": "a"}}\n\n{line}\n{{"text": "a"}}\n')
    assert problems(path) == [expected]


TABLES = [
    ("text,id\na\n", ["a.csv:2: the row has 1 cells, the header 2"]),
    ("text,id\na,b,c\nd,e\n", ["a.csv:2: the row has 3 cells, the header 2"]),
    ('text\n"a\nb\n', ["a.csv:2: a quotation mark in the row that begins here is never closed"]),
    (
        'text\n"a"b\nc\n',
        ["a.csv:2: a cell goes on behind its closing quotation mark: write those inside a cell twice"],
    ),
    ('"text\nb\n', ["a.csv:1: a quotation mark in the row that begins here is never closed"]),
    (
        '"te"xt\nb\n',
        ["a.csv:1: a cell goes on behind its closing quotation mark: write those inside a cell twice"],
    ),
    ("text,text\na,b\n", ["a.csv:1: the column 'text' is there twice"]),
    ("id,voice\na,b\n", ["a.csv:1: the first row names no column 'text' or 'file'"]),
    ("text,\na,b\n", ["a.csv:1: a column has no name"]),
    ("txet,ID\na,b\n", ["a.csv:1: there is no field 'txet'", "a.csv:1: there is no field 'ID'"]),
    ("Hello there\n", ["a.csv:1: there is no field 'Hello there'"]),
    (
        "text,id\n ,x\n,y\n",
        [f"a.csv:{line}: the text is empty: there is nothing in it to speak" for line in (2, 3)],
    ),
    ("text,file\na,b\n", ["a.csv:2: the item has a text and a file: one of them is enough"]),
    ("text\n", ["there are no items in a.csv"]),
    ("\n,,\n", ["there are no items in a.csv"]),
    ("", ["there are no items in a.csv"]),
    (
        f'text\n"{"a" * 3_000_000}\n{"b" * 3_000_000}"\n',
        ["a.csv:2: a cell is longer than 5 MB: is a quotation mark never closed?"],
    ),
    (f"text\n{'a' * 6_000_000}\n", ["a.csv:2:1: the line is longer than 5 MB"]),
]


@pytest.mark.parametrize(("content", "expected"), TABLES, ids=lambda value: str(value)[:30])
def test_bad_tables(tmp_path: Path, content: str, expected: list[str]) -> None:
    """The line in which the row begins, and in words what a person can mend."""
    assert problems(write(tmp_path / "a.csv", content)) == expected


HINTS = [
    ('{"txet": "a"}', "a.jsonl", "Did you mean text?"),
    ('{"Voice": "a"}', "a.jsonl", "Did you mean voice?"),
    (
        '{"narrator": "a"}',
        "a.jsonl",
        f"Fields are: {', '.join(FIELDS)}.",
    ),
    ("text;id\na;b", "a.tsv", "If cells end with ';', add --delimiter ';'."),
    ("caf\xe9".encode("latin-1"), "a.txt", "It looks like cp1252: try --encoding cp1252."),
    ("{}", "a.json", "Make it .jsonl: one object a line."),
]


@pytest.mark.parametrize(("content", "name", "hint"), HINTS)
def test_hints(tmp_path: Path, content: str | bytes, name: str, hint: str) -> None:
    """The next thing to do is said."""
    assert failure(write(tmp_path / name, content)).hint == hint


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.txt"])
def test_bytes_that_are_no_text_have_a_place(tmp_path: Path, name: str) -> None:
    """Line, column, and the offset in bytes, also far behind the first block and in the last byte."""
    good = "text\n" if name == "a.csv" else ""
    row = f'{{"text": "{"中文" * 50}"}}\r\n' if name == "a.jsonl" else "中文" * 50 + "\r\n"
    before = good + row * 300
    data = before.encode() + b"ab\xff"
    line = before.count("\n") + 1
    shown = problems(write(tmp_path / name, data + b"\n"), by_line=True)
    assert shown[-1] == f"{name}:{line}:3: the file is not UTF-8: byte 0xff at {len(data) - 1}"
    shown = problems(write(tmp_path / name, data[:-1] + b"\xe4\xb8"), by_line=True)
    assert shown[-1] == f"{name}:{line}:3: the file is not UTF-8: byte 0xe4 at {len(data) - 1}"
    shown = problems(write(tmp_path / name, data[:-1] + b"\0"), by_line=True)
    assert shown[-1] == f"{name}:{line}:3: the file has a NUL byte: is it binary, or UTF-16?"


def test_text_files_are_read_to_their_end(tmp_path: Path) -> None:
    """A file that cannot be spoken is found before the first is sent, whether named or in a manifest."""
    write(tmp_path / "late.txt", b"a" * 200_000 + b"\xe9")
    write(tmp_path / "picture.txt", b"\x89PNG\r\n")
    write(tmp_path / "empty.txt", "")
    write(tmp_path / "space.txt", " \n\u3000")
    (tmp_path / "folder.txt").mkdir()
    names = ["late.txt", "picture.txt", "empty.txt", "space.txt", "folder.txt", "none.txt"]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.txt")
        names.append("pipe.txt")
    expected = [
        "late.txt is not UTF-8: byte 0xe9 at 200000",
        "picture.txt is binary (PNG), not text",
        "empty.txt is empty: there is nothing in it to speak",
        "space.txt is empty: there is nothing in it to speak",
        "folder.txt is a directory",
        "no such file: none.txt",
        "pipe.txt is a named pipe; pipe it into stdin instead",
    ]
    rows = write(tmp_path / "a.jsonl", jsonl(*({"file": name} for name in names)))
    assert problems(rows) == [f"a.jsonl:{n}:2: {text}" for n, text in enumerate(expected[: len(names)], 1)]
    named = [tmp_path / name for name in names if name != "folder.txt"]
    inputs = problems(*named)
    assert sorted(inputs) == sorted(text for text in expected[: len(names)] if "directory" not in text)


OUTPUTS = [
    ("../x.wav", "'../x.wav' leaves the output folder"),
    ("a/../../x.wav", "'a/../../x.wav' leaves the output folder"),
    ("..", "'..' leaves the output folder"),
    ("/abs/x.wav", "'/abs/x.wav' is not relative to the output folder"),
    ("C:x.wav", "'C:x.wav' has a drive or a backslash: separate folders with /"),
    ("a\\b.wav", r"'a\\b.wav' has a drive or a backslash: separate folders with /"),
    ("a\nb.wav", r"'a\nb.wav' has the character U+000A"),
    ("\x1b[1m.wav", r"'\x1b[1m.wav' has the character U+001B"),
    ("a\u202evaw.exe", r"'a\u202evaw.exe' has the character U+202E"),
    (".", "'.' cannot be a part of a name"),
    ("./x.wav", "'.' cannot be a part of a name"),
    ("a//x.wav", "'' cannot be a part of a name"),
    ("a/", "'a/' names no file"),
    ("x.", "'x.' ends with a dot"),
    ("x ", "'x ' ends with a space"),
    ("a /x.wav", "'a ' ends with a space"),
    ("x.mp3", "'x.mp3' ends with .mp3, but the format is wav"),
    ("x.OGG", "'x.OGG' ends with .ogg, but the format is wav"),
    ("a" * 252 + ".wav", f"'{'a' * 59}…' is 256 bytes long; a name has at most 255"),
    ("语" * 84, f"'{'语' * 59}…' is 256 bytes long; a name has at most 255"),
]


@pytest.mark.parametrize(("output", "expected"), OUTPUTS, ids=lambda value: ascii(value)[:30])
def test_outputs_that_are_refused(tmp_path: Path, output: str, expected: str) -> None:
    """Nothing is written outside of the folder, nothing that deceives, nothing that cannot be written."""
    path = write(tmp_path / "a.jsonl", jsonl({"text": "a", "output": output}))
    assert problems(path) == [f"a.jsonl:1:15: output: {expected}"]


def test_duplicate_outputs_name_both_lines(tmp_path: Path) -> None:
    """Also where only case, the Unicode form, or what an id became makes them the same."""
    rows = [
        {"text": "a", "output": "Straße/É.wav"},
        {"text": "a", "output": "x"},
        {"text": "a", "output": "x.wav"},
        {"text": "a", "output": "STRASSE/e\u0301.WAV"},
        {"text": "a", "id": "a/b"},
        {"text": "a", "id": "A:b"},
        {"text": "a"},
        {"text": "a", "output": "0007.wav"},
    ]
    path = write(tmp_path / "a.jsonl", jsonl(*rows))
    spelled = "where case and Unicode form do not count"
    assert problems(path) == [
        "a.jsonl:3: output: 'x.wav' is that of a.jsonl:2 too",
        f"a.jsonl:4: output: 'STRASSE/e\u0301.WAV' is 'Straße/É.wav' of a.jsonl:1 {spelled}",
        f"a.jsonl:6: output: 'A_b.wav' is 'a_b.wav' of a.jsonl:5 {spelled}",
        "a.jsonl:8: output: '0007.wav' is that of a.jsonl:7 too",
    ]


def test_duplicate_ids_name_both_lines(tmp_path: Path) -> None:
    """An id is reported once, not as an output too; with outputs of their own it is still wrong."""
    rows = [{"text": "a", "id": "x"}, {"text": "b", "id": "x"}, {"text": "c", "id": "x", "output": "y"}]
    path = write(tmp_path / "a.jsonl", jsonl(*rows))
    assert problems(path) == [
        "a.jsonl:2: id: 'x' is that of a.jsonl:1 too",
        "a.jsonl:3: id: 'x' is that of a.jsonl:1 too",
    ]


def test_the_same_stem_twice(tmp_path: Path) -> None:
    """Files of two folders may collide; both are named."""
    one, two = write(tmp_path / "a/1.txt", "a"), write(tmp_path / "b/1.md", "b")
    assert failure(one, two).message == f"{two}: output: '1.wav' is that of {one} too"


def test_a_file_cannot_be_a_folder_too(tmp_path: Path) -> None:
    """Both outputs cannot be there; it is told now and not when the disk refuses."""
    rows = [{"text": "a", "output": "A.wav"}, {"text": "b", "output": "a.WAV/b/c.wav/d.wav"}]
    path = write(tmp_path / "a.jsonl", jsonl(*rows))
    assert problems(path) == ["a.jsonl:1: output: 'A.wav' is a folder of another item's output"]


def test_all_problems_are_counted_and_twenty_shown(tmp_path: Path) -> None:
    """The same mistake in every row does not hide another; the exit code is that of wrong input."""
    rows = [*({"text": "a", "speaker": "x"} for _ in range(1000)), {"text": ""}]
    error = failure(write(tmp_path / "a.jsonl", jsonl(*rows)))
    assert error.total == 1001
    assert len(shown(error)) == 5 + 1 + 1
    assert shown(error)[-2:] == [
        f"{tmp_path}/a.jsonl:1001:2: the text is empty: there is nothing in it to speak",
        "and 995 more",
    ]
    assert error.message == "there are 1001 problems with the items"
    assert error.exit_code is ExitCode.USAGE
    many = failure(
        write(tmp_path / "b.jsonl", jsonl(*({"text": "a", "id": str(n // 2)} for n in range(100))))
    )
    assert (many.total, len(shown(many))) == (50, 21)


def test_many_duplicates_are_counted(tmp_path: Path) -> None:
    """More than are remembered by name are still counted."""
    rows = [{"text": "a", "output": str(number // 2)} for number in range(22_000)]
    assert failure(write(tmp_path / "a.jsonl", jsonl(*rows))).total == 11_000


def test_nothing_to_do_is_wrong(tmp_path: Path) -> None:
    """A batch of nothing is a mistake somewhere."""
    assert problems() == ["there are no items"]
    assert shown(failure("-", stdin=b"")) == ["there are no items in stdin"]
    assert shown(failure("-", stdin=b" \n\n")) == ["there are no items in stdin"]
    assert problems(write(tmp_path / "a.jsonl", "\n \n")) == ["there are no items in a.jsonl"]


def test_problems_of_all_inputs_are_told_together(tmp_path: Path) -> None:
    """One run shows everything that is to be mended."""
    bad = write(tmp_path / "a.jsonl", "{")
    assert problems(
        bad, tmp_path / "none.txt", "", tmp_path / "*.nix", tmp_path / "x.csv", "-", "-", stdin=b"a"
    ) == [
        "stdin is there twice",
        "no such file: none.txt",
        "an input is an empty string",
        "nothing matches *.nix",
        "no such file: x.csv",
        "a.jsonl:1:2: not JSON: Expecting property name enclosed in double quotes",
    ]


def test_each_of_many_problems_says_what_to_do(tmp_path: Path) -> None:
    """The way out stands beside its problem, not in the headline."""
    rows = '{"txet": "One."}\n{"text": "Two.", "voice": 7}\n'
    error = failure(write(tmp_path / "a.jsonl", rows))
    assert error.hint == ""
    assert any("txet" in line and "Did you mean text?" in line for line in error.details)
