"""HTML as it is read aloud: its passages, without what is only seen or leads elsewhere."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field
from msgspec.structs import replace

from qwentts_cli.documents.formats.html_rules import (
    BLOCKS,
    CONTENTS_TITLES,
    ENDED_BY,
    FEWEST_CONTENTS,
    HEADINGS,
    PAUSED,
    SCOPES,
    VOID,
    is_note_mark,
    leads_to_a_page_beside,
    omission,
    raised,
)
from qwentts_cli.documents.model import Passage, PassageKind
from qwentts_cli.documents.wording import end_with_pause, tidy, with_comma
from qwentts_cli.text.punctuation import is_speakable

if TYPE_CHECKING:
    from collections.abc import Iterable

# Set by who makes HTML out of lines, to tell which line a block came from; a page may have a `data-line`.
LINE_ATTRIBUTE: Final = "data-qwentts-line"
_DEEPEST: Final = 500  # elements in each other; nobody writes more, and a bomb would
_LONGEST_NAVIGATION: Final = 300  # characters; in a longer passage the link is only mentioned
_HARD_BREAK: Final = "\v"


class HtmlContent(Struct):
    """What was found in a page; `main` are the passages of its main part, if it names one."""

    title: str = ""
    author: str = ""
    language: str = ""
    passages: list[Passage] = field(default_factory=list)
    main: list[Passage] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def parse_html(text: str, *, anchors: frozenset[str] = frozenset()) -> HtmlContent:
    """Find the passages of a page; those at one of the `anchors` (`id`s) carry its name."""
    return parse_pieces([text], anchors)


def parse_pieces(pieces: Iterable[str], anchors: frozenset[str] = frozenset()) -> HtmlContent:
    """Likewise, of a page that comes in pieces, so that it is never in memory as a whole."""
    parser = _Parser(anchors)
    for piece in pieces:
        parser.feed(piece)
    parser.close()
    parser.end_passage()
    return parser.content


class _Element(Struct):
    tag: str
    is_omitted: bool
    begin: int  # where its text begins in the passage
    number: int = 0  # of the next item of an ordered list
    points: bool = False  # a link to a place in a text, or with one inside
    is_link: bool = False
    is_local: bool = False  # a link to a place in this page
    first: int = 0  # how many passages there were before it


class _Parser(HTMLParser):
    def __init__(self, anchors: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.content = HtmlContent()
        self._anchors = anchors
        self._open: list[_Element] = []
        self._omitted = 0
        self._text = ""
        self._line = 0
        self._told_line = 0
        self._anchor = ""
        self._label = ""
        self._leads_beside = False  # whether there is a link to the page before or behind it
        self._has_plain_text = False  # text outside of links to places in this page
        self._has_unlinked_text = False  # text outside of any link
        self._plain_passages = 0  # how many passages there were when the last one with such a text was added
        self._unlinked_passages = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self._note_page(tag, attributes)
        self._close_implied(tag)
        if tag in BLOCKS and not self._omitted:
            self.end_passage()
        if (line := attributes.get(LINE_ATTRIBUTE, "")).isdecimal():
            self._told_line = int(line)
        if attributes.get("id") in self._anchors:
            self._anchor = self._anchor or attributes["id"]
        reason = omission(tag, attributes)
        self._leads_beside = self._leads_beside or leads_to_a_page_beside(tag, attributes)
        if reason and not self._omitted:
            self.content.left_out[reason] += 1
        if tag in VOID:
            self._void(tag)
            return
        if len(self._open) < _DEEPEST:
            self._open_element(tag, attributes, is_omitted=reason is not None)

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self._open):
            while self._close_last() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].tag == "title" and all(e.tag != "svg" for e in self._open):
            self.content.title += data
        if self._omitted:
            return
        if not self._text.strip() and data.strip():
            leading = data[: len(data) - len(data.lstrip())]
            self._line = self._told_line or self.getpos()[0] + leading.count("\n")
        self._text += data
        if data.strip() and not any(element.is_local for element in self._open):
            self._has_plain_text = True
            self._has_unlinked_text |= not any(element.is_link for element in self._open)

    def end_passage(self) -> None:
        """Take the text so far as a passage, if there is any to speak."""
        if not self._text:
            return
        text, self._text = tidy(self._text, self.content.left_out), ""
        is_plain, self._has_plain_text = self._has_plain_text, False
        is_unlinked, self._has_unlinked_text = self._has_unlinked_text, False
        leads_beside, self._leads_beside = self._leads_beside, False
        for element in self._open:
            element.begin = 0
        if not is_speakable(text):
            return
        if leads_beside and len(text) < _LONGEST_NAVIGATION:
            self.content.left_out["navigation part"] += 1
            return
        tag = next((e.tag for e in reversed(self._open) if e.tag in PAUSED), "")
        if tag == "tr":
            text = text.removesuffix(",")
        label, self._label = self._label, ""
        passage = Passage(text=label + text, line=self._line, anchor=self._anchor)
        self._anchor = ""
        if tag:
            kind = PassageKind.HEADING if tag in HEADINGS else PassageKind.ITEM
            level = int(tag[1]) if tag in HEADINGS else 0
            passage = replace(passage, text=end_with_pause(passage.text), kind=kind, level=level)
        self.content.passages.append(passage)
        if is_plain:
            self._plain_passages = len(self.content.passages)
        if is_unlinked:
            self._unlinked_passages = len(self.content.passages)
        if any(element.tag in {"main", "article"} for element in self._open):
            self.content.main.append(passage)

    def _note_page(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "html":
            self.content.language = attributes.get("lang") or attributes.get("xml:lang", "")
        elif tag == "meta" and attributes.get("name", "").lower() == "author":
            self.content.author = attributes.get("content", "").strip()

    def _close_implied(self, tag: str) -> None:
        if tag in BLOCKS and any(element.tag == "p" for element in self._open):
            self.handle_endtag("p")
        ended = ENDED_BY.get(tag, frozenset())
        for depth in range(len(self._open) - 1, -1, -1):
            if not ended or self._open[depth].tag in SCOPES:
                return
            if self._open[depth].tag in ended:
                while len(self._open) > depth:
                    self._close_last()
                return

    def _void(self, tag: str) -> None:
        if self._omitted or tag != "br":
            return
        if self._text.rstrip(" \n\t").endswith(_HARD_BREAK):
            self.end_passage()  # two line breaks are what some write for a paragraph
        self._text += _HARD_BREAK

    def _open_element(self, tag: str, attributes: dict[str, str], *, is_omitted: bool) -> None:
        points = tag == "a" and "#" in attributes.get("href", "")
        if points:
            for element in self._open:
                element.points = element.points or element.tag == "sup"
        is_link = tag == "a" and bool(attributes.get("href"))
        is_local = is_link and attributes["href"].startswith("#")
        number = int(start) if (start := attributes.get("start", "1")).isdecimal() else 1
        if tag == "li" and self._open and self._open[-1].tag == "ol" and not self._omitted:
            self._label = f"{self._open[-1].number}. "
            self._open[-1].number += 1
        elif tag == "li":
            self._label = ""
        self._omitted += is_omitted
        first = len(self.content.passages)
        self._open.append(
            _Element(tag, is_omitted, len(self._text), number, points, is_link, is_local, first)
        )

    def _close_last(self) -> str:
        element = self._open[-1]
        if element.tag in BLOCKS and not self._omitted:
            self.end_passage()
        if element.tag == "li":
            self._label = ""
        if element.tag in {"ul", "ol"} and not self._omitted:
            self._omit_contents(element.first)
        self._open.pop()
        self._omitted -= element.is_omitted
        if not self._omitted and not element.is_omitted:
            self._end_inline(element)
        return element.tag

    def _end_inline(self, element: _Element) -> None:
        before, text = self._text[: element.begin], self._text[element.begin :]
        if element.tag in {"td", "th"} and text.strip():
            self._text = f"{before}{with_comma(text.rstrip())} "
        elif element.tag == "a" and element.points and is_note_mark(text, is_raised=False):
            self._omit_note_mark(before)
        elif element.tag == "sup" and text:
            in_link = any(outer.points for outer in self._open)
            if (element.points or in_link) and is_note_mark(text, is_raised=True):
                self._omit_note_mark(before)
            else:
                self._text = before + raised(text)

    def _omit_contents(self, first: int) -> None:
        """Leave out a list of links into this page, or below a title of contents, and that title."""
        passages = self.content.passages
        is_titled = first and passages[first - 1].text.rstrip(".。:").casefold() in CONTENTS_TITLES
        others = self._unlinked_passages if is_titled else self._plain_passages
        if others > first or len(passages) - first < FEWEST_CONTENTS:
            return
        first -= bool(is_titled)
        main = self.content.main
        for passage in reversed(passages[first:]):
            if main and main[-1] is passage:
                main.pop()
        del passages[first:]
        self.content.left_out["navigation part"] += 1

    def _omit_note_mark(self, before: str) -> None:
        self._text = before
        self.content.left_out["note mark"] += 1
