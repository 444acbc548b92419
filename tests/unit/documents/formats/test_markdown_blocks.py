"""A long Markdown text is rendered in parts, which nobody can tell from what comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.documents.formats import markdown

if TYPE_CHECKING:
    import pytest

TEXT = """# Title

See [this] and **that**\\*, see [^1].

3. three
4. four with `code`

   and more

   > quoted [this]

| a | b |
|---|---|
| 1 | ~~2~~ 3 |

```
no
```

[^1]: A note.

[this]: https://example.org/a
"""


def test_parts_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists, quotations and tables go over the ends of parts, and references are known in all of them."""
    whole = markdown.parse_markdown(TEXT)
    assert "that*, see ." in whole.passages[1].text
    for size in (1, 2, 3, 7):
        monkeypatch.setattr(markdown, "_BLOCKS_AT_ONCE", size)
        parts = markdown.parse_markdown(TEXT)
        assert (parts.passages, parts.left_out) == (whole.passages, whole.left_out)
