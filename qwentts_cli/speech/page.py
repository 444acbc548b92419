"""A page in one file, with its own style and script, in which nothing else runs and nothing is loaded."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from qwentts_cli.storage.json_lines import encode_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

_SLOT = re.compile(r"\{\{(\w+)\}\}")


def fill_page(
    template: Path, *, slots: Mapping[str, str], rows: Iterable[dict[str, Any]], media: str
) -> Iterator[bytes]:
    """Give the page in pieces, so that it never has to be in memory as a whole.

    Args:
        template: has `{{name}}` where a slot goes in, `{{rows}}` for the rows, `{{policy}}` for what may run.
        slots: HTML, by name.
        rows: one JSON object each, read once.
        media: where sound may come from, in the words of a Content-Security-Policy.
    """
    text = template.read_text(encoding="utf-8")
    filled = {"policy": _policy(text, media), **slots}
    for index, part in enumerate(_SLOT.split(text)):
        if index % 2 == 0:
            yield part.encode()
        elif part == "rows":
            yield from _encode(rows)
        else:
            yield filled[part].encode(errors="replace")


def _policy(template: str, media: str) -> str:
    """Nothing runs but the page's own script."""
    script, style = (
        base64.b64encode(hashlib.sha256(_inside(template, tag).encode()).digest()).decode()
        for tag in ("script", "style")
    )
    return (
        f"default-src 'none'; media-src {media}; script-src 'sha256-{script}'; "
        f"style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"
    )


def _inside(template: str, tag: str) -> str:
    return template.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]


def _encode(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    separator = b""
    for row in rows:
        # Without a < there is neither an end of the script nor a comment in it.
        yield separator + encode_line(row).replace(b"<", b"\\u003c")
        separator = b",\n"
