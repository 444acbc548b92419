"""One document is one line, whoever reads it."""

from __future__ import annotations

import json

import pytest

from qwentts_cli.storage.json_lines import encode_line


@pytest.mark.parametrize("text", ["a\nb\rc", "a\x85b\u2028c\u2029d", "你好 \U0001f600", "\\u2028"])
def test_a_line_has_no_line_end_in_it(text: str) -> None:
    """Not even one that only some readers know; what is said stays the same."""
    line = encode_line({"text": text})
    assert len(line.decode().splitlines()) == 1
    assert json.loads(line) == {"text": text}


def test_it_is_short_and_can_be_read_by_people() -> None:
    assert encode_line({"a": "你好", "b": [1, 2]}) == '{"a":"你好","b":[1,2]}'.encode()


def test_a_name_that_is_no_unicode_can_be_written() -> None:
    """As Python has the bytes of such a file's name."""
    assert encode_line({"a": "\udcff"}) == b'{"a":"\\udcff"}'
