"""A page is read without what is only seen or leads elsewhere."""

from __future__ import annotations

import pytest

from qwentts_cli.documents.formats.html import parse_html
from qwentts_cli.documents.model import PassageKind


def said(text: str) -> list[str]:
    return [passage.text for passage in parse_html(text).passages]


@pytest.mark.parametrize(
    ("source", "spoken"),
    [
        ("<p>One<p>Two <b>bold</b>", ["One", "Two bold"]),
        ("<ul><li>one<li>two</ul>", ["one.", "two."]),
        ("<ol start=3><li>a<li><p>b</p><p>c</p></ol>", ["3. a.", "4. b.", "c."]),
        ("<p>a&nbsp;&eacute;&#8212;b &amp; c</p>", ["a\u00a0é—b & c"]),
        ("<p>One.<br>Two.</p>", ["One.\nTwo."]),
        ("One.<br><br>Two.", ["One.", "Two."]),
        ("<p>a<script>var x='<p>no</p>'</script><style>p{}</style>b</p>", ["ab"]),
        ("<nav>Home</nav><p>Text</p><footer>© me</footer>", ["Text"]),
        ("<p>Next: <a rel=next href=b>B</a>, Up: <a rel=up href=c>C</a></p><p>Text</p>", ["Text"]),
        (f"<p>{'Long. ' * 60}<a rel=next href=b>B</a></p>", [f"{'Long. ' * 60}B"]),
        ("<ul class='docnav top'><li>Home</ul><p>Text <span class=sr-only>no</span></p>", ["Text"]),
        (f"<h1>Contents</h1><ul>{'<li><a href=b.html>B</a>' * 3}</ul><p>Text", ["Text"]),
        (f"<h1>Links</h1><ul>{'<li><a href=b.html>B</a>' * 3}</ul>", ["Links.", "B.", "B.", "B."]),
        (f"<h1>Contents</h1><ul>{'<li><a href=b.html>B</a> or C' * 3}</ul>", ["Contents.", *["B or C."] * 3]),
        ("<label class=ocn><a href='#o5'>5</a></label><p>Text<span class=lnum>10</span></p>", ["Text"]),
        ("<p style='color: red; DISPLAY:none'>no</p><i class=noprint>no</i><p style='x'>yes</p>", ["yes"]),
        ("<div class='nav x'>no</div><p>yes</p><div id=footer>no</div>", ["yes"]),
        ("<p hidden>no</p><p aria-hidden=true>no</p><div role=navigation>no</div><p>yes</p>", ["yes"]),
        (
            "<p>Fact<sup><a href='#n1'>[1]</a></sup> and<a href='x.html#n2'><sup>2</sup></a>.</p>",
            ["Fact and."],
        ),
        ("<p>Fact<a class=footnote-ref href='#n1'>1</a>.</p><aside epub:type=footnote>no</aside>", ["Fact."]),
        ("<p>See chapter <a href='#c4'>4</a>, [1].</p>", ["See chapter 4, [1]."]),
        ("<p><ruby>漢字<rp>（</rp><rt>かんじ</rt><rp>）</rp></ruby>を読む。</p>", ["漢字を読む。"]),
        ("<p><ruby>東<rt>とう<rb>京<rt>きょう</ruby>へ。</p>", ["東京へ。"]),
        ("<table><tr><th>A<th>B<tr><td>1<td>two</table>", ["A, B.", "1, two."]),
        ("<table><tr><td>One.<td>“Two?”<td>3<td>4</table>", ["One. “Two?” 3, 4."]),
        ("<table><tr><td><p>Para one.</p><p>Two.</p></td></tr></table>", ["Para one.", "Two."]),
        ("<p>soft\u00adhyphen and zero\u200bwidth</p>", ["softhyphen and zerowidth"]),
        ("<p>说<b>“好。”</b>\n他走了。</p>", ["说“好。”他走了。"]),
        (
            "<p>visit https://a.example.org:80/x_(y)! Or www.b.example/z.</p>",
            ["visit a.example.org! Or b.example."],
        ),
        ("<p>H<sub>2</sub>O</p>", ["H2O"]),
        ("text & more < less", ["text & more < less"]),
    ],
)
def test_says_what_a_reader_would_say(source: str, spoken: list[str]) -> None:
    """Entities, unclosed tags, notes, ruby and tables come out as words."""
    assert said(source) == spoken


def test_knows_the_page() -> None:
    """Title, language, author, lines and headings are kept."""
    content = parse_html(
        "<html lang=fr><head><title>T &amp; U</title><meta name=Author content=Ann></head>\n"
        "<body><h1>Un</h1>\n\n<p>\nDeux</p><svg><title>no</title></svg></body></html>"
    )
    assert (content.title, content.language, content.author) == ("T & U", "fr", "Ann")
    assert [(p.text, p.line, p.kind, p.level) for p in content.passages] == [
        ("Un.", 2, PassageKind.HEADING, 1),
        ("Deux", 5, PassageKind.PARAGRAPH, 0),
    ]


def test_prefers_the_main_part() -> None:
    """Where a page names its main part, only that is what it is about."""
    content = parse_html("<div>Ad</div><main><p>Text</p></main><div>Also</div>")
    assert [passage.text for passage in content.main] == ["Text"]


def test_contents_beside_the_main_part_take_nothing_from_it() -> None:
    """A list of links that is left out may stand inside of it or behind it."""
    links = "".join(f"<li><a href='#{name}'>{name}</a></li>" for name in ("Ann", "Bob", "Cyd"))
    inside = parse_html(f"<main><p>One</p><ul>{links}</ul><p>Two</p></main>")
    behind = parse_html(f"<main><p>One</p><p>Two</p></main><aside><ul>{links}</ul></aside>")
    assert [passage.text for passage in inside.main] == ["One", "Two"]
    assert [passage.text for passage in behind.main] == ["One", "Two"]


def test_a_page_may_have_lines_of_its_own() -> None:
    """Programs that colour code write such an attribute, with whatever they need in it."""
    (passage,) = parse_html("<p data-line='1,3-5'>Text</p>").passages
    assert passage.line == 1


def test_survives_a_bomb_of_tags() -> None:
    """Elements without end are no deeper than a page can be."""
    assert said("<div>" * 5_000 + "deep") == ["deep"]


def test_marks_the_places_that_are_asked_for() -> None:
    """A table of contents points into a page by the names of its elements."""
    content = parse_html("<h1 id=a>A</h1><p>x</p><a id=b></a><p>B</p>", anchors=frozenset({"a", "b"}))
    assert [(p.text, p.anchor) for p in content.passages] == [("A.", "a"), ("x", ""), ("B", "b")]
