"""Books as one file: `say -o` and `batch --join` with chapters, a title, an author and a cover."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import mutagen
import pytest

from tests.pictures import jpeg, png
from tests.tones import read_back, without_space
from tests.unit.documents.books import write_epub

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

PAGES = {"a.xhtml": "<h1>One</h1><p>Alpha.</p>", "b.xhtml": "<h1>Two</h1><p>Beta.</p>"}
CONTENTS = {"One: a beginning": "a.xhtml", "Two": "b.xhtml"}
COVER = png(30, 40)


@pytest.fixture
def book(online: Qwentts) -> Qwentts:
    """The program in a folder with a book."""
    write_epub(online.folder / "book.epub", PAGES, CONTENTS, more={"OPS/cover.png": COVER})
    return online


def chapters(path: Path) -> list[tuple[str, float, float]]:
    command = ["ffprobe", "-v", "error", "-show_chapters", "-of", "json", str(path)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["chapters"]
    rows = [(c["tags"]["title"], float(c["start_time"]), float(c["end_time"])) for c in found]
    return sorted(rows, key=lambda row: row[1])


def mp4(path: Path) -> dict[str, Any]:
    tags = mutagen.File(path).tags
    names = {"title": "\xa9nam", "artist": "\xa9ART", "album": "\xa9alb", "narrator": "\xa9wrt"}
    found = {name: tags[key][0] for name, key in names.items() if key in tags}
    return found | ({"cover": bytes(tags["covr"][0])} if "covr" in tags else {})


OF_THE_BOOK = {"title": "The Book", "artist": "Ann Author", "narrator": "Cherry", "cover": COVER}


def test_a_book_is_joined_with_all_it_says(book: Qwentts) -> None:
    """Chapters by the table of contents, title, author, cover and language of the EPUB, read by the voice."""
    book("batch", "book.epub", "-d", "out", "--join", "book.m4b")
    path = book.folder / "book.m4b"
    assert mp4(path) == OF_THE_BOOK
    assert [row[0] for row in chapters(path)] == ["One: a beginning", "Two"]
    assert without_space(read_back(path)) == "One.Alpha.Two.Beta."


@pytest.mark.parametrize("ending", ["m4b", "mp3", "flac", "opus", "ogg"])
def test_one_text_becomes_a_book(book: Qwentts, ending: str) -> None:
    """The chapters begin where the JSON and the subtitles say, and their cover is that of the book."""
    path = book.folder / f"book.{ending}"
    said = book("say", "-f", "book.epub", "-o", path, "--subtitles", "book.json", "--json").json["files"][0]
    cues = json.loads((book.folder / "book.json").read_text())["segments"]
    assert [chapter["title"] for chapter in said["chapters"]] == ["One: a beginning", "Two"]
    second = next(cue for cue in cues if cue["text"].startswith("Two"))
    assert second["start_ms"] == round(said["chapters"][1]["start_s"] * 1000)
    assert said["chapters"][1]["end_s"] == said["duration_s"]
    found = chapters(path)
    assert [row[0] for row in found] == ["One: a beginning", "Two"]
    assert [row[1] for row in found] == pytest.approx(
        [chapter["start_s"] for chapter in said["chapters"]], abs=0.0011
    )
    assert "Ann Author" in str(mutagen.File(path).tags)
    assert without_space(read_back(path)) == "One.Alpha.Two.Beta."


def test_the_options_count_more_than_the_book(book: Qwentts) -> None:
    (book.folder / "mine.jpg").write_bytes(jpeg(50, 60))
    options = ("--title", "Mine", "--author", "Me", "--album", "Shelf", "--cover", "mine.jpg")
    mine = {"title": "Mine", "artist": "Me", "album": "Shelf", "narrator": "Cherry", "cover": jpeg(50, 60)}
    book("say", "-f", "book.epub", "-o", "said.m4b", *options)
    book("batch", "book.epub", "-d", "out", "--join", "joined.m4b", *options)
    assert mp4(book.folder / "said.m4b") == mp4(book.folder / "joined.m4b") == mine


def test_a_new_cover_makes_the_join_anew_and_no_item(book: Qwentts, sandbox: Sandbox) -> None:
    args = ("batch", "book.epub", "-d", "out", "--format", "mp3", "--join", "book.mp3")
    book(*args)
    items = {path: path.stat().st_mtime_ns for path in (book.folder / "out").glob("*.mp3")}
    asked = len(sandbox.ledger)
    (book.folder / "cover.png").write_bytes(png(9, 9))
    for options in (("--cover", "cover.png"), ("--cover", "cover.png", "--album", "Shelf")):
        assert book(*args, *options, "--check", code=8).text == ""
        assert book(*args, *options).text.split() == ["book.mp3"]
        book(*args, *options, "--check")
    [cover] = mutagen.File(book.folder / "book.mp3").tags.getall("APIC")
    assert cover.data == png(9, 9)
    (book.folder / "cover.png").write_bytes(png(8, 8))
    book(*args, *options, "--check", code=8)
    assert {path: path.stat().st_mtime_ns for path in items} == items
    assert len(sandbox.ledger) == asked


@pytest.mark.parametrize(
    ("name", "text", "titles"),
    [
        ("a.txt", "Before.\n\nChapter 1\n\nOne.\n\nChapter 2\n\nTwo.\n", ["a", "Chapter 1", "Chapter 2"]),
        ("b.md", "# My Notes\n\n## One\n\nA.\n\n## Two\n\nB.\n", ["One", "Two"]),
        ("c.txt", "第一章 开始\r\n\r\n你好。\r\n第二章 结束\r\n\r\n再见。", ["第一章 开始", "第二章 结束"]),
        ("d.txt", "Nothing but a text. Chapter 1 is a word in it.\n", []),
    ],
)
def test_texts_have_chapters(online: Qwentts, name: str, text: str, titles: list[str]) -> None:
    """Plain texts by their titles, Markdown by its headings; a text without any has none."""
    (online.folder / name).write_bytes(text.encode())
    said = online("say", "-f", name, "-o", "out.mp3", "--json").json["files"][0]
    assert [chapter["title"] for chapter in said["chapters"]] == titles
    assert [row[0] for row in chapters(online.folder / "out.mp3")] == titles
    title = mutagen.File(online.folder / "out.mp3").tags["TIT2"].text
    assert title == ["My Notes" if name == "b.md" else name.partition(".")[0]]


def test_several_files_are_chapters(online: Qwentts) -> None:
    for number in (1, 2):
        (online.folder / f"part {number}.txt").write_text(f"Text {number}.")
    online("say", "-f", "part 1.txt", "-f", "part 2.txt", "-o", "all.opus", "--pause", "0.5")
    found = chapters(online.folder / "all.opus")
    assert [row[0] for row in found] == ["part 1", "part 2"]
    assert found[0][2] == found[1][1]


def test_a_pattern_finds_chapters_in_a_pipe(online: Qwentts) -> None:
    text = b"== A ==\nOne.\n== B ==\nTwo.\n"
    online("say", "-", "-o", "out.flac", "--chapter-pattern", "^== (.*) ==", stdin=text)
    assert [row[0] for row in chapters(online.folder / "out.flac")] == ["A", "B"]


def test_a_place_in_a_chapter_is_that_of_the_file(online: Qwentts) -> None:
    """Chapters are cut one by one, and errors still name the line of the whole."""
    (online.folder / "a.txt").write_text("Chapter 1\n\nOne.\n\nChapter 2\n\nFine.\nWide\n\nwide.\n[[oops]]\n")
    stderr = online("say", "-f", "a.txt", "--markup", "-o", "x.wav", code=2).stderr
    assert "line 11" in stderr or ":11:" in stderr


def test_what_cannot_be_said_is_refused_or_told(book: Qwentts, sandbox: Sandbox) -> None:
    """A cover that is none, tags for nothing, tags for a format without: before anything is sent."""
    (book.folder / "bad.png").write_bytes(b"GIF89a")
    say = ("say", "-f", "book.epub", "-o", "a.mp3", "--cover")
    assert "--cover bad.png is neither a JPEG nor a PNG" in book(*say, "bad.png", code=2).stderr
    assert "no such file: none.png" in book(*say, "none.png", code=2).stderr
    assert "--title: only a file has that" in book("say", "Hi.", "--play", "--title", "x", code=2).stderr
    batch = ("batch", "book.epub", "-d", "out", "--album", "x", "--title", "y")
    assert "--title, --album: only the file of --join has that" in book(*batch, code=2).stderr
    assert not sandbox.ledger
    stderr = book("say", "Hi.", "-o", "a.wav", "--title", "x").stderr
    assert "a.wav will have no --title: wav has no place for it" in stderr


def test_a_bad_cover_of_a_book_is_left_out(online: Qwentts) -> None:
    write_epub(online.folder / "bad.epub", PAGES, CONTENTS)
    stderr = online("say", "-f", "bad.epub", "-o", "bad.m4b").stderr
    assert "the cover is left out: the book's own is neither a JPEG nor a PNG" in stderr
    assert "cover" not in mp4(online.folder / "bad.m4b")
