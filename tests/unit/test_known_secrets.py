"""A secret that this process knows is hidden, whatever form it takes."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.known_secrets import has_known_secret, hide_known_secrets, remember_secret

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "aGv3-Nq8LrTz5WkYc2_HdPm"
FORMS: dict[str, Callable[[str], str]] = {
    "plain": lambda key: key,
    "upper case": lambda key: key.upper(),
    "full width": lambda key: "".join(chr(ord(char) + 0xFEE0) for char in key),
    "reversed": lambda key: key[::-1],
    "percent": lambda key: "".join(f"%{ord(char):02x}" for char in key),
    "percent twice": lambda key: quote(quote("/" + key + "/", safe=""), safe=""),
    "JSON": lambda key: "".join(f"\\u{ord(char):04x}" for char in key),
    "JSON twice": lambda key: json.dumps("".join(f"\\u{ord(char):04X}" for char in key)),
    "Python": lambda key: "".join(f"\\x{ord(char):02x}" for char in key),
    "HTML": lambda key: "".join(f"&#{ord(char)};" for char in key),
    "HTML, hexadecimal": lambda key: "".join(f"&#x{ord(char):X};" for char in key),
    "Base64": lambda key: base64.b64encode(key.encode()).decode(),
    "Base64, one behind": lambda key: base64.b64encode(b"x" + key.encode()).decode(),
    "Base64, two behind": lambda key: base64.urlsafe_b64encode(b"xx" + key.encode()).decode(),
    "Base64 of a header": lambda key: base64.b64encode(f"Bearer {key} ".encode()).decode(),
    "hexadecimal": lambda key: key.encode().hex(),
    "controls": "\0".join,
    "marks that nobody sees": "\u200b".join,
    "dots": ".".join,
    "lines": lambda key: f"{key[:9]}\r\n{key[9:]}",
}


@pytest.fixture(autouse=True)
def _known() -> None:
    remember_secret(KEY)


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_hidden(form: str) -> None:
    """Nothing of it is left but a few characters at its ends; the rest of the text stays."""
    written = FORMS[form](KEY)
    shown = hide_known_secrets(f"the answer: {written} and more")
    assert shown.startswith("the answer: ")
    assert shown.endswith(" and more")
    left = shown.removeprefix("the answer: ").removesuffix(" and more").replace("***", "")
    assert len(left) <= 14, left  # "Bearer " in Base64
    assert has_known_secret(written)


@given(start=st.integers(0, len(KEY) - 10), size=st.integers(10, len(KEY)))
def test_a_part_of_it_is_hidden(start: int, size: int) -> None:
    """A body that was cut in the middle, or a server that quotes the first half."""
    part = KEY[start : start + size]
    assert len(part) < 10 or part not in hide_known_secrets(f"key {part}.")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_other_text_is_left_alone(text: str) -> None:
    """A message about something else says all it said."""
    assert hide_known_secrets(text) == text


def test_a_short_secret_is_hidden_only_where_it_stands_as_it_is() -> None:
    """A word of a key that somebody made up must not turn messages into stars."""
    remember_secret("sk-wordy")
    assert hide_known_secrets("the key sk-wordy is wordy") == "the key *** is wordy"
