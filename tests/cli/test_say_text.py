"""`qwentts say`: where the text comes from, and what is no text."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.text.units import count_units
from tests.tones import read_back

if TYPE_CHECKING:
    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts


def test_text_comes_from_files_in_order(online: Qwentts) -> None:
    """Each -f is a part of the text, in the order given."""
    (online.folder / "one.txt").write_text("第一。", encoding="utf-8")
    (online.folder / "two.txt").write_bytes("\ufeffSecond.".encode())
    online("say", "-f", "one.txt", "-f", "two.txt", "-o", "out.wav")
    assert read_back(online.folder / "out.wav") == "第一。Second."


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
    assert read_back(online.folder / "out.wav") == "ab c"
    warning = "Warning: left out 1 terminal sequence and 1 control character of in.txt"
    assert result.stderr.splitlines()[:-1] == [warning]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("\x1b[1m\x1b[32mSuccess:\x1b[0m all tests passed.\n", "Success: all tests passed."),
        ("See \x1b]8;;https://a.example/b\x1b\\the page\x1b]8;;\x1b\\ now.", "See the page now."),
        ("\x1b]0;a title\x07Done\x1b(B\x1b=.", "Done."),
        ("N\bNA\bAM\bME\bE _\bo_\bf it. 好\b\b好。", "NAME of it. 好。"),
    ],
)
def test_what_was_meant_for_a_terminal_is_not_spoken(online: Qwentts, text: str, spoken: str) -> None:
    """Colours, links and titles go whole, and a letter printed twice for boldness is one."""
    result = online("say", "-", "-o", "out.wav", stdin=text.encode())
    assert read_back(online.folder / "out.wav") == spoken
    assert "terminal sequence" in result.stderr


LAYOUT = "Invoice" + " " * 53 + "Total\n" + "".join(f"{'':40}Item {n}{n * 3:31}\n" for n in range(1, 9))


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("  One.   Two. \t Three. \r\n\r\n\u3000\u3000Four.  \n", "One. Two. Three.\nFour."),
        ("\ufeffA\ufeff soft\u00adware\u200b\u2060 joke.\u200b", "A software joke."),
        ("Page one\fPage two\vSection three\x85Line four.", "Page one Page two Section three Line four."),
        ("One\u2028two\u2029three.", "One two three."),
        ("He left.\n\n✦ ✦ ✦\n\nShe stayed.\n***\nWell.\n☆☆☆\n", "He left.\nShe stayed.\nWell."),
        ("👨\u200d👩\u200d👧 می\u200cخواهم Auf\u200clage", "👨\u200d👩\u200d👧 می\u200cخواهم Auflage"),
    ],
)
def test_what_has_no_sound_is_not_sent(online: Qwentts, sandbox: Sandbox, text: str, spoken: str) -> None:
    """Neither white space nor what nobody can see is paid for, and the estimate says the same."""
    (online.folder / "in.txt").write_bytes(text.encode())
    estimate = json.loads(online("say", "-f", "in.txt", "--dry-run", "--json").stdout)
    online("say", "-f", "in.txt", "-o", "out.wav")
    assert read_back(online.folder / "out.wav") == spoken
    assert estimate["characters"] == count_units(spoken) == sum(entry.billed for entry in sandbox.ledger)


def test_a_page_of_layout_costs_its_words(online: Qwentts) -> None:
    (online.folder / "in.txt").write_text(LAYOUT)
    estimate = json.loads(online("say", "-f", "in.txt", "--dry-run", "--json").stdout)
    assert estimate["characters"] < len(LAYOUT.split()) * 6


@pytest.mark.parametrize(
    ("text", "kind"),
    [("1\n00:00:34,740 --> 00:00:37,050\nIf I speak\n", "SubRip"), ("# Title\n\nA text.\n", "Markdown")],
)
def test_markup_is_told_before_it_costs(online: Qwentts, text: str, kind: str) -> None:
    """Who has subtitles or Markdown read aloud learns it; who wants that is not told again."""
    assert f"stdin looks like {kind}" in online("say", "-", "-o", "a.wav", stdin=text.encode()).stderr
    (online.folder / "in.txt").write_text(text)
    assert "in.txt looks like" in online("say", "-f", "in.txt", "--dry-run").stderr
    assert "looks like" not in online("say", "-f", "in.txt", "--dry-run", "--input-format", "text").stderr


@pytest.mark.parametrize("text", [r"{\rtf1\ansi Hello}", '{"text": "Hello"}', '[{"text": "Hello"}]'])
def test_rtf_and_json_are_not_spoken_unless_asked_for(online: Qwentts, sandbox: Sandbox, text: str) -> None:
    result = online("say", "-", "-o", "a.wav", stdin=text.encode(), code=2)
    assert "--input-format text" in result.stderr
    assert sandbox.ledger == []
    online("say", "-", "-o", "a.wav", "--input-format", "text", stdin=text.encode())
    assert read_back(online.folder / "a.wav") == text


def test_a_file_named_as_text_is_spoken_with_a_note(online: Qwentts) -> None:
    """The words are spoken, and -f is named to whoever meant the file."""
    (online.folder / "notes.txt").write_text("Hello.")
    assert "-f" in online("say", "notes.txt", "-o", "a.wav").stderr
    assert read_back(online.folder / "a.wav") == "notes.txt"


def test_marks_that_are_not_obeyed_are_told(online: Qwentts) -> None:
    """They are billed and spoken, and whoever wrote them forgot an option."""
    (online.folder / "in.txt").write_text("Hi. [[pause 1s]] Bye.")
    forgotten = online("say", "-f", "in.txt", "--dry-run").stderr
    assert "in.txt has marks such as [[pause 1s]], which are spoken too; add --markup" in forgotten
    assert "marks" not in online("say", "-f", "in.txt", "--dry-run", "--markup").stderr
    assert "marks" not in online("say", "Look at [[the wiki]].", "--dry-run").stderr
