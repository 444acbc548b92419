from __future__ import annotations

import csv
import io
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.check import check_manifest
from qwentts_cli.manifest.item import ExtraFields, Item, ManifestOptions
from tests.unit.manifest.lists import items, jsonl, manifest, outputs, write


def test_a_text_file_is_an_item_that_keeps_its_stem(tmp_path: Path) -> None:
    """Whatever its extension is; it is not read, only checked."""
    book = write(tmp_path / "Kapitel 1.txt", "Es war einmal.")
    note = write(tmp_path / "note", "Yes.")
    assert items(book, note) == [
        Item(number=1, place=book, output="Kapitel 1.wav", file=Path(book)),
        Item(number=2, place=note, output="note.wav", file=Path(note)),
    ]


def test_jsonl_rows_have_all_fields(tmp_path: Path) -> None:
    """Every field arrives; null and empty ones are as if they were not there, blank lines no items."""
    rows = jsonl(
        {"text": "你好", "voice": " Cherry ", "model": "m", "language": "zh", "instructions": "slowly "},
        {"text": "two", "id": 7, "voice": None, "model": "", "file": None},
        {"text": "three", "output": "a/b.wav"},
    )
    path = write(tmp_path / "items.jsonl", "\ufeff\n" + rows.replace("\n", "\r\n") + "  \n")
    assert items(path) == [
        Item(
            number=1,
            place=f"{path}:2",
            output="0001.wav",
            text="你好",
            voice="Cherry",
            model="m",
            language="zh",
            instructions="slowly ",
        ),
        Item(number=2, place=f"{path}:3", output="7.wav", text="two", id="7"),
        Item(number=3, place=f"{path}:4", output="a/b.wav", text="three"),
    ]


def test_csv_cells_hold_what_was_written(tmp_path: Path) -> None:
    """Delimiters, quotation marks and line breaks in cells; empty cells and empty rows are nothing."""
    out = io.StringIO()
    rows = [
        ["id", "text", "voice"],
        ["a", 'He said: "Hi, you"\nand left', ""],
        ["", "", ""],
        ["", "two", "Ethan"],
    ]
    csv.writer(out).writerows(rows)
    path = write(tmp_path / "items.CSV", out.getvalue())
    assert items(path) == [
        Item(number=1, place=f"{path}:2", output="a.wav", text='He said: "Hi, you"\nand left', id="a"),
        Item(number=2, place=f"{path}:5", output="0002.wav", text="two", voice="Ethan"),
    ]


@pytest.mark.parametrize(
    ("name", "delimiter", "between"),
    [("a.tsv", None, "\t"), ("a.csv", ";", ";"), ("a.csv", r"\t", "\t"), ("a.tsv", "|", "|")],
)
def test_delimiters(tmp_path: Path, name: str, delimiter: str | None, between: str) -> None:
    """A .tsv has tabs; an option says otherwise."""
    path = write(tmp_path / name, f"text{between}id\none, and{between}x\n")
    assert [(item.text, item.id) for item in items(path, delimiter=delimiter)] == [("one, and", "x")]


def test_a_cell_may_be_long(tmp_path: Path) -> None:
    """200 KB in a cell is a chapter, not a mistake."""
    path = write(tmp_path / "a.csv", f"text\n{'word ' * 40_000}\n")
    assert [len(item.text or "") for item in items(path)] == [200_000]


def test_stdin_is_one_item_a_line_and_can_be_read_again() -> None:
    """Lines end with LF, CRLF or CR only; those with nothing to speak are left out."""
    found = items("-", stdin="one\n\n  two\u2028still two\r\n***\n\u200b\nthree\rfour".encode())
    assert [(item.place, item.text, item.output) for item in found] == [
        ("stdin:1", "one", "0001.wav"),
        ("stdin:3", "two\u2028still two", "0002.wav"),
        ("stdin:6", "three", "0003.wav"),
        ("stdin:7", "four", "0004.wav"),
    ]


def test_two_readers_of_stdin_do_not_disturb_each_other() -> None:
    """The progress bar may look while the runner reads."""
    lines = "".join(f"line {n}\n" for n in range(20_000)).encode()
    checked = manifest("-", stdin=lines)
    assert all(one == other for one, other in zip(checked, checked, strict=True))


def test_lines_of_files_are_items(tmp_path: Path) -> None:
    """With by_line each line of a text file is an item, numbered through all files; no row of a list is."""
    first = write(tmp_path / "a.txt", "one\n\ntwo\n")
    second = write(tmp_path / "b.txt", "three")
    rows = write(tmp_path / "c.jsonl", jsonl({"text": "four\nfive"}))
    found = items(first, second, rows, by_line=True)
    assert [item.text for item in found] == ["one", "two", "three", "four\nfive"]
    assert [item.place for item in found] == [f"{first}:1", f"{first}:3", f"{second}:1", f"{rows}:1"]
    assert outputs(first, second, rows, by_line=True) == ["0001.wav", "0002.wav", "0003.wav", "0004.wav"]


def test_files_of_a_manifest_are_beside_it_and_keep_their_tree(tmp_path: Path) -> None:
    """Its folder is where paths begin; a file from elsewhere keeps its stem only, an id goes before that."""
    write(tmp_path / "in/parts/1.txt", "one")
    other = write(tmp_path / "other.txt", "two")
    rows = jsonl({"file": "parts/1.txt"}, {"file": "../other.txt"}, {"file": other, "id": "x"})
    path = write(tmp_path / "in/items.jsonl", rows)
    found = items(path, allow_outside=True)
    assert [item.output for item in found] == ["parts/1.wav", "other.wav", "x.wav"]
    assert [item.file and item.file.read_text() for item in found] == ["one", "two", "two"]
    assert all(item.text is None for item in found)


def test_numbers_are_as_long_as_the_last(tmp_path: Path) -> None:
    """Four digits at least, more if there are more items, so that names sort."""
    path = write(tmp_path / "a.jsonl", '{"text": "a"}\n' * 10_001)
    found = outputs(path)
    assert (found[0], found[-1]) == ("00001.wav", "10001.wav")


def test_extra_fields_are_ignored_if_asked(tmp_path: Path) -> None:
    """Lists made for something else can be used as they are."""
    rows = write(tmp_path / "a.jsonl", jsonl({"text": "a", "speaker": {"age": 3}, "id": "x"}))
    table = write(tmp_path / "a.csv", "n,text,,n\n1,b,2,3\n")
    found = items(rows, table, extra_fields=ExtraFields.IGNORE)
    assert [(item.text, item.id) for item in found] == [("a", "x"), ("b", None)]


def test_other_encodings(tmp_path: Path) -> None:
    """An encoding goes for manifests and for their files; a byte order mark tells of itself."""
    write(tmp_path / "t.txt", "中文".encode("gb18030"))
    path = write(tmp_path / "a.csv", "text,file\n中文,\n,t.txt\n".encode("gb18030"))
    assert [item.text for item in items(path, encoding="gb18030")] == ["中文", None]
    marked = write(tmp_path / "b.jsonl", b"\xff\xfe" + jsonl({"text": "中文"}).encode("utf-16-le"))
    assert [item.text for item in items(marked)] == ["中文"]
    piped = check_manifest(["-"], ManifestOptions(), stdin=io.BytesIO(Path(marked).read_bytes()))
    assert [item.text for item in piped] == ["中文"]


def test_control_characters_are_left_out_and_told(tmp_path: Path) -> None:
    """Those in the file and those in escapes of JSON, whole sequences too; white space and emoji stay."""
    path = write(tmp_path / "a.jsonl", '{"text": "a\\u001b[1m\\tb\\n👨\u200d👩 \\ud83d\\ude00\x07"}\n')
    told: list[str] = []
    stdin = io.BytesIO(b"x\x01y")
    checked = check_manifest([path, "-"], ManifestOptions(), stdin=stdin, note=told.append)
    assert [item.text for item in checked] == ["a\tb\n👨\u200d👩 😀", "xy"]
    assert told == [
        f"left out 2 control characters of {path}",
        "left out 1 control character of stdin",
    ]


def test_a_changed_file_is_not_read_on(tmp_path: Path) -> None:
    """What was not checked is not spoken: not from a file that was appended to, replaced, or removed."""
    path = tmp_path / "a.jsonl"
    write(path, jsonl({"text": "a"}) * 5000)
    checked = manifest(path)
    reading = iter(checked)
    next(reading)
    with path.open("a") as file:
        file.write("{}")
    with pytest.raises(UsageError, match="changed since it was checked"):
        list(reading)
    with pytest.raises(UsageError, match="changed since it was checked"):
        next(iter(checked))
    path.unlink()
    with pytest.raises(UsageError, match=r"cannot read .* not so when it was checked"):
        next(iter(checked))


def test_checks_of_the_caller_see_items_and_are_listed(tmp_path: Path) -> None:
    """Voices and models are known elsewhere."""
    path = write(tmp_path / "a.jsonl", jsonl({"text": "a", "voice": "X"}, {"text": "b"}))
    seen: list[str | None] = []

    def check(item: Item) -> str | None:
        seen.append(item.voice)
        return f"there is no voice {item.voice}" if item.voice else None

    with pytest.raises(UsageError, match=r"a\.jsonl:1: there is no voice X"):
        check_manifest([path], ManifestOptions(), check_row=check)
    assert seen == ["X", None]


def test_a_closed_stdin_is_told() -> None:
    """Instead of a traceback, or of no items."""
    with pytest.raises(UsageError, match="stdin is closed"):
        check_manifest(["-"], ManifestOptions())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"encoding": "utf-9"}, "no encoding 'utf-9'"),
        ({"delimiter": "ab"}, "the delimiter is 'ab'"),
        ({"delimiter": '"'}, "the delimiter is"),
        ({"delimiter": ""}, "the delimiter is ''"),
        ({"template": "{stm}"}, "unknown field 'stm'"),
    ],
)
def test_wrong_options_are_told_before_anything_is_read(wrong: dict[str, Any], message: str) -> None:
    """The first line of a long list is not needed to see them."""
    with pytest.raises(UsageError, match=message):
        manifest("no such file", **wrong)


@pytest.mark.parametrize("kind", ["items", "stdin"])
def test_memory_stays_flat(tmp_path: Path, kind: str) -> None:
    """Items cost a few bytes each, not their text."""
    row = '{{"id": "item-{}", "text": "{}"}}\n' if kind == "items" else "{} {}\n"
    text = "The quick brown fox. " * 400
    content = "".join(row.format(number, text) for number in range(1_200))
    path = write(tmp_path / "a.jsonl", content)
    with Path(path).open("rb") as stdin:
        tracemalloc.start()
        try:
            checked = check_manifest(["-" if kind == "stdin" else path], ManifestOptions(), stdin=stdin)
            assert sum(1 for _ in checked) == 1_200
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert most < len(content) / 3


def test_what_is_billed_is_counted_alike_for_rows_and_files(tmp_path: Path) -> None:
    """Only what has a sound; between the parts of a document, too, there is what is sent."""
    texts = {"Hi,   there.\n\n\n* * *\n\nBye.\n": 15, "  So\u00adft\u200b 你好。\n": 10}
    rows = write(tmp_path / "a.jsonl", jsonl(*({"text": text} for text in texts)))
    files = [write(tmp_path / f"{n}.txt", text) for n, text in enumerate(texts)]
    assert manifest(rows).characters == manifest(*files).characters == sum(texts.values())
    page = write(tmp_path / "a.md", "# Title\n\nText.\n\n- One\n- Two\n")
    assert manifest(page).characters == len("Title.\nText.\nOne.\nTwo.")
