"""Lists and folders as other people have them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_batch import posts
from tests.tones import read_back

if TYPE_CHECKING:
    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

SHEET = "Nr,Sentence,text,Who\n7,One.,not this,Ethan\n8,Two.,nor this,\n"
OBJECTS = '{"Nr": 7, "Sentence": "One.", "text": "not this", "Who": "Ethan"}\n{"Nr": 8, "Sentence": "Two."}\n'


@pytest.mark.parametrize(("name", "rows"), [("sheet.csv", SHEET), ("rows.jsonl", OBJECTS)])
def test_columns_may_have_other_names(online: Qwentts, name: str, rows: str) -> None:
    """Somebody's table is spoken as it is: three columns are named, and the others are left alone."""
    (online.folder / name).write_text(rows)
    columns = ("--column", "text=Sentence", "--column", "id=Nr", "--column", "voice=Who")
    items = online("batch", name, "-d", "out", *columns, "--json").json["items"]
    assert [(row["id"], row["voice"], row["text"]) for row in items] == [
        ("7", "Ethan", "One."),
        ("8", "Cherry", "Two."),
    ]
    assert read_back(online.folder / "out/7.wav") == "One."


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_spreadsheet_says_by_its_header_what_ends_its_cells(online: Qwentts, delimiter: str) -> None:
    """As Excel saves a CSV where a comma is a part of numbers; a comma in a cell is no end then."""
    sheet = 'Nr|Sentence|Who\r\n7|"One, or two."|Ethan\r\n'.replace("|", delimiter)
    (online.folder / "sheet.csv").write_text(sheet, encoding="utf-8-sig")
    items = online("batch", "sheet.csv", "-d", "out", "--column", "text=Sentence", "--json").json["items"]
    assert [row["text"] for row in items] == ["One, or two."]


def test_a_column_that_is_not_there_is_told(online: Qwentts, sandbox: Sandbox) -> None:
    """A slip in either half is exit 2 with what was meant, before anything is sent."""
    (online.folder / "sheet.csv").write_text(SHEET)
    args = ("batch", "sheet.csv", "-d", "out", "--column")
    assert "A column of another name: --column text=NAME." in online("batch", "sheet.csv", code=2).stderr
    assert "Did you mean Sentence" in online(*args, "text=Sentense", code=2).stderr
    assert "Did you mean text" in online(*args, "txt=Sentence", code=2).stderr
    assert "text=Sentence" in online(*args, "Sentence", code=2).stderr
    assert "twice" in online(*args, "text=Sentence", "--column", "id=Sentence", code=2).stderr
    semicolons = online(*args, "text=Sentence", "--column", "id=Nr", "--delimiter", ";", code=2).stderr
    assert semicolons.count("add --delimiter ','") == 1
    assert not posts(sandbox)


def test_empty_items_may_be_left_out(online: Qwentts) -> None:
    """Rows and files with nothing to speak fail the list, or are skipped, counted, and the others spoken."""
    rows = [{"text": "One."}, {"text": " "}, {"id": "nothing"}, {"file": "empty.txt"}, {"text": "Two."}]
    (online.folder / "items.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    (online.folder / "empty.txt").write_text("\n")
    args = ("batch", "items.jsonl", "-d", "out")
    assert (
        "3 problems with the items. To leave such items out, add --on-empty skip."
        in online(*args, code=2).stderr
    )
    result = online(*args, "--on-empty", "skip")
    assert "nothing to speak: 3 items" in result.stderr
    assert result.text.split() == ["out/0001.wav", "out/0002.wav"]
    assert read_back(online.folder / "out/0002.wav") == "Two."
    assert (
        "there are no items"
        in online(
            "batch", "-", "--input-format", "jsonl", "--on-empty", "skip", stdin=b'{"text": ""}\n', code=2
        ).stderr
    )


def test_what_is_passed_over_in_a_folder_is_told_once(online: Qwentts) -> None:
    """Pictures and subtitles are counted, what was made before and what is hidden is not."""
    (online.folder / "in/deep").mkdir(parents=True)
    for name in ("a.txt", "b.jpg", "deep/c.JPG", "d.srt", ".hidden", "e.wav", "Makefile"):
        (online.folder / "in" / name).write_text("One.")
    stderr = online("batch", "in", "-d", "out").stderr
    assert stderr.count("passed over in folders: 2 .jpg, 1 ") == 1
    assert "1 .srt" in stderr
    assert "1 without an extension" in stderr
    assert ".wav" not in stderr
