"""Which elements of HTML are spoken, which are left out, and where a passage ends."""

from __future__ import annotations

# ruff: noqa: RUF001, SIM905 - brackets of many scripts; a long list of names reads better as one text
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
VOID: Final = frozenset(
    ("area base br col embed hr img input link meta param source track wbr").split()  # they have no end
)
BLOCKS: Final = HEADINGS | frozenset(
    (
        "address article aside blockquote body caption center dd details dialog div dl dt fieldset "
        "figcaption figure footer form header hgroup hr html legend li main menu ol p pre section summary "
        "table tbody tfoot thead title tr ul"
    ).split()
)
# A start tag of the key ends these where they are open: their own end tags may be omitted.
ENDED_BY: Final[Mapping[str, frozenset[str]]] = {
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "tr": frozenset({"tr", "td", "th"}),
    "td": frozenset({"td", "th"}),
    "th": frozenset({"td", "th"}),
    **dict.fromkeys(("rb", "rt", "rp"), frozenset({"rb", "rt", "rp"})),
}
# Within these, an open element of the same name is another one.
SCOPES: Final = frozenset({"ul", "ol", "menu", "dl", "table", "ruby"})
# A full stop is set where such a passage ends without one.
PAUSED: Final = HEADINGS | {"li", "dt", "tr", "caption", "figcaption", "summary", "legend"}

# What is left out, by the name under which it is counted; nothing is told of those without a name.
_OMITTED: Final[Mapping[str, str]] = {
    "pre": "code block",
    "img": "image",
    "svg": "image",
    "canvas": "image",
    "math": "formula",
    "del": "struck-out text",
    "s": "struck-out text",
    "strike": "struck-out text",
    "iframe": "embedded page",
    "audio": "embedded sound",
    "video": "embedded film",
    "object": "embedded object",
    **dict.fromkeys(("nav", "footer"), "navigation part"),
    **dict.fromkeys(("button", "select", "textarea", "input", "datalist", "meter", "progress"), ""),
    **dict.fromkeys(("script", "style", "template", "noscript", "head", "rt", "rp", "rtc"), ""),
}
_OMITTED_ROLES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("navigation", "search", "banner", "contentinfo", "doc-toc"), "navigation part"),
    **dict.fromkeys(("doc-footnote", "doc-endnote", "doc-endnotes", "doc-rearnote"), "note"),
    **dict.fromkeys(("doc-noteref", "doc-backlink", "doc-pagebreak"), ""),
}
_OMITTED_TYPES: Final[Mapping[str, str]] = {  # of EPUB
    **dict.fromkeys(("footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes"), "note"),
    **dict.fromkeys(("noteref", "backlink", "pagebreak", "page-list"), ""),
    **dict.fromkeys(("toc", "landmarks", "index"), "navigation part"),
}
_OMITTED_CLASSES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("footnotes", "reflist", "mw-references-wrap"), "note"),
    **dict.fromkeys(("headerlink", "anchor-link", "footnote-backref", "mw-editsection"), ""),
    **dict.fromkeys(("ocn", "lnum", "linenum", "lineno", "line-number", "pagenum", "pageno"), ""),
    **dict.fromkeys(("footnote-ref", "footnote-reference", "noteref"), ""),
    **dict.fromkeys(("toc", "breadcrumb", "breadcrumbs", "skip-link", "navbox"), "navigation part"),
    **dict.fromkeys(("nav", "navbar", "footer", "site-footer"), "navigation part"),
    **dict.fromkeys(("navheader", "navfooter", "docnav", "nav-panel", "nav-links"), "navigation part"),
    **dict.fromkeys(("related", "sphinxsidebar", "pager", "pagination", "prev-next"), "navigation part"),
    **dict.fromkeys(("noprint", "sr-only", "visually-hidden", "screen-reader-text"), ""),
}
_OMITTED_IDS: Final[Mapping[str, str]] = dict.fromkeys(
    ("nav", "navbar", "navigation", "footer", "site-footer"), "navigation part"
)
_UNSEEN_STYLE: Final = r"(?i)\b(?:display\s*:\s*none|visibility\s*:\s*hidden)\b"
_WAYS: Final = frozenset({"prev", "next", "up"})
_RAISED_MARK: Final = re.compile(r"[\s\[({【〔]*(?:\d{1,4}|[a-zA-Z*†‡§¶#^]{1,3}|注\d*)[\s\])}】〕]*")
# Not raised, a number in a link may belong to the sentence: "see chapter 4".
_PLAIN_MARK: Final = re.compile(
    r"\s*(?:\[\s*(?:[\w*]{1,4}|注\d*)\s*\]|【\d+】|〔\d+〕|[*†‡§¶#↩↑^]{1,3}\ufe0e?)\s*"
)
_SUPERSCRIPTS: Final = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")

# What stands above a list of links into the page.
CONTENTS_TITLES: Final = frozenset(
    "contents|table of contents|toc|inhalt|inhaltsverzeichnis|sommaire|table des matières|índice|indice|"
    "目录|目錄|目次|차례|목차|содержание|оглавление".split("|")
)
FEWEST_CONTENTS: Final = 3  # links into the page that are a list of contents


def omission(tag: str, attributes: Mapping[str, str]) -> str | None:
    """Tell under which name an omitted element is counted, empty for none; None if it is not left out."""
    is_hidden = "hidden" in attributes or attributes.get("aria-hidden") == "true"
    if is_hidden or re.search(_UNSEEN_STYLE, attributes.get("style", "")):
        return ""
    if tag in _OMITTED:
        return _OMITTED[tag]
    if tag in {"html", "body"}:
        return None
    for attribute, reasons in (
        ("role", _OMITTED_ROLES),
        ("epub:type", _OMITTED_TYPES),
        ("class", _OMITTED_CLASSES),
        ("id", _OMITTED_IDS),
    ):
        for word in attributes.get(attribute, "").split():
            if word in reasons:
                return reasons[word]
    return None


def leads_to_a_page_beside(tag: str, attributes: Mapping[str, str]) -> bool:
    """Tell whether it is a link to the page before this one, behind it, or above it."""
    return tag == "a" and not _WAYS.isdisjoint(attributes.get("rel", "").split())


def is_note_mark(text: str, *, is_raised: bool) -> bool:
    """Tell whether the text of a link only points to a note: `[1]`, `*`, and where it is raised `12`."""
    return (_RAISED_MARK if is_raised else _PLAIN_MARK).fullmatch(text) is not None


def raised(text: str) -> str:
    """Keep an exponent one: 10<sup>6</sup> is not 106."""
    is_number = any(char.isdigit() for char in text) and not any(char.isalpha() for char in text)
    return text.strip().translate(_SUPERSCRIPTS) if is_number or text.strip() == "n" else text
