"""Word documents: the paragraphs of the text, with headings and lists, without notes and deleted words."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from qwentts_cli.documents.chapters import divide_passages
from qwentts_cli.documents.formats.archive import Archive, resolve
from qwentts_cli.documents.model import Document, Passage, PassageKind
from qwentts_cli.documents.wording import end_with_pause, tidy
from qwentts_cli.text.punctuation import is_speakable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from xml.etree.ElementTree import Element

_RELATIONS: Final = "_rels/.rels"
_BODY: Final = "word/document.xml"
_PROPERTIES: Final = "docProps/core.xml"
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_HEADING: Final = re.compile(r"heading (\d)|title")
_CONTENTS: Final = re.compile(r"toc \d|toc heading|table of figures|index \d")
_SPOKEN: Final = {"tab": " ", "br": "\v", "cr": "\v", "noBreakHyphen": "\u2011"}
# Deleted and moved words, what is drawn, and the older form of what is there in a newer one.
_OMITTED: Final = {
    "del": "struck-out text",
    "moveFrom": "",
    "drawing": "image",
    "pict": "image",
    "object": "embedded object",
    "Fallback": "",
    "oMath": "formula",
    "footnoteReference": "note mark",
    "endnoteReference": "note mark",
}
_WRAPPERS: Final = frozenset({"customXml", "ins", "moveTo", "smartTag"})


def open_docx(path: Path) -> Document:
    """Read a Word document (`.docx`).

    Raises:
        UsageError: it is no Word document, or a damaged or encrypted one.
    """
    left_out: Counter[str] = Counter()
    with Archive(path, "Word document") as archive:
        member = _find_body(archive)
        named = resolve(member, "styles.xml")[0]
        styles = _style_names(_as_word_writes(archive.xml(named))) if named in archive else {}
        passages = list(_passages(_as_word_writes(archive.xml(member)), styles, left_out))
        properties = archive.xml(_PROPERTIES) if _PROPERTIES in archive else None
    title = _property(properties, "title")
    return Document(
        chapters=lambda: divide_passages(passages, title),
        title=title,
        author=_property(properties, "creator"),
        language=_property(properties, "language"),
        left_out=left_out,
    )


def _find_body(archive: Archive) -> str:
    """Give the member that has the text: programs on the web call it otherwise than Word does."""
    relations = archive.xml(_RELATIONS) if _BODY not in archive and _RELATIONS in archive else ()
    targets = (e.get("Target", "") for e in relations if e.get("Type", "").endswith("/officeDocument"))
    return next((resolve("", target.lstrip("/"))[0] for target in targets), _BODY)


def _as_word_writes(root: Element) -> Element:
    """Give the elements of a "Strict Open XML Document" the names that they have in any other."""
    if root.tag.startswith(_STRICT):
        for element in root.iter():
            element.tag = element.tag.replace(_STRICT, _WORD)
            for name in [name for name in element.attrib if name.startswith(_STRICT)]:
                element.set(name.replace(_STRICT, _WORD), element.attrib.pop(name))
    return root


def _passages(root: Element, styles: Mapping[str, str], left_out: Counter[str]) -> Iterator[Passage]:
    for element in _top(root.find(f"{_WORD}body")):
        if _name(element) == "tbl":
            yield from _rows(element, left_out)
            continue
        style = _style(element, styles)
        if _CONTENTS.fullmatch(style):
            left_out["navigation part"] += 1
            continue
        heading = _HEADING.fullmatch(style)
        is_item = element.find(f"{_WORD}pPr/{_WORD}numPr") is not None
        kind = PassageKind.HEADING if heading else PassageKind.ITEM if is_item else PassageKind.PARAGRAPH
        text = tidy("".join(_spoken(element, left_out)), left_out)
        if is_speakable(text):
            spoken = text if kind is PassageKind.PARAGRAPH else end_with_pause(text)
            level = int(heading[1] or 1) if heading else 0
            yield Passage(text=spoken, kind=kind, level=level)


def _top(body: Element | None) -> Iterator[Element]:
    """Give the paragraphs and tables of the text, those in a paragraph's text boxes behind it."""
    for element in _parts(body, "p", "tbl"):
        yield element
        if _name(element) == "p":
            for box in _boxes(element):
                yield from _top(box)


def _parts(parent: Element | None, *names: str) -> Iterator[Element]:
    """Give the parts of these names, also those in content controls."""
    for element in parent if parent is not None else ():
        if _name(element) in names:
            yield element
        elif _name(element) == "sdt":
            yield from _parts(element.find(f"{_WORD}sdtContent"), *names)
        elif _name(element) in _WRAPPERS:
            yield from _parts(element, *names)


def _boxes(element: Element) -> Iterator[Element]:
    for child in element:
        if _name(child) == "txbxContent":
            yield child
        elif _name(child) != "Fallback":
            yield from _boxes(child)


def _rows(table: Element, left_out: Counter[str]) -> Iterator[Passage]:
    for row in _parts(table, "tr"):
        cells = list(_parts(row, "tc"))
        spoken = (tidy("".join(_cell(cell, left_out)), left_out) for cell in cells)
        text = ", ".join(cell for cell in spoken if cell)
        if is_speakable(text):
            yield Passage(text=end_with_pause(text), kind=PassageKind.ITEM)
        for inner in (inner for cell in cells for inner in _parts(cell, "tbl")):
            yield from _rows(inner, left_out)


def _cell(cell: Element, left_out: Counter[str]) -> Iterator[str]:
    for paragraph in _parts(cell, "p"):
        yield from _spoken(paragraph, left_out)
        yield " "


def _spoken(element: Element, left_out: Counter[str]) -> Iterator[str]:
    for child in element:
        name = _name(child)
        if name in {"drawing", "pict"} and next(_boxes(child), None) is not None:
            continue
        if name in _OMITTED:
            if _OMITTED[name]:
                left_out[_OMITTED[name]] += 1
        elif name == "t":
            yield child.text or ""
        elif name in _SPOKEN:
            yield _SPOKEN[name]
        elif name == "ruby":
            for base in child.findall(f"{_WORD}rubyBase"):
                yield from _spoken(base, left_out)
        elif name != "pPr":
            yield from _spoken(child, left_out)


def _style_names(styles: Element) -> dict[str, str]:
    """Give the English name of each style: its id is in the language of the program that wrote it."""
    return {
        style.get(f"{_WORD}styleId", ""): (name.get(f"{_WORD}val") or "").lower()
        for style in styles.iter(f"{_WORD}style")
        if (name := style.find(f"{_WORD}name")) is not None
    }


def _style(paragraph: Element, styles: Mapping[str, str]) -> str:
    named = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
    return styles.get(named.get(f"{_WORD}val", ""), "") if named is not None else ""


def _property(root: Element | None, name: str) -> str:
    found = (e.text or "" for e in (root if root is not None else ()) if _name(e) == name)
    return next(found, "").strip()


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
