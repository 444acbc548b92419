"""A book is read in the order of its spine, divided where its table of contents says."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.documents.formats.epub import open_epub
from qwentts_cli.errors import UsageError
from tests.unit.documents.books import CONTAINER, write_epub, write_zip

if TYPE_CHECKING:
    from pathlib import Path


def chapters(path: Path) -> list[tuple[str, str]]:
    return [(chapter.title, " ".join(chapter.text())) for chapter in open_epub(path).chapters()]


@pytest.mark.parametrize("is_old", [False, True], ids=["nav", "ncx"])
def test_titles_come_from_the_table_of_contents(tmp_path: Path, *, is_old: bool) -> None:
    """A page without an entry goes on with the chapter before; what is before the first has none."""
    path = write_epub(
        tmp_path / "b.epub",
        {"0.xhtml": "<p>By me.</p>", "1.xhtml": "<p>a</p>", "1b.xhtml": "<p>b</p>", "2.xhtml": "<p>c</p>"},
        {"One": "1.xhtml", "Two": "2.xhtml"},
        is_old=is_old,
    )
    assert chapters(path) == [("", "By me."), ("One", "a \n\n b"), ("Two", "c")]


def test_chapters_that_share_a_page_are_told_apart(tmp_path: Path) -> None:
    """An entry may point into a page; what is above that place belongs to the chapter before."""
    page = "<p>pre</p><h2 id='c1'>A</h2><p>a</p><h2 id='c2'>B</h2><p>b</p>"
    path = write_epub(tmp_path / "b.epub", {"p.xhtml": page}, {"One": "p.xhtml#c1", "Two": "p.xhtml#c2"})
    assert chapters(path) == [("", "pre"), ("One", "A. \n\n a"), ("Two", "B. \n\n b")]


def test_a_book_with_useless_contents_is_divided_by_headings(tmp_path: Path) -> None:
    """Where the table of contents leads nowhere, each page with a heading begins a chapter."""
    pages = {"1.xhtml": "<h1>A</h1><p>a</p>", "2.xhtml": "<p>b</p>", "3.xhtml": "<h1>C</h1>"}
    path = write_epub(tmp_path / "b.epub", pages, {"X": "gone.xhtml", "Y": "other.xhtml"})
    assert chapters(path) == [("A", "A. \n\n a \n\n b"), ("C", "C.")]


@pytest.mark.parametrize("broken", ["<html><nav epub:type='toc'><ol><li>", "\0\1 no XML", ""])
def test_a_book_with_broken_contents_is_read_all_the_same(tmp_path: Path, broken: str) -> None:
    """By the older table, if it has one; otherwise by its headings."""
    pages = {"1.xhtml": "<h1>A</h1><p>a</p>", "2.xhtml": "<h1>B</h1><p>b</p>"}
    path = write_epub(tmp_path / "b.epub", pages, {"One": "1.xhtml", "Two": "2.xhtml"}, is_old=True)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    nav = b"<item id='n' href='nav.xhtml' media-type='application/xhtml+xml' properties='nav'/></manifest>"
    members["OPS/book.opf"] = members["OPS/book.opf"].replace(b"</manifest>", nav)
    members["OPS/nav.xhtml"] = broken.encode()
    assert chapters(write_zip(path, members)) == [("One", "A. \n\n a"), ("Two", "B. \n\n b")]
    ncx = next(name for name in members if name.endswith(".ncx"))
    members[ncx] = broken.encode()
    assert [title for title, _ in chapters(write_zip(path, members))] == ["A", "B"]


@pytest.mark.parametrize(
    ("page", "is_read"),
    [("<p>A text, and a <a href='2.xhtml'>link</a>.</p>", True), ("<a href='2.xhtml'>Two</a>", False)],
)
def test_a_guide_that_calls_a_text_its_contents_is_not_believed(
    tmp_path: Path, page: str, *, is_read: bool
) -> None:
    """A table of contents is made of links."""
    path = write_epub(tmp_path / "a.epub", {"1.xhtml": page, "2.xhtml": "<p>b</p>"}, {})
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    guide = b"<guide><reference type='toc' href='1.xhtml'/></guide></package>"
    members["OPS/book.opf"] = members["OPS/book.opf"].replace(b"</package>", guide)
    text = "".join(text for _, text in chapters(write_zip(tmp_path / "b.epub", members)))
    assert ("A text" in text) is is_read
    assert "b" in text


def test_a_page_that_is_named_again_is_read_once(tmp_path: Path) -> None:
    """For each of its sections, in the list of files and in the spine."""
    path = write_epub(tmp_path / "a.epub", {"1.xhtml": "<p>a</p><p id='x'>b</p>", "1.xhtml#x": ""}, {})
    assert chapters(path) == [("", "a \n\n b")]


def test_knows_the_book(tmp_path: Path) -> None:
    """Title, author, language and cover are kept for what is made of it."""
    book = open_epub(write_epub(tmp_path / "b.epub", {"1.xhtml": "x"}, {}))
    assert (book.title, book.author, book.language) == ("The Book", "Ann Author", "en")
    assert book.cover() == b"\x89PNG cover"


def test_chapters_can_be_asked_for_again(tmp_path: Path) -> None:
    """What was left out is counted once, however often a book is read."""
    book = open_epub(write_epub(tmp_path / "b.epub", {"1.xhtml": "<p>x</p><pre>y</pre>"}, {}))
    first, second = ([c.title for c in book.chapters()] for _ in range(2))
    assert first == second == [""]
    assert book.left_out == {"code block": 1}


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"a": "b"}, "lacks 'META-INF/container.xml'"),
        ({"META-INF/container.xml": "<oops"}, "is a damaged EPUB"),
        ({"META-INF/container.xml": CONTAINER}, "lacks 'OPS/book.opf'"),
        (
            {"META-INF/container.xml": '<!DOCTYPE x [<!ENTITY a "aaa">]><x>&a;</x>'},
            "defines XML entities",
        ),
        (
            {"META-INF/container.xml": CONTAINER.replace("OPS/book.opf", "../../../etc/passwd")},
            "lacks '../../../etc/passwd'",
        ),
        (
            {
                "META-INF/container.xml": CONTAINER,
                "META-INF/encryption.xml": '<e><EncryptionMethod Algorithm="http://x/aes128-cbc"/></e>',
            },
            "is locked",
        ),
    ],
)
def test_says_what_is_wrong_with_a_book(tmp_path: Path, members: dict[str, str], why: str) -> None:
    """A damaged, a hostile and a locked book are refused in one line."""
    path = write_zip(tmp_path / "b.epub", members)
    with pytest.raises(UsageError) as caught:
        open_epub(path)
    assert why in caught.value.message
    assert "\n" not in caught.value.message


NAMED = "caf&eacute;&nbsp;&ndash; A&B &amp; &what; &#233;"


@pytest.mark.parametrize("is_old", [False, True], ids=["nav", "ncx"])
def test_names_of_characters_are_those_of_html(tmp_path: Path, *, is_old: bool) -> None:
    """Tools write them where XML has none, and an ampersand as it is; reading programs take both."""
    contents = {f"1 {NAMED}": "1.xhtml", "Two": "2.xhtml"}
    path = write_epub(tmp_path / "b.epub", {"1.xhtml": "a", "2.xhtml": "b"}, contents, is_old=is_old)
    assert chapters(path)[0] == ("1 café – A&B & &what; é", "a")


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        ('<?xml version="1.0"?>', "utf-8"),
        ("<?xml version='1.0' encoding = 'ISO-8859-1'?>", "cp1252"),
        ('<?xml version="1.0" encoding="windows-1252"?>', "cp1252"),
        ('<?xml version="1.0" encoding="utf-16"?>', "utf-16"),
        ('<?xml version="1.0" encoding="idna"?>', "utf-8"),
        ('<?xml version="1.0" encoding="no-such"?>', "utf-8"),
        ('\n\f<?xml version="1.0" encoding="utf-8"?>', "utf-8"),
        ("", "utf-8"),
    ],
)
def test_a_package_may_be_written_badly(tmp_path: Path, declaration: str, encoding: str) -> None:
    """In an encoding that is called what it is not quite, and with the names of HTML."""
    path = write_epub(tmp_path / "a.epub", {"1.xhtml": "x"}, {})
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    package = members["OPS/book.opf"].decode().partition("?>")[2]
    package = declaration + package.replace("The Book", "“Été” – &nbsp;A&B").strip()
    members["OPS/book.opf"] = package.encode(encoding)
    assert open_epub(write_zip(tmp_path / "b.epub", members)).title == "“Été” – A&B"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_a_book_that_would_grow_is_refused_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    """Also where its letters can only be seen when what no XML may have is left out."""
    for name in ("ENTITY", "EN\x01TITY"):
        bomb = f'<!DOCTYPE x [<!{name} a "aaa"><!{name} b "&a;&a;">]><x>&b;&nbsp;</x>'
        path = write_zip(tmp_path / "b.epub", {"META-INF/container.xml": bomb.encode(encoding)})
        with pytest.raises(UsageError, match=r"defines XML entities|is a damaged EPUB"):
            open_epub(path)


@pytest.mark.parametrize(
    ("head", "encoding", "text"),
    [
        ('<?xml version="1.0" encoding="iso-8859-1"?>', "cp1252", "“Été” – it’s €5"),
        ('<?xml version="1.0" encoding="gb2312"?>', "gb18030", "朱镕基“你好”——㐀"),
        ('<?xml version="1.0" encoding="Shift_JIS"?>', "cp932", "①髙橋"),
        ('<?xml version="1.0" encoding="big5"?>', "utf-8-sig", "你好"),
        ('<?xml version="1.0" encoding="undefined"?>', "utf-8", "你好"),
        ('<meta charset="gb2312"/>', "gb18030", "朱镕基"),
        ('<meta charset="gb2312"/>', "utf-8", "朱镕基"),
        ('<meta charset="utf-16"/>', "utf-8", "朱镕基"),
        ("", "utf-8-sig", "café"),
    ],
)
def test_a_page_is_read_as_browsers_read_it(tmp_path: Path, head: str, encoding: str, text: str) -> None:
    """An old name of an encoding stands for what came after it; UTF-8 is known without a name."""
    page = f"{head}<html><body><p>{text}</p></body></html>".encode(encoding)
    path = write_epub(tmp_path / "b.epub", {"1.xhtml": ""}, {}, more={"OPS/1.xhtml": page})
    assert chapters(path) == [("", text)]


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    """A page that unpacks to more than a text can be is not unpacked further."""
    path = write_epub(tmp_path / "b.epub", {"1.xhtml": "x"}, {}, more={"OPS/1.xhtml": b"\0" * (65 << 20)})
    with pytest.raises(UsageError, match="unpacks to more than 64 MB"):
        list(open_epub(path).chapters())


def test_no_book_at_all(tmp_path: Path) -> None:
    """A file that only has the name of one is told from one."""
    path = tmp_path / "b.epub"
    path.write_bytes(b"hello")
    with pytest.raises(UsageError, match="is no EPUB"):
        open_epub(path)
