"""What leaves `say`: formats, pauses, the loudspeaker, streams and subtitles."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import soundfile

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import Qwentts, at
from tests.players import SILENT, player
from tests.reliability.waiting import until
from tests.tones import read_back, read_back_pcm, without_space

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.forked import ForkedQwentts

TEXT = "First sentence. 第二句话，有逗号。 Third!"
PARAGRAPHS = "One. Two.\n\nThree."
# No device of this machine is to make a sound, or be found.


@pytest.mark.parametrize("extension", ["wav", "flac", "mp3", "opus", "ogg"])
def test_every_format_says_the_text(online: Qwentts, extension: str) -> None:
    """By extension, and in a pipe by --format, from one synthesis."""
    online("say", TEXT, "-o", f"out.{extension}")
    assert read_back(online.folder / f"out.{extension}") == TEXT
    piped = online("say", TEXT, "-o", "-", "--format", extension).stdout
    if extension not in {"flac", "mp3"}:  # libsndfile reads no such stream whose length was not known
        assert read_back(piped) == TEXT
    elif ffmpeg := shutil.which("ffmpeg"):
        decode = [ffmpeg, "-v", "error", "-i", "-", "-f", "wav", "-"]
        assert read_back(subprocess.run(decode, input=piped, capture_output=True, check=True).stdout) == TEXT


@pytest.mark.parametrize("extension", ["m4a", "m4b"])
def test_aac_is_written_to_files(online: ForkedQwentts, sandbox: Sandbox, extension: str) -> None:
    """Its table of contents comes last, so that a pipe is refused before anything is sent."""
    with online.piped("say", TEXT, "-o", "-", "--format", extension) as (run, _, stdout):
        assert stdout.read() == b""
        result = run.wait()
    assert result.code == 2
    assert f"{extension} is written to a file, not to a pipe" in result.stderr
    assert not sandbox.ledger
    online("say", TEXT, "-o", f"out.{extension}")
    assert read_back(online.folder / f"out.{extension}") == TEXT


@pytest.mark.parametrize("extension", ["wav", "flac", "mp3"])
def test_stdout_sent_to_a_file_is_a_finished_file(online: ForkedQwentts, extension: str) -> None:
    """`-o - > x.wav` has its length in the header, as `-o x.wav` does; behind `>>` nothing can be changed."""
    online("say", TEXT, "-o", f"named.{extension}")
    named = soundfile.info(online.folder / f"named.{extension}").frames
    for mode in ("wb", "ab"):
        path = online.folder / f"{mode}.{extension}"
        with path.open(mode) as stdout:
            command = ("say", TEXT, "-o", "-", "--format", extension, "--no-cache")
            with online.running(*command, streams={1: stdout.fileno()}) as run:
                assert run.wait().code == 0
        if mode == "wb":
            assert soundfile.info(path).frames == named
            assert read_back(path) == TEXT
        elif extension == "wav":
            assert read_back(path) == TEXT


def test_raw_samples(online: Qwentts) -> None:
    """`pcm` is the samples and nothing else."""
    online("say", TEXT, "-o", "out.pcm")
    assert read_back_pcm((online.folder / "out.pcm").read_bytes()) == TEXT
    assert read_back_pcm(online("say", TEXT, "-o", "-", "--format", "pcm").stdout) == TEXT


def frames(path: Path) -> int:
    return int(soundfile.info(path).frames)


def test_pauses_are_exact_silences(online: Qwentts) -> None:
    """Between segments and between paragraphs, to the sample; nothing else is added."""
    online("say", PARAGRAPHS, "-o", "plain.wav", "--paragraph-pause", "0")
    online("say", PARAGRAPHS, "-o", "paused.wav", "--paragraph-pause", "0.7")
    assert frames(online.folder / "paused.wav") - frames(online.folder / "plain.wav") == round(0.7 * 24000)
    assert without_space(read_back(online.folder / "paused.wav")) == without_space(PARAGRAPHS)
    long = " ".join(f"Sentence {n} of some length." for n in range(60))
    first = online("say", long, "-o", "a.wav", "--json").json["files"][0]
    second = online("say", long, "-o", "b.wav", "--pause", "0.25", "--json").json["files"][0]
    assert second["duration_s"] - first["duration_s"] == pytest.approx(
        0.25 * (first["segments"] - 1), abs=1e-9
    )


def test_it_is_played_without_an_output(online: ForkedQwentts, sandbox: Sandbox) -> None:
    """The player gets the samples of the stream, in order."""
    env = player(online, f"exec cat > {online.folder}/heard.pcm")
    with online.piped("say", TEXT, env=env) as (run, _, _):
        assert run.wait().code == 0
    assert read_back_pcm((online.folder / "heard.pcm").read_bytes()) == TEXT
    assert {record.phase for record in sandbox.ledger} == {"sse"}


def test_playing_and_writing_is_one_synthesis(online: Qwentts, sandbox: Sandbox) -> None:
    """--play with -o costs once and gives both."""
    env = player(online, f"exec cat > {online.folder}/heard.pcm")
    online("say", TEXT, "-o", "out.wav", "--play", env=env)
    assert read_back_pcm((online.folder / "heard.pcm").read_bytes()) == TEXT
    assert read_back(online.folder / "out.wav") == TEXT
    assert sum(record.billed > 0 for record in sandbox.ledger) == len(sandbox.ledger)


def test_a_player_that_fails_is_noticed(online: Qwentts, sandbox: Sandbox) -> None:
    """Exit 7 with its words; a file that is written as well is kept; what was paid is not paid again."""
    env = player(online, "cat > /dev/null; echo no such device >&2; exit 1")
    stderr = online("say", TEXT, "--play", env=env, code=7).stderr
    assert "paplay" in stderr
    assert "no such device" in stderr
    assert "no such device" in online("say", TEXT, "-o", "out.wav", "--play", env=env).stderr
    assert read_back(online.folder / "out.wav") == TEXT
    assert sum(record.billed > 0 for record in sandbox.ledger) == len(
        {record.body for record in sandbox.ledger}
    )


def test_no_player_is_told_before_anything_is_paid(online: Qwentts, sandbox: Sandbox) -> None:
    """Exit 7, what to install, and nothing sent."""
    (online.home / "empty").mkdir()
    env = SILENT | {"PATH": str(online.home / "empty")}
    stderr = online("say", TEXT, "--play", env=env, code=7).stderr
    assert "qwentts[play]" in stderr
    assert sandbox.ledger == []


READINGS = [
    "riff",
    "riff-split",
    "odd",
    "crlf",
    "one-byte-writes",
    "multi-data",
    "space-after-colon",
    "no-final-blank",
    "missing-optionals",
    "json-instead",
]


@pytest.mark.parametrize("fault", READINGS)
def test_every_reading_of_the_stream_sounds_the_same(qwentts: Qwentts, fault: str) -> None:
    """What is not documented for sure is accepted either way."""
    text = "Hi."
    with Sandbox(voice_engine="tones", faults=f"sse:{fault}") as server:
        piped = at(qwentts, server)("say", text, "-o", "-", "--format", "pcm").stdout
        assert f"sse:{fault}" in [record.fault for record in server.ledger]
    assert read_back_pcm(piped) == text


@pytest.mark.parametrize("fault", ["no-stop", "cut-frame", "error-mid"])
def test_a_stream_that_ends_early_is_no_success(qwentts: ForkedQwentts, fault: str) -> None:
    """Once a sound is out the segment is not begun again: the error is told, and asked for only once."""
    with Sandbox(voice_engine="tones", faults=f"sse:{fault}") as server:
        at(qwentts, server)
        with qwentts.running("say", TEXT, "-o", "-", "--format", "pcm") as run:
            result = run.wait()
        assert len([record for record in server.ledger if record.phase == "sse"]) == 1
    assert result.code in {4, 5, 6}
    assert result.stderr.splitlines()[-1].startswith("Error: ")


def test_a_pipe_is_spoken_while_it_is_written(online: ForkedQwentts) -> None:
    """The first sentence sounds before the writer has written the last."""
    said = ("say", "-", "-o", "-", "--format", "pcm", "--live-wait", "30")
    with online.piped(*said) as (run, stdin, stdout):
        stdin.write(b"The first sentence of a long story. And")
        stdin.flush()
        heard = stdout.read(48_000)
        stdin.write(b" then the last one.\n")
        stdin.close()
        heard += stdout.read()
        assert run.wait().code == 0
    assert read_back_pcm(heard) == "The first sentence of a long story.And then the last one."


def test_ctrl_c_stops_the_sound(online: ForkedQwentts) -> None:
    """130, quietly, with the player gone."""
    env = player(online, f"head -c 1 > {online.folder}/heard; echo $$ > {online.folder}/pid; exec sleep 100")
    pid = online.folder / "pid"
    with online.running("say", TEXT * 50, "--play", env=env) as run:
        until(pid.exists)
        run.send(signal.SIGINT)
        result = run.wait()
    assert result.code == 130
    assert "Traceback" not in result.stderr
    gone = subprocess.run(["kill", "-0", pid.read_text().strip()], capture_output=True, check=False)
    assert gone.returncode != 0


def test_subtitles_show_the_text(online: Qwentts) -> None:
    """A cue a sentence, in order, to the end of the sound."""
    document: dict[str, Any] = online("say", TEXT, "-o", "out.wav", "--subtitles", "out.srt", "--json").json
    lines = (online.folder / "out.srt").read_text(encoding="utf-8").splitlines()
    assert [lines[n] for n in (2, 6, 10)] == ["First sentence.", "第二句话，有逗号。", "Third!"]
    end = lines[9].split(" --> ")[1]
    assert end == f"00:00:{document['files'][0]['duration_s']:06.3f}".replace(".", ",")
    assert "subtitles" in online("say", "Hi", "-o", "x.wav", "--subtitles", "x.txt", code=2).stderr


def test_subtitles_come_in_several_formats_at_once(online: Qwentts) -> None:
    """From one synthesis, with the same times; a name that stands twice is a slip."""
    names = ("a.srt", "a.vtt", "a.lrc", "a.json")
    online("say", TEXT, "-o", "a.wav", *(part for name in names for part in ("--subtitles", name)))
    segments = json.loads((online.folder / "a.json").read_text(encoding="utf-8"))["segments"]
    assert [row["text"] for row in segments] == ["First sentence.", "第二句话，有逗号。", "Third!"]
    lyrics = (online.folder / "a.lrc").read_text(encoding="utf-8")
    assert lyrics.startswith("[00:00.00]First sentence.\n")
    assert "Third!" in (online.folder / "a.vtt").read_text(encoding="utf-8")
    twice = online("say", "Hi", "-o", "b.wav", "--subtitles", "b.srt", "--subtitles", "b.srt", code=2)
    assert "twice" in twice.stderr


def test_a_million_characters_take_a_word(online: Qwentts, sandbox: Sandbox) -> None:
    """A text that costs like a book is not spoken by mistake: a script must say --yes."""
    (online.folder / "long.txt").write_text("字" * 500_001, encoding="utf-8")
    stderr = online("say", "-f", "long.txt", "-o", "x.wav", code=10).stderr
    assert "--yes" in stderr
    assert sandbox.ledger == []


def test_a_repeated_text_is_free(online: Qwentts, sandbox: Sandbox) -> None:
    """The second time nothing is sent; it is said, and `cached` tells scripts."""
    online("say", TEXT, "-o", "a.wav")
    result = online("say", TEXT, "-o", "b.wav", "--json")
    assert "from the cache, nothing billed" in result.stderr
    assert result.json["files"][0]["cached"] is True
    assert (result.json["usage"]["characters"], result.json["usage"]["requests"]) == (0, 0)
    assert (online.folder / "a.wav").read_bytes() == (online.folder / "b.wav").read_bytes()
    online("say", TEXT, "-o", "c.wav", "--no-cache")
    online("say", TEXT, "-o", "d.wav", "--refresh")
    assert [record.phase for record in sandbox.ledger] == ["post", "get"] * 3


def test_the_cache_can_be_looked_after(online: Qwentts) -> None:
    """How large it is, and away with it."""
    online("say", TEXT, "-o", "a.wav")
    assert json.loads(online("cache", "info", "--json").stdout)["objects"] == 1
    assert "removed 1 object (" in online("cache", "clear").stderr
    assert json.loads(online("cache", "info", "--json").stdout)["objects"] == 0


def test_a_dry_run_tells_the_cost(qwentts: Qwentts) -> None:
    """One sentence with the date and the source of the price; numbers for scripts; no key, no request."""
    text = "你好。" * 300
    assert re.fullmatch(
        r"1,500 characters billed · about 4 min of sound · about 1 s to make · 0\.015 USD "
        r"\(intl, qwen3-tts-flash; prices of 2026-\d\d-\d\d: .+\)\n",
        qwentts("say", text, "-o", "a.wav", "--dry-run").text,
    )
    facts = qwentts("say", text, "-o", "a.wav", "--dry-run", "--json").json
    assert (facts["segments"], facts["characters"], facts["cached_segments"]) == (3, 1500, 0)
    assert (facts["price"], facts["currency"]) == (0.015, "USD")
    assert facts["sound_s"] == pytest.approx(200, abs=30)


def test_a_dry_run_looks_where_the_run_would(online: Qwentts, sandbox: Sandbox) -> None:
    """Into the cache, and at the file that would be overwritten; it counts as the run does."""
    long = " ".join(f"Sentence {n} of some length." for n in range(60))
    estimated = online("say", long, "-o", "a.wav", "--dry-run", "--json").json
    made = online("say", long, "-o", "a.wav", "--json").json
    assert estimated["characters"] == made["usage"]["characters"]
    assert estimated["segments"] == made["files"][0]["segments"] == 4
    assert "exists already" in online("say", long, "-o", "a.wav", "--dry-run", code=2).stderr
    assert "there is no folder" in online("say", "Hi", "-o", "no/a.wav", "--dry-run", code=2).stderr
    again = online("say", long, "-o", "b.wav", "--dry-run")
    assert again.text.startswith("0 characters billed · cached: 4 of 4 segments")
    assert "cached" not in online("say", long, "-o", "b.wav", "--dry-run", "--refresh").text
    assert sum(record.method == "POST" for record in sandbox.ledger) == 4


def test_the_last_line_tells_what_it_took(qwentts: Qwentts) -> None:
    """Length, characters and price; the sandbox's as in intl, for nothing is billed there."""
    words = ("say", "Hello, world.", "--region", "sandbox")
    last = "0:0. of sound, 13 characters, 0.00013 USD as in intl; nothing is billed"
    assert re.fullmatch(last, qwentts(*words, "-o", "a.wav").stderr.splitlines()[-1])


def test_a_budget_holds_for_one_text_too(online: Qwentts, sandbox: Sandbox) -> None:
    """Exit 10 before the request that would cross it."""
    long = " ".join(f"Sentence {n} of some length." for n in range(40))
    online("say", long, "-o", "x.wav", "--max-characters", "700", code=10)
    assert 0 < sum(record.billed for record in sandbox.ledger) <= 700
    assert "--max-characters" in online("say", "Hi", "-o", "x.wav", "--max-cost", "1", code=2).stderr


@pytest.mark.parametrize(
    "text", [b"A whole line ends with a stop.\n", b"A line without one\n", b"An unfinished"]
)
def test_a_silent_writer_is_heard(online: ForkedQwentts, text: bytes) -> None:
    """What somebody has written into a pipe sounds before the pipe ends, finished or not."""
    said = ("say", "-", "-o", "-", "--format", "pcm", "--live-wait", "0.1")
    with online.piped(*said) as (run, stdin, stdout):
        stdin.write(text)
        stdin.flush()
        heard = stdout.read(9_000)
        stdin.write(b" And more.")
        stdin.close()
        heard += stdout.read()
        assert run.wait().code == 0
    assert without_space(read_back_pcm(heard)) == without_space(f"{text.decode()}And more.")
