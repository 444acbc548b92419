"""Small books and archives for tests, made as a publisher's tools make them."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CONTAINER = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
NCX = """<?xml version="1.0"?><!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "ncx.dtd">
<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{points}</navMap></ncx>"""
NAV = """<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>
<nav epub:type="toc"><ol>{points}</ol></nav></body></html>"""
PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" version="3.0">
<metadata><dc:title>The Book</dc:title><dc:creator>Ann Author</dc:creator><dc:language>en</dc:language>
<meta name="cover" content="pic"/></metadata>
<manifest>{items}<item id="pic" href="cover.png" media-type="image/png"/>{toc}</manifest>
<spine>{spine}</spine></package>"""
NAV_ITEM = '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
NCX_ITEM = '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'


def write_zip(path: Path, members: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write_epub(
    path: Path,
    pages: Mapping[str, str],
    contents: Mapping[str, str],
    *,
    is_old: bool = False,
    more: Mapping[str, str | bytes] | None = None,
) -> Path:
    """Write a book of `pages` (name: body) and `contents` (title: address), as an NCX if it `is_old`."""
    items = "".join(f'<item id="{n}" href="{n}" media-type="application/xhtml+xml"/>' for n in pages)
    spine = "".join(f'<itemref idref="{name}"/>' for name in pages)
    point = (
        "<navPoint><navLabel><text>{0}</text></navLabel><content src='{1}'/></navPoint>"
        if is_old
        else "<li><a href='{1}'>{0}</a></li>"
    )
    points = "".join(point.format(title, address) for title, address in contents.items())
    toc = ("OPS/toc.ncx", NCX) if is_old else ("OPS/nav.xhtml", NAV)
    package = PACKAGE.format(items=items, spine=spine, toc=NCX_ITEM if is_old else NAV_ITEM)
    members: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": package,
        toc[0]: toc[1].format(points=points),
        "OPS/cover.png": b"\x89PNG cover",
        **{f"OPS/{name}": f"<html><body>{body}</body></html>" for name, body in pages.items()},
        **(more or {}),
    }
    return write_zip(path, members)
