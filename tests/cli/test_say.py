"""`qwentts say`, from words to a file that says them."""

from __future__ import annotations

import json
import os
import socket
import struct

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import KEY, Qwentts, at
from tests.tones import read_back

GENERATION = "/api/v1/services/aigc/multimodal-generation/generation"


def bodies(sandbox: Sandbox) -> list[dict[str, object]]:
    return [json.loads(record.body) for record in sandbox.ledger if record.method == "POST"]


def test_a_sentence_becomes_a_file_that_says_it(online: Qwentts) -> None:
    """The main job: words in, a WAV that says them, its path on stdout and nothing else."""
    result = online("say", "Hello, world.", "-v", "Cherry", "-o", "out.wav")
    assert result.text == "out.wav\n"
    assert result.stderr == ""
    assert read_back(online.folder / "out.wav") == "Hello, world."


def test_the_body_is_the_documented_one(online: Qwentts, sandbox: Sandbox) -> None:
    """Nothing is sent that the reference does not name."""
    online("say", "你好", "world", "-v", "ono anna", "-l", "ja", "-o", "a.wav")
    online(
        "say", "Hi", "-m", "qwen3-tts-instruct-flash", "-i", "Fast", "--optimize-instructions", "-o", "b.wav"
    )
    assert bodies(sandbox) == [
        {
            "model": "qwen3-tts-flash",
            "input": {"text": "你好 world", "voice": "Ono Anna", "language_type": "Japanese"},
        },
        {
            "model": "qwen3-tts-instruct-flash",
            "input": {
                "text": "Hi",
                "voice": "Cherry",
                "instructions": "Fast",
                "optimize_instructions": True,
            },
        },
    ]


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


def test_audio_goes_to_a_pipe(online: Qwentts) -> None:
    """`-o -` writes a WAV to stdout whose header leaves the length open, as a stream must."""
    result = online("say", "To a pipe.", "-o", "-")
    assert result.stdout[:4] == b"RIFF"
    assert read_back(result.stdout) == "To a pipe."


@pytest.mark.parametrize("header", ["header0", "header-7fffffff", "header-ffffffff", "riff-list"])
def test_the_written_header_is_true_whatever_was_served(qwentts: Qwentts, header: str) -> None:
    """The WAV is canonical: its sizes are those of the file, 24 kHz, mono, 16 bits."""
    with Sandbox(voice_engine="tones", faults=f"get:{header}") as server:
        at(qwentts, server)("say", "True header.", "-o", "out.wav")
        assert [record.fault for record in server.ledger if record.phase == "get"] == [f"get:{header}"]
    data = (qwentts.folder / "out.wav").read_bytes()
    assert struct.unpack("<4sI4s4sIHHIIHH4sI", data[:44]) == (
        b"RIFF",
        len(data) - 8,
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        24000,
        48000,
        2,
        16,
        b"data",
        len(data) - 44,
    )
    assert read_back(data) == "True header."


def test_json_says_what_was_made(online: Qwentts, sandbox: Sandbox) -> None:
    """Scripts get one document with every fact of the file."""
    document = online("say", "你好, hi.", "-o", "out.wav", "-l", "zh", "--json").json
    data = (online.folder / "out.wav").read_bytes()
    post = next(record for record in sandbox.ledger if record.phase == "post")
    assert document == {
        "files": [
            {
                "path": "out.wav",
                "format": "wav",
                "sample_rate": 24000,
                "duration_s": pytest.approx((len(data) - 44) / 48000),
                "voice": "Cherry",
                "model": "qwen3-tts-flash",
                "language": "Chinese",
                "segments": 1,
                "characters": 9,
                "request_ids": [post.request_id],
                "cached": False,
            }
        ],
        "usage": {"characters": 9, "requests": 1},
    }


def test_the_sandbox_needs_no_key_and_says_what_it_is(qwentts: Qwentts) -> None:
    """`--region sandbox` works in an empty home, also quietly, and never passes for Qwen."""
    result = qwentts("say", "Hello", "-o", "hello.wav", "--region", "sandbox", "-q")
    assert "not of Qwen-TTS" in result.stderr
    assert (qwentts.folder / "hello.wav").stat().st_size > 1000


def test_global_options_stand_anywhere(qwentts: Qwentts) -> None:
    """Before the command or after it, an option means the same."""
    for args in (["--region", "sandbox", "--json", "say"], ["say", "--json", "--region", "sandbox"]):
        assert qwentts(*args, "Hi", "-o", "x.wav", "--force").json["files"][0]["path"] == "x.wav"


def test_the_download_carries_no_key(online: Qwentts, sandbox: Sandbox) -> None:
    """Neither the key nor a password of ~/.netrc goes to the storage, and netrc does not replace the key."""
    netrc = online.home / ".netrc"
    netrc.write_text("default login me password secret\nmachine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    online("say", "Hi", "-o", "x.wav", env={"NETRC": str(netrc)})
    post, get = sandbox.ledger
    assert post.headers["Authorization"] == f"Bearer {KEY}"
    assert {name.title() for name in get.headers} == {
        "Host",
        "User-Agent",
        "Accept",
        "Accept-Encoding",
    }


@pytest.mark.parametrize("phase", ["post", "get"])
def test_redirects_are_not_followed(qwentts: Qwentts, phase: str) -> None:
    """A redirect could carry text and key to another host."""
    with Sandbox(voice_engine="tones", faults=f"{phase}:redirect=307") as server:
        result = at(qwentts, server)("say", "Hi", "-o", "x.wav", code=6)
        assert "redirect" in result.stderr
        assert all(record.phase in {"post", "get"} for record in server.ledger)


def test_a_file_that_exists_is_kept(online: Qwentts, sandbox: Sandbox) -> None:
    """Without --force nothing is overwritten and nothing is sent; with it, the new text is there."""
    path = online.folder / "out.wav"
    path.write_bytes(b"precious")
    assert "--force" in online("say", "Hi", "-o", "out.wav", code=2).stderr
    assert path.read_bytes() == b"precious"
    assert sandbox.ledger == []
    online("say", "Hi", "-o", "out.wav", "--force")
    assert read_back(path) == "Hi"


def test_a_failure_leaves_the_old_file(qwentts: Qwentts) -> None:
    """--force does not give up the old file before the new one is complete."""
    path = qwentts.folder / "out.wav"
    path.write_bytes(b"precious")
    with Sandbox(voice_engine="tones", faults="post:code=DataInspectionFailed") as server:
        at(qwentts, server)("say", "Hi", "-o", "out.wav", "--force", code=6)
    assert path.read_bytes() == b"precious"
    assert [entry.name for entry in qwentts.folder.iterdir()] == ["out.wav"]


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
    "text and file": (["Hi", "-f", "ok.txt"], b"", "the one or the others"),
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


def test_unknown_names_are_sent_with_a_warning(online: Qwentts, sandbox: Sandbox) -> None:
    """The service grows faster than releases; it decides about what is not in the catalogue."""
    result = online("say", "Hi", "-v", "Zephyrine", "-o", "x.wav", code=6)
    assert "Zephyrine is not in this release's catalogue" in result.stderr
    assert bodies(sandbox)[0]["input"] == {"text": "Hi", "voice": "Zephyrine"}


@pytest.mark.parametrize("typed", ["cherry", "CHERRY", "芊悦", " Cherry "])
def test_a_voice_is_known_by_every_name_it_has(online: Qwentts, sandbox: Sandbox, typed: str) -> None:
    """Case is ours to forgive; the wire gets the exact id."""
    online("say", "Hi", "-v", typed, "-o", "x.wav")
    assert bodies(sandbox)[0]["input"] == {"text": "Hi", "voice": "Cherry"}


@pytest.mark.parametrize(
    ("typed", "wire"), [("Beijing - Dylan", "Dylan"), ("北京-晓东", "Dylan"), ("Ono_Anna", "Ono Anna")]
)
def test_labels_of_the_documentation_are_understood(
    online: Qwentts, sandbox: Sandbox, typed: str, wire: str
) -> None:
    """What people paste from the voice list works."""
    online("say", "Hi", "-v", typed, "-o", "x.wav")
    assert bodies(sandbox)[0]["input"] == {"text": "Hi", "voice": wire}


def test_ignored_instructions_are_told(online: Qwentts) -> None:
    """The service would say nothing; the user would think they were followed."""
    result = online("say", "Hi", "-i", "Whisper", "-o", "x.wav")
    assert "qwen3-tts-flash ignores instructions; qwen3-tts-instruct-flash follows them" in result.stderr


SERVICE_ERRORS = {
    "code=InvalidApiKey": (3, "QWENTTS_API_KEY"),
    "status=401": (3, "QWENTTS_API_KEY"),
    "code=AccessDenied.Unpurchased": (3, "no access to model qwen3-tts-flash"),
    "code=Arrearage": (4, "billing"),
    "code=AllocationQuota.FreeTierOnly": (4, "free tier"),
    "code=DataInspectionFailed": (6, "content filter"),
    "status=400": (6, "400"),
    "code=ModelNotFound": (6, "--model"),
    "html": (5, "text/html"),
    "empty-object": (5, "no audio in the response"),
    "truncated-json": (5, "invalid response"),
    "deep-json": (5, "invalid response"),
    "bad-url=file": (6, "refused the audio URL"),
}


@pytest.mark.parametrize("fault", SERVICE_ERRORS)
def test_each_refusal_has_its_exit_code_and_says_what_to_do(qwentts: Qwentts, fault: str) -> None:
    """A script knows from the code, a person from the line; both forms carry the request's id."""
    code, words = SERVICE_ERRORS[fault]
    with Sandbox(voice_engine="tones", faults=f"post:{fault}") as server:
        result = at(qwentts, server)("say", "Hi", "-o", "x.wav", "--json", code=code)
        assert f"post:{fault}" in [record.fault for record in server.ledger]
    assert words in result.stderr
    assert KEY not in result.stderr + result.text
    error = result.error
    assert error["exit"] == code
    assert set(error) == {"code", "exit", "message", "hint", "request_id", "retryable"}
    assert list(qwentts.folder.iterdir()) == []


def test_nobody_listens(qwentts: Qwentts) -> None:
    """A closed port is a network error that names host and port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": f"http://127.0.0.1:{port}/api/v1"}
    result = qwentts("say", "Hi", "-o", "x.wav", env=env, code=5)
    assert f"127.0.0.1:{port}: refused" in result.stderr


def test_no_key_is_told_with_the_ways_to_set_one(qwentts: Qwentts) -> None:
    """A newcomer learns the next step, and that the sandbox needs none."""
    result = qwentts("say", "Hi", "-o", "x.wav", code=3)
    for way in ("qwentts config init", "QWENTTS_API_KEY", "--api-key-file", "--region sandbox"):
        assert way in result.stderr


def test_help_without_a_text(qwentts: Qwentts) -> None:
    """The help of every command works in an empty home."""
    assert "Usage: qwentts say" in qwentts("say", "--help").text
    assert "Usage: qwentts" in qwentts("--help").text


def test_a_text_too_long_for_the_service_is_halved(qwentts: Qwentts) -> None:
    """The limit's unit is not documented, so the service's word on it counts; nothing is lost."""
    text = "One two three. Four five six, seven eight. Nine ten eleven twelve."
    with Sandbox(voice_engine="tones", faults="post:limit=20") as server:
        at(qwentts, server)("say", text, "-o", "out.wav")
        refused = [record for record in server.ledger if record.status == 400]
    assert refused
    assert read_back(qwentts.folder / "out.wav") == text


def test_a_long_text_is_whole_and_in_order(online: Qwentts, sandbox: Sandbox) -> None:
    """However many requests it takes, the file says the text."""
    text = "".join(f"第{n}句话说的是数字{n}。" for n in range(150))
    (online.folder / "long.txt").write_text(text, encoding="utf-8")
    document = online("say", "-f", "long.txt", "-o", "long.wav", "--json").json
    assert document["files"][0]["segments"] == document["usage"]["requests"] > 3
    assert read_back(online.folder / "long.wav") == text
    assert "".join(body["input"]["text"] for body in bodies(sandbox) if isinstance(body["input"], dict))


def test_an_unwritable_folder_costs_nothing(online: Qwentts, sandbox: Sandbox) -> None:
    """The place for the file is tried before anything is sent."""
    result = online("say", "Hi", "-o", "/proc/x.wav", code=7)
    assert "/proc/x.wav" in result.stderr
    assert sandbox.ledger == []


def test_a_device_takes_audio_as_it_comes(online: Qwentts) -> None:
    """`-o /dev/stdout` is a pipe like any other, and /dev/full says so."""
    assert read_back(online("say", "Hi", "-o", "/dev/stdout").stdout) == "Hi"
    assert "No space left" in online("say", "Hi", "-o", "/dev/full", "--format", "wav", code=7).stderr
