"""The package of an EPUB: what book it is, which files it has in which order, and its table of contents."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from qwentts_cli.documents.formats.archive import Archive, Malformed, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

_CONTAINER: Final = "META-INF/container.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
# Fonts are obfuscated with these in books that anyone may read.
_FONT_ALGORITHMS: Final = frozenset(
    {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}  # names, not addresses
)
_PAGE_TYPES: Final = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})
_HEAD: Final = re.compile(rb"\A.*?<body\b[^>]*>", re.DOTALL | re.IGNORECASE)
_LINK: Final = re.compile(rb"<a\b[^>]*\bhref\b[^>]*>(.*?)</a\s*>", re.DOTALL | re.IGNORECASE)
_UNSEEN: Final = re.compile(rb"<[^>]*>|\s+")
_DEEPEST: Final = 2  # levels of the contents whose entries are chapters: parts and what they hold


class Entry(Struct, frozen=True):
    """A line of the table of contents: its title, and the member and the place in it where that begins."""

    title: str
    member: str
    anchor: str


class Package(Struct, frozen=True, kw_only=True):
    title: str
    author: str
    language: str
    pages: tuple[str, ...]
    entries: tuple[Entry, ...]
    cover: str  # its member; empty if there is none


class _Resource(Struct, frozen=True):
    member: str
    media_type: str
    properties: frozenset[str]


def read_package(archive: Archive) -> Package:
    """Read the package that the container names first.

    Raises:
        UsageError: the book is damaged, or its text is encrypted (DRM).
    """
    _check_is_open(archive)
    name = next((e.get("full-path", "") for e in _all(archive.xml(_CONTAINER), "rootfile")), "")
    root = archive.xml(resolve("", name)[0])
    resources = {
        item.get("id", ""): _Resource(
            resolve(name, item.get("href", ""))[0],
            item.get("media-type", ""),
            frozenset(item.get("properties", "").split()),
        )
        for item in _all(root, "item")
    }
    left_out = _contents_pages(root, resources, archive, name)
    # Some books name a page again for each place in it, and nobody wants to hear it as often.
    pages = tuple(dict.fromkeys(_pages(root, resources, archive, left_out=left_out)))
    return Package(
        title=_first_text(root, "title"),
        author=", ".join(text for e in _all(root, "creator") if (text := _text(e))),
        language=_first_text(root, "language"),
        pages=pages,
        entries=_read_contents(_contents(root, resources), archive, pages),
        cover=_find_cover(root, resources),
    )


def _check_is_open(archive: Archive) -> None:
    if _ENCRYPTION not in archive:
        return
    algorithms = {e.get("Algorithm", "") for e in _all(archive.xml(_ENCRYPTION), "EncryptionMethod")}
    if algorithms - _FONT_ALGORITHMS:
        raise archive.error("is locked (DRM), so its text cannot be read")


def _pages(
    root: Element, resources: dict[str, _Resource], archive: Archive, *, left_out: frozenset[str]
) -> Iterator[str]:
    for item in _all(root, "itemref"):
        resource = resources.get(item.get("idref", ""))
        if not resource or item.get("linear") == "no" or resource.media_type not in _PAGE_TYPES:
            continue
        if resource.member not in left_out and resource.member in archive:
            yield resource.member


def _contents_pages(
    root: Element, resources: dict[str, _Resource], archive: Archive, package: str
) -> frozenset[str]:
    """The pages that are a table of contents themselves, which nobody reads aloud.

    The guide of an older book is often wrong, so that a page it calls so must be links for the most part.
    """
    guided = (e.get("href", "") for e in _all(root, "reference") if e.get("type") == "toc")
    named = {resolve(package, reference)[0] for reference in guided}
    pages = {r.member for r in resources.values() if "nav" in r.properties}
    pages |= {member for member in named if member in archive and _is_made_of_links(archive.read(member))}
    return frozenset(pages)


def _is_made_of_links(page: bytes) -> bool:
    body = _HEAD.sub(b"", page)
    linked = b"".join(link[1] for link in _LINK.finditer(body))
    return 2 * len(_UNSEEN.sub(b"", linked)) >= len(_UNSEEN.sub(b"", body))


def _contents(root: Element, resources: dict[str, _Resource]) -> Iterator[_Resource]:
    """The tables of contents of a book, the newest kind first."""
    yield from (resource for resource in resources.values() if "nav" in resource.properties)
    named = next((e.get("toc", "") for e in _all(root, "spine")), "")
    if named in resources:
        yield resources[named]
    yield from (r for r in resources.values() if r.media_type == "application/x-dtbncx+xml")


def _read_contents(
    tables: Iterable[_Resource], archive: Archive, pages: tuple[str, ...]
) -> tuple[Entry, ...]:
    """The lines of the first table that can be used: a book can be read without one."""
    for table in tables:
        with suppress(Malformed):
            entries = tuple(entry for entry in _entries(archive, table) if entry.member in pages)
            # A single entry is no table of contents: either it names the book, or the others lead nowhere.
            if len(entries) > 1:
                return entries
    return ()


def _entries(archive: Archive, contents: _Resource) -> Iterator[Entry]:
    if contents.member not in archive:
        return
    root = archive.xml(contents.member)
    if _name(root) == "ncx":
        points = (_ncx_points(e, 1) for e in root if _name(e) == "navMap")
    else:
        navs = [e for e in _all(root, "nav") if "toc" in _epub_type(e)] or list(_all(root, "nav"))[:1]
        points = (_nav_points(e, 1) for nav in navs[:1] for e in nav if _name(e) == "ol")
    seen: set[tuple[str, str]] = set()
    files: set[str] = set()
    for title, reference, depth in (point for found in points for point in found):
        member, anchor = resolve(contents.member, reference)
        # Below the first level only what has a file of its own: the others are sections.
        if not title or not reference or (member, anchor) in seen or (depth > 1 and member in files):
            continue
        seen.add((member, anchor))
        files.add(member)
        yield Entry(title, member, anchor)


def _ncx_points(parent: Element, depth: int) -> Iterator[tuple[str, str, int]]:
    for point in parent:
        if _name(point) != "navPoint":
            continue
        label = next((_text(e) for e in point if _name(e) == "navLabel"), "")
        source = next((e.get("src", "") for e in point if _name(e) == "content"), "")
        yield label, source, depth
        if depth < _DEEPEST:
            yield from _ncx_points(point, depth + 1)


def _nav_points(parent: Element, depth: int) -> Iterator[tuple[str, str, int]]:
    for item in parent:
        link = next((e for e in item.iter() if _name(e) in {"a", "span"}), None)
        if link is not None:
            yield _text(link), link.get("href", ""), depth
        for inner in item:
            if _name(inner) == "ol" and depth < _DEEPEST:
                yield from _nav_points(inner, depth + 1)


def _find_cover(root: Element, resources: dict[str, _Resource]) -> str:
    named = next((e.get("content", "") for e in _all(root, "meta") if e.get("name") == "cover"), "")
    declared = (r for r in resources.values() if "cover-image" in r.properties)
    found = next(declared, None) or resources.get(named)
    return found.member if found and found.media_type.startswith("image/") else ""


def _all(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if _name(element) == name)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _epub_type(element: Element) -> str:
    return element.get("{http://www.idpf.org/2007/ops}type", "")


def _first_text(root: Element, name: str) -> str:
    return next((text for e in _all(root, name) if (text := _text(e))), "")


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
