"""`qwentts batch --join`: all items in order as one whole file with chapters, made anew only if need be."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import mutagen
import pytest
import soundfile

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import Qwentts, at
from tests.tones import read_back

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {"ch1.txt": "One. ", "ch2.txt": "Zwei. ", "ch10.txt": "十。"}
WHOLE = "One.Zwei.十。"


@pytest.fixture
def book(online: Qwentts) -> Qwentts:
    """The program in a folder with three chapters in `in`."""
    (online.folder / "in").mkdir()
    for name, text in TEXTS.items():
        (online.folder / "in" / name).write_text(text, encoding="utf-8")
    return online


def frames(path: Path) -> int:
    return int(soundfile.info(path).frames)


def posts(sandbox: Sandbox) -> int:
    return sum(record.phase == "post" for record in sandbox.ledger)


@pytest.mark.parametrize(
    ("items", "endings"),
    [("wav", ("wav", "flac", "mp3", "opus", "ogg")), ("pcm", ("wav",)), ("mp3", ("flac", "mp3"))],
)
def test_all_items_in_order_as_one_file(book: Qwentts, items: str, endings: tuple[str, ...]) -> None:
    """In any format, from any format; a bit rate is for the files that have one."""
    for number, ending in enumerate(endings):
        bitrate = ("--bitrate", "48") if items == "mp3" or ending in {"mp3", "opus", "ogg"} else ()
        args = ("--format", items, "--join", f"book.{ending}", *bitrate)
        result = book("batch", "in", "-d", f"out{number}", *args)
        assert f"book.{ending}" in result.text.splitlines()
        assert read_back(book.folder / f"book.{ending}") == WHOLE


def test_chapters_begin_where_the_items_do(book: Qwentts) -> None:
    """In natural order, after the pauses, which are exact."""
    args = ("-d", "out", "--paragraph-pause", "0.5", "--join")
    book("batch", "in", *args, "book.wav")
    lengths = [frames(book.folder / f"out/{name}.wav") for name in ("ch1", "ch2", "ch10")]
    assert frames(book.folder / "book.wav") == sum(lengths) + 2 * 12_000
    book("batch", "in", *args, "book.mp3")
    tags = mutagen.File(book.folder / "book.mp3").tags
    starts = [0, lengths[0] + 12_000, lengths[0] + lengths[1] + 24_000]
    chapters = [tags[f"CHAP:{name}"] for name in tags["CTOC:toc"].child_element_ids]
    assert [chapter.sub_frames["TIT2"].text[0] for chapter in chapters] == ["ch1", "ch2", "ch10"]
    assert [chapter.start_time for chapter in chapters] == [round(start / 24) for start in starts]
    assert chapters[-1].end_time == round(frames(book.folder / "book.wav") / 24)
    assert chapters[0].end_time == chapters[1].start_time
    assert tags["TIT2"].text == ["book"]


def test_the_last_of_many_chapters_is_not_late(online: Qwentts) -> None:
    """A pause is whole samples, here 799 and not 799.49, and chapters are counted in these too."""
    args = ("batch", "-", "-d", "out", "--pause", "0.033312", "--join", "all.mp3")
    online(*args, stdin=b"a\n" * 60)
    item = frames(online.folder / "out/0001.wav")
    tags = mutagen.File(online.folder / "all.mp3").tags
    start = 59 * (item + 799)
    assert tags["CHAP:ch59"].start_time == round(start / 24) != round((start + 59 * 0.488) / 24)
    assert tags["CHAP:ch59"].end_time == round((start + item) / 24)


def test_it_is_made_anew_only_if_an_item_was(book: Qwentts, sandbox: Sandbox) -> None:
    """A second run leaves it alone, an edited chapter does not; `--check` and `--explain` know."""
    args = ("batch", "in", "-d", "out", "--join", "out/book.flac")
    path = book.folder / "out/book.flac"
    assert book(*args, "--explain").text.splitlines()[-1] == "out/book.flac: new"
    book(*args)
    before = path.stat().st_mtime_ns
    assert book(*args).text == "out/book.flac\n"
    assert path.stat().st_mtime_ns == before
    book(*args, "--check")
    (book.folder / "in/ch2.txt").write_text("Drei. ")
    assert book(*args, "--check", "--explain", code=8).text.splitlines()[-1].endswith("changed")
    assert sorted(book(*args).text.split()) == ["out/book.flac", "out/ch2.wav"]
    assert read_back(path) == "One.Drei.十。"
    path.unlink()
    assert book(*args, "--check", "--json", code=8).json == {"skipped": 3, "joined": "missing"}
    assert book(*args).text.split() == ["out/book.flac"]
    assert posts(sandbox) == 4


def test_nothing_foreign_is_overwritten(book: Qwentts, sandbox: Sandbox) -> None:
    """A file of that name, an item's own file, a missing folder, stdout: exit 2, and nothing is sent."""
    (book.folder / "book.mp3").write_bytes(b"precious")
    args = ("batch", "in", "-d", "out", "--join")
    assert "book.mp3: already exists" in book(*args, "book.mp3", code=2).stderr
    assert (book.folder / "book.mp3").read_bytes() == b"precious"
    assert (
        "in/ch2.txt: its file is the one of --join too: out/ch2.wav"
        in book(*args, "out/ch2.wav", code=2).stderr
    )
    assert "there is no folder" in book(*args, "nowhere/book.mp3", code=2).stderr
    assert ".mp4 is not a format that can be written" in book(*args, "book.mp4", code=2).stderr
    assert "not stdout" in book(*args, "-", code=2).stderr
    assert "cannot have 7000 kbit/s" in book(*args, "new.mp3", "--bitrate", "7000", code=2).stderr
    assert not sandbox.ledger
    book(*args, "book.mp3", "--force")
    assert read_back(book.folder / "book.mp3") == WHOLE


def test_a_book_with_a_missing_chapter_is_no_book(qwentts: Qwentts) -> None:
    """One item fails: the one file is not written, an old one stays, and the next run makes it."""
    (qwentts.folder / "lines.txt").write_text("Good.\nBad.\n")
    args = ("batch", "lines.txt", "--lines", "-d", "out", "--join", "all.wav")
    with Sandbox(voice_engine="tones", faults="post:code=DataInspectionFailed#2") as server:
        stderr = at(qwentts, server)(*args, "--jobs", "1", code=8).stderr
        assert "all.wav is not written, since an item is missing" in stderr
        assert not (qwentts.folder / "all.wav").exists()
        assert qwentts(*args).text.split() == ["out/0002.wav", "all.wav"]
    assert read_back(qwentts.folder / "all.wav") == "Good.Bad."


def test_parts_made_elsewhere_are_joined_without_a_request(book: Qwentts, sandbox: Sandbox) -> None:
    """A part alone has nothing to join; when all are made, the join is a run of its own."""
    args = ("batch", "in", "-d", "out", "--join", "book.wav")
    assert "--shard and --limit take a part" in book(*args, "--shard", "1/2", code=2).stderr
    for part in ("1/2", "2/2"):
        book("batch", "in", "-d", "out", "--shard", part)
    assert posts(sandbox) == 3
    assert book(*args).text.split() == ["book.wav"]
    assert posts(sandbox) == 3
    assert read_back(book.folder / "book.wav") == WHOLE


def test_scripts_are_told(book: Qwentts) -> None:
    args = ("batch", "in", "-d", "out", "--join", "book.ogg")
    last = json.loads(book(*args, "--jsonl").text.splitlines()[-1])
    assert (last["output"], last["status"]) == ("book.ogg", "made")
    assert book(*args, "--json").json["joined"] == last | {"status": "skipped"}
    (book.folder / "book.ogg").unlink()
    joined = book(*args, "--json").json["joined"]
    assert joined["duration_s"] == pytest.approx(frames(book.folder / "book.ogg") / 24_000)


def test_more_chapters_than_a_file_holds(online: Qwentts) -> None:
    """The sound is whole all the same, and it is told that there are none."""
    args = ("batch", "-", "-d", "out", "--join", "all.flac")
    result = online(*args, stdin=b"a\n" * 256)
    assert "all.flac has no chapters: 256 are more than 255" in result.stderr
    assert frames(online.folder / "all.flac") == 256 * frames(online.folder / "out/0001.wav")
    assert not any("chapter" in name.lower() for name in dict(mutagen.File(online.folder / "all.flac").tags))


def test_a_damaged_item_is_told(book: Qwentts) -> None:
    """A file that is no sound any more, though it looks unchanged: one line, and no half book."""
    book("batch", "in", "-d", "out")
    path = book.folder / "out/ch2.wav"
    facts = path.stat()
    path.write_bytes(b"\0" * facts.st_size)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    stderr = book("batch", "in", "-d", "out", "--join", "book.wav", code=7).stderr
    assert "cannot read out/ch2.wav" in stderr
    assert sorted(path.name for path in book.folder.iterdir()) == ["in", "out"]


def test_a_joined_file_is_encoded_once(book: Qwentts) -> None:
    """From items of a lossy format it is what it would be from items that lose nothing."""
    for items in ("wav", "mp3", "opus"):
        book("batch", "in", "-d", items, "--format", items, "--join", f"{items}.wav")
    whole = (book.folder / "wav.wav").read_bytes()
    assert (book.folder / "mp3.wav").read_bytes() == (book.folder / "opus.wav").read_bytes() == whole
    (book.folder / "in/ch2.txt").write_text("Drei. ")
    book("batch", "in", "-d", "mp3", "--format", "mp3")
    book("batch", "in", "-d", "mp3", "--format", "mp3", "--join", "mp3.wav")
    assert read_back(book.folder / "mp3.wav") == "One.Drei.十。"


def test_chapters_have_the_titles_of_the_list(book: Qwentts) -> None:
    """A list says what its chapters are called; a new title makes the file anew, and all voices are named."""
    rows = [
        {"text": "One.", "id": "a", "title": "The Beginning"},
        {"text": "Two.", "id": "b", "voice": "Ethan"},
        {"text": "Three.", "id": "c", "title": "三", "voice": "Ethan"},
    ]
    path, args = book.folder / "items.jsonl", ("batch", "items.jsonl", "-d", "out", "--join", "all.mp3")

    def titles() -> list[str]:
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        book(*args)
        tags = mutagen.File(book.folder / "all.mp3").tags
        assert tags["TPE1"].text == ["Cherry, Ethan"]
        names = tags["CTOC:toc"].child_element_ids
        return [tags[f"CHAP:{name}"].sub_frames["TIT2"].text[0] for name in names]

    assert titles() == ["The Beginning", "b", "三"]
    rows[1]["title"] = "The Middle"
    assert titles() == ["The Beginning", "The Middle", "三"]


def test_names_as_long_as_a_disk_takes_them(online: Qwentts) -> None:
    """The hidden copy of a file has a longer name than the file, which must not fail when all is paid for."""
    name = "n" * 251
    (online.folder / f"{name}.txt").write_text("One.")
    (online.folder / "b.txt").write_text("Two.")
    online("batch", f"{name}.txt", "b.txt", "-d", "out", "--format", "mp3", "--join", "all.flac")
    assert read_back(online.folder / "all.flac") == "One.Two."
    assert (online.folder / "out" / f"{name}.mp3").exists()
