"""Foreign text made fit to be shown."""

from __future__ import annotations

import base64
import json
import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.redact import MAX_SHOWN, redact, safe

SECRET = "sk-Zq7xCANARYw9Kp3mVt"
AROUND = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.text(alphabet=st.characters()))
def test_nothing_that_drives_a_terminal_is_left(text: str) -> None:
    """No control, no mark that hides or reorders, no lone surrogate; one line, of a bounded length."""
    shown = safe(text)
    assert len(shown) <= MAX_SHOWN
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(shown) & set("\u200b\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff\xad\u061c")
    shown.encode()


UNSAFE = [*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x2028, 0x202F)]
UNSAFE += [*range(0x2060, 0x2070), 0xFEFF, 0xD800, 0xDFFF]


def test_each_unsafe_character_is_shown_by_its_number() -> None:
    """None of them by itself, and so that one can see which it was."""
    for code in UNSAFE:
        shown = safe(f"a{chr(code)}b")
        assert shown.isprintable()
        assert shown in {"a b", f"a\\x{code:02x}b", f"a\\u{code:04x}b"}


@given(st.text(alphabet=st.sampled_from("abz 09_.,:;()[]{}<>'\"äß你好🎉é\u0301"), max_size=200))
def test_what_is_harmless_is_shown_as_it_is(text: str) -> None:
    """Words of any script, brackets and quotes are no danger."""
    assert safe(text) == text


FORMS = (
    "Authorization: Bearer {}",
    "authorization:bearer {}",
    '"Authorization": "Bearer {}"',
    "{{'Authorization': 'Bearer {}'}}",
    "b'Authorization: Bearer {}'",
    "curl -H 'Authorization: Bearer {}' https://x",
    "API key {} is wrong",
    "key={}&x=1",
    "https://user:{}@host/path",
    "https://{}@host/path",
    "https://h/a.wav?Expires=1&Signature={}",
    "https://h/a.wav?OSSAccessKeyId={}&a=b",
    "https://h/a.wav?x-oss-signature={}&a=b",
    "https://h/a.wav?security-token={}",
    "https://h/a.wav?X-Amz-Security-Token={}",
    "https%3A%2F%2Fh%2Fa.wav%3FSignature%3D{}",
)


@given(before=AROUND, after=AROUND)
def test_secrets_are_hidden_wherever_they_stand(before: str, after: str) -> None:
    """In headers, addresses and plain text, in the midst of anything."""
    for form in FORMS:
        text = f"{before} {form.format(SECRET)} {after}"
        assert SECRET[6:] not in redact(text)
        assert SECRET not in redact(json.dumps(text))


@pytest.mark.parametrize(
    "value", ["abcdef/ghi+jk==", "a%2Fb%2Bc%3D", quote(base64.b64encode(b"signed").decode())]
)
def test_a_signature_is_hidden_to_its_end(value: str) -> None:
    """Also its characters that are encoded; what follows stays."""
    assert redact(f"https://h/a?Signature={value}&part=2 x") == "https://h/a?Signature=***&part=2 x"


def test_a_secret_is_not_shown_by_cutting() -> None:
    """The length is capped after the secrets are hidden, never in the middle of one."""
    for size in range(MAX_SHOWN - 30, MAX_SHOWN + 5):
        assert "Zq7x" not in safe("x" * size + " " + SECRET)


def test_a_secret_is_not_put_together_by_what_is_hidden() -> None:
    """Marks that nobody sees do not let a key through."""
    for mark in ("\u200b", "\xad", "\x1b", "\u202e", "\ufeff"):
        shown = safe(f"Bearer {mark}{SECRET} and {SECRET}{mark}")
        assert SECRET not in shown
