"""What a server, a file or a name says is shown as text, whatever it would do to a terminal."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING

import pytest

from tests.conftest import KEY
from tests.reliability.raw_server import answering, http, serving

if TYPE_CHECKING:
    from tests.reliability.forked import ForkedQwentts

HOSTILE = {
    "colour and title": "\x1b[31mred\x1b]0;pwned\x07",
    "8-bit controls": "\x9b31m\x90\x9d52;c;cHduZWQ=\x9c",
    "a link": "\x1b]8;;https://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    "the clipboard": "\x1b]52;c;cHduZWQ=\x07",
    "markup": "[/foo] [link=https://evil.example]here[/link] [bold]",
    "reordering": "abc\u202egnp.exe\u2066\u2069\u200f",
    "hidden": "zero\u200bwidth\u2060\ufeff\u00ad",
    "lines": "one\r\nError: two\u2028three\u0085four\x0bfive",
    "surrogates": "\ud800 \udfff",
    "10 kB": "x" * 10_000,
    "a secret": "Authorization: Bearer sk-abcdef123456 https://u:pw@h/?Signature=abc&Expires=1",
    "formats": "%s %n {0} {x!r} \\x1b[31m",
}


def is_plain(text: str) -> bool:
    return all(unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in text)


@pytest.mark.parametrize("what", HOSTILE)
def test_an_error_of_a_hostile_server(qwentts: ForkedQwentts, what: str) -> None:
    """From every field, in both forms: one line, no control, no secret, bounded, the right code."""
    fields = dict.fromkeys(("code", "message", "request_id"), HOSTILE[what])
    with serving(answering(http(json.dumps(fields).encode(), status="400 Bad"))) as server:
        env = {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": server.base_url}
        result = qwentts("say", "Hi.", "-o", "x.wav", "--json", env=env, code=6)
    [line] = result.stderr.splitlines()
    assert line.startswith("Error: the service refused the request with 400")
    assert len(line) <= 520
    for text in (line, *result.text.splitlines()):
        assert is_plain(text)
        assert not re.search(r"sk-abcdef|u:pw|Signature=abc", text)
    assert len(result.text) < 2000
    assert result.error["exit"] == 6


def test_a_long_message_leaves_room_for_what_to_do(qwentts: ForkedQwentts) -> None:
    """However much the server says, the code and the way out are still told."""
    body = json.dumps({"code": "Arrearage", "message": "x" * 10_000, "request_id": "r-1"})
    with serving(answering(http(body.encode(), status="400 Bad"))) as server:
        env = {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": server.base_url}
        result = qwentts("say", "Hi.", "-o", "x.wav", env=env, code=4)
    assert result.stderr.endswith("[Arrearage, request r-1]. Settle it on the billing page of the console.\n")


def test_plain_words_of_a_server_arrive(qwentts: ForkedQwentts) -> None:
    """The control: what is harmless is shown as it was sent, in any script."""
    body = '{"code": "BadThing", "message": "参数错误 [a] café 🎉", "request_id": "r-1"}'
    with serving(answering(http(body.encode(), status="400 Bad"))) as server:
        env = {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": server.base_url}
        result = qwentts("say", "Hi.", "-o", "x.wav", env=env, code=6)
    assert result.stderr == (
        "Error: the service refused the request with 400: 参数错误 [a] café 🎉"
        " (text at line 1, column 1) [BadThing, request r-1].\n"
    )


@pytest.mark.parametrize("what", ["colour and title", "8-bit controls", "reordering", "lines", "markup"])
def test_headers_of_a_hostile_server(qwentts: ForkedQwentts, what: str) -> None:
    """Headers and the status line are foreign text too."""
    value = HOSTILE[what].encode("utf-8", "replace").replace(b"\r", b"").replace(b"\n", b"")
    head = b"HTTP/1.1 400 " + value + b"\r\nx-request-id: " + value + b"\r\nRetry-After: " + value
    with serving(answering(head + b"\r\nContent-Length: 0\r\n\r\n")) as server:
        env = {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": server.base_url}
        with qwentts.running("say", "Hi.", "-o", "x.wav", env=env) as run:
            result = run.wait()
    assert result.code in {5, 6}
    assert all(is_plain(line) for line in result.stderr.splitlines())


@pytest.mark.parametrize("what", HOSTILE)
def test_names_from_the_command_line(online: ForkedQwentts, what: str) -> None:
    """What was typed, or came from a script's variable, is shown as text as well."""
    hostile = HOSTILE[what].encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    for args in (
        ("say", "Hi.", "-v", hostile),
        ("say", "-f", hostile),
        ("config", "get", hostile),
    ):
        with online.running(*args) as run:
            result = run.wait()
        assert result.code in {2, 6}
        assert all(is_plain(line) for line in result.stderr.splitlines())
        assert len(max(result.stderr.splitlines(), key=len)) <= 520
