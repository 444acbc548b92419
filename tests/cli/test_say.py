"""`qwentts say`, from words to a file that says them."""

from __future__ import annotations

import json
import re
import struct

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import KEY, Qwentts, at
from tests.tones import read_back


def bodies(sandbox: Sandbox) -> list[dict[str, object]]:
    return [json.loads(record.body) for record in sandbox.ledger if record.method == "POST"]


def test_a_sentence_becomes_a_file_that_says_it(online: Qwentts) -> None:
    """The main job: words in, a WAV that says them, its path on stdout and what it took on stderr."""
    result = online("say", "Hello, world.", "-v", "Cherry", "-o", "out.wav")
    assert result.text == "out.wav\n"
    assert re.fullmatch(r"0:0\d of sound, 13 characters\n", result.stderr)
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
                **dict.fromkeys(("speed", "pitch", "volume", "seed", "speed_by")),
                "segments": 1,
                "chapters": [],
                "characters": 9,
                "request_ids": [post.request_id],
                "cached": False,
                "doubts": [],
                "overruns": [],
            }
        ],
        "usage": {
            "characters": 9,
            "tokens": None,
            "requests": 1,
            "possibly_billed": 0,
            "cost": None,
            "currency": None,
        },
    }


def test_the_sandbox_needs_no_key_and_says_what_it_is(qwentts: Qwentts) -> None:
    """`--region sandbox` works in an empty home, and never passes for Qwen unless nothing is to be said."""
    result = qwentts("say", "Hello", "-o", "hello.wav", "--region", "sandbox")
    assert "not of Qwen-TTS" in result.stderr
    assert not qwentts("say", "Hello", "-o", "quiet.wav", "--region", "sandbox", "-q").stderr
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
    assert "qwen3-tts-flash ignores instructions; these follow them: qwen-audio-3.1" in result.stderr


def test_help_without_a_text(qwentts: Qwentts) -> None:
    """The help of every command works in an empty home."""
    assert "Usage: qwentts say" in qwentts("say", "--help").text
    assert "Usage: qwentts" in qwentts("--help").text


def test_a_long_text_is_whole_and_in_order(online: Qwentts, sandbox: Sandbox) -> None:
    """However many requests it takes, the file says the text."""
    text = "".join(f"第{n}句话说的是数字{n}。" for n in range(100))
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
