"""`qwentts say`: where the text comes from, and what is no text."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.tones import read_back

if TYPE_CHECKING:
    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts


def test_text_comes_from_files_in_order(online: Qwentts) -> None:
    """Each -f is a part of the text, in the order given."""
    (online.folder / "one.txt").write_text("第一。", encoding="utf-8")
    (online.folder / "two.txt").write_bytes("\ufeffSecond.".encode())
    online("say", "-f", "one.txt", "-f", "two.txt", "-o", "out.wav")
    assert read_back(online.folder / "out.wav").split() == ["第一。", "Second."]


@pytest.mark.parametrize("args", [["say", "-"], ["say"], ["say", "-f", "-"]])
def test_text_comes_from_a_pipe(online: Qwentts, args: list[str]) -> None:
    """`echo hi | qwentts say` needs no dash, takes one, and does not pay for the line's end."""
    online(*args, "-o", "x.wav", stdin="hi, 世界\n".encode())
    assert read_back(online.folder / "x.wav") == "hi, 世界"


BAD_INPUT = {
    "empty": ([""], b"", "empty"),
    "spaces": (["  \n "], b"", "empty"),
    "punctuation": (["\u200b ..."], b"", "empty"),
    "empty pipe": (["-"], b"", "empty"),
    "missing file": (["-f", "missing.txt"], b"", "no such file"),
    "a folder": (["-f", "folder"], b"", "is a directory"),
    "a named pipe": (["-f", "fifo"], b"", "named pipe"),
    "NUL": (["-f", "nul.txt"], b"", "NUL byte"),
    "GBK": (["-f", "gbk.txt"], b"", "not UTF-8: byte 0xc4 at 0"),
    "Latin-1": (["-f", "latin.txt"], b"", "at 3"),
    "PNG": (["-f", "image.txt"], b"", "binary (PNG)"),
    "not UTF-8 on stdin": (["-"], b"caf\xe9", "at 3"),
    "text and file": (["Hi", "-f", "ok.txt"], b"", "one or the other"),
    "no such folder": (["Hi", "-o", "nowhere/x.wav"], b"", "there is no folder nowhere"),
    "a folder as output": (["Hi", "-o", "folder"], b"", "is a folder"),
    "a name too long": (["Hi", "-o", "x" * 256], b"", "file name"),
    "an unknown encoding": (["-f", "ok.txt", "--encoding", "klingon"], b"", "no encoding"),
    "an unknown language": (["Hi", "-l", "klingon"], b"", "no language"),
    "a language nearly right": (["Hi", "-l", "Chinesse"], b"", "Did you mean Chinese?"),
    "a voice nearly right": (["Hi", "-v", "chery"], b"", "Did you mean Cherry?"),
    "a model nearly right": (["Hi", "-m", "qwen3-tts-flahs"], b"", "Did you mean qwen3-tts-flash?"),
    "a voice that is none": (["Hi", "-v", "a\x1b[31m"], b"", "--voice"),
    "an unknown format": (["Hi", "--format", "aac"], b"", "one of wav"),
    "jobs": (["Hi", "-j", "\uff11\uff12"], b"", "whole number from 1 to 64"),
    "timeout": (["Hi", "--timeout", "nan"], b"", "seconds"),
    "pause": (["Hi", "--pause", "-1"], b"", "--pause"),
    "region": (["Hi", "--region", "intll"], b"", "Did you mean intl?"),
    "an option": (["Hi", "--voise", "Cherry"], b"", "--voice"),
    "json on stdout with audio": (["Hi", "--json", "-o", "-"], b"", "stdout"),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_found_before_anything_is_sent(online: Qwentts, sandbox: Sandbox, case: str) -> None:
    """Exit 2, one line that says what is wrong, no request, no file."""
    folder = online.folder
    (folder / "folder").mkdir()
    (folder / "ok.txt").write_text("ok")
    (folder / "nul.txt").write_bytes(b"a\0b")
    (folder / "gbk.txt").write_bytes("你好".encode("gbk"))
    (folder / "latin.txt").write_bytes(b"caf\xe9")
    (folder / "image.txt").write_bytes(b"\x89PNG\r\n\x1a\n")
    os.mkfifo(folder / "fifo")
    before = sorted(entry.name for entry in folder.iterdir())
    args, stdin, words = BAD_INPUT[case]
    if "-o" not in args:
        args = [*args, "-o", "out.wav"]
    env = {"QWENTTS_BASE_URL": ""} if case == "region" else None
    result = online("say", *args, stdin=stdin, env=env, code=2)
    assert result.stderr.startswith("Error: ")
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert sandbox.ledger == []
    assert sorted(entry.name for entry in folder.iterdir()) == before


def test_argv_that_is_not_utf8_is_refused(online: Qwentts, sandbox: Sandbox) -> None:
    """Bytes from the shell are text or an error, never a guess."""
    result = online("say", os.fsdecode(b"\xff\xfe"), "-o", "x.wav", code=2)
    assert "byte 0xff at 0" in result.stderr
    assert sandbox.ledger == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_byte_order_mark_tells_the_encoding(online: Qwentts, encoding: str) -> None:
    """Files of other systems are read as they are."""
    (online.folder / "in.txt").write_bytes("你好, world".encode(encoding))
    online("say", "-f", "in.txt", "-o", "out.wav")
    assert read_back(online.folder / "out.wav") == "你好, world"


def test_an_encoding_can_be_named(online: Qwentts) -> None:
    """Old Chinese files are one option away."""
    (online.folder / "in.txt").write_bytes("你好".encode("gb18030"))
    online("say", "-f", "in.txt", "--encoding", "gb18030", "-o", "out.wav")
    assert read_back(online.folder / "out.wav") == "你好"


def test_control_characters_are_left_out_with_a_note(online: Qwentts) -> None:
    """What no voice can say is not sent, is not shown raw, and is told once."""
    (online.folder / "in.txt").write_bytes(b"a\x1b[31mb\x07 \x0bc")
    result = online("say", "-f", "in.txt", "-o", "out.wav")
    assert read_back(online.folder / "out.wav") == "a[31mb c"
    assert result.stderr == "Warning: left out 3 control characters of in.txt\n"
