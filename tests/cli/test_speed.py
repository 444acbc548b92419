"""Another speed with a model that has one: its sound is stretched here, and all that is told agrees."""

from __future__ import annotations

import json
from typing import Any

import pytest
import soundfile

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import Qwentts, at
from tests.tones import read_back

FAST = ("--speed", "1.25")


def length(online: Qwentts, name: str) -> int:
    return int(soundfile.info(online.folder / name).frames)


def cues(online: Qwentts, name: str) -> list[dict[str, Any]]:
    segments: list[dict[str, Any]] = json.loads((online.folder / name).read_text())["segments"]
    return segments


def test_the_sound_is_stretched_and_kept_as_it_came(online: Qwentts, sandbox: Sandbox) -> None:
    """So that the service is asked once, whatever the speed; it is told who made it so."""
    made = online("say", "Hello.", *FAST, "-o", "fast.wav", "--json").json["files"][0]
    assert (made["speed"], made["speed_by"], made["cached"]) == (1.25, "qwentts", False)
    usual = online("say", "Hello.", "-o", "usual.wav", "--json").json["files"][0]
    assert (usual["speed"], usual["speed_by"], usual["cached"]) == (None, None, True)
    online("say", "Hello.", "--speed", "0.8", "-o", "slow.wav")
    frames = length(online, "usual.wav")
    assert read_back(online.folder / "fast.wav", speed=1.25) == "Hello."
    assert length(online, "fast.wav") == round(frames / 1.25)
    assert length(online, "slow.wav") == round(frames / 0.8)
    bodies = [json.loads(record.body)["input"] for record in sandbox.ledger if record.method == "POST"]
    assert bodies == [{"text": "Hello.", "voice": "Cherry"}]


def test_the_service_does_it_where_it_can(online: Qwentts) -> None:
    """The document says so."""
    args = ("say", "Hi.", *FAST, "-m", "qwen-audio-3.1-tts-flash", "-o", "a.wav", "--json")
    assert online(*args).json["files"][0]["speed_by"] == "service"


def test_a_pipe_has_the_same_sound_while_it_comes(online: Qwentts) -> None:
    """Piece by piece, or from the cache."""
    args = ("say", "First. Second.", *FAST, "--format", "pcm", "-o")
    piped = [online(*args, "-", *more).stdout for more in (["--no-cache"], [], [])]
    online(*args, "file.pcm")
    assert {*piped} == {(online.folder / "file.pcm").read_bytes()}


def test_cues_pauses_and_the_estimate_agree_with_it(online: Qwentts) -> None:
    """A cue ends with its sentence; the pause between them is as long as it was asked for."""
    text = ("say", "First one.\n\nThe second one.", "--paragraph-pause", "1")
    for name, speed in (("usual", ()), ("fast", FAST)):
        online(*text, *speed, "-o", f"{name}.wav", "--subtitles", f"{name}.json")
    usual, fast = cues(online, "usual.json"), cues(online, "fast.json")
    said_ms = usual[1]["start_ms"] - 1000
    assert fast[1]["start_ms"] - 1000 == pytest.approx(said_ms / 1.25, abs=100)
    assert fast[1]["end_ms"] == pytest.approx(1000 * length(online, "fast.wav") / 24_000, abs=100)
    assert length(online, "fast.wav") - 24_000 == pytest.approx(
        (length(online, "usual.wav") - 24_000) / 1.25, abs=2
    )
    long = ("say", "A sentence of some length. " * 40, "--dry-run", "--json")
    seconds = [online(*long, *speed).json["sound_s"] for speed in ((), ("--speed", "2"))]
    assert seconds[1] == pytest.approx(seconds[0] / 2, abs=1)


@pytest.mark.parametrize("speed", ["0.5", "2"])
def test_it_is_no_doubt_that_a_slow_sound_is_long(online: Qwentts, speed: str) -> None:
    """What is judged is what is heard, by the speed that was asked for."""
    text = "The quick brown fox jumps over the lazy dog, and then it does that again."
    made = online("say", text, "--speed", speed, "-o", "a.wav", "--json").json["files"][0]
    usual = online("say", text, "-o", "b.wav", "--json").json["files"][0]
    assert made["doubts"] == usual["doubts"]


def test_each_row_and_each_speaker_has_its_own(online: Qwentts, sandbox: Sandbox) -> None:
    """Another speed is another file to make, and nothing to pay."""
    (online.folder / "list.jsonl").write_text('{"text": "One.", "speed": 1.25}\n{"text": "Two."}\n')
    args = ("batch", "list.jsonl", "-d", "out", "--json")
    rows = online(*args).json["items"]
    assert [(row["speed"], row["speed_by"]) for row in rows] == [(1.25, "qwentts"), (None, None)]
    assert read_back(online.folder / "out/0001.wav", speed=1.25) == "One."
    assert read_back(online.folder / "out/0002.wav") == "Two."
    again = online(*args, *FAST).json["items"]
    assert [row["status"] for row in again] == ["skipped", "made"]
    assert again[1]["cached"]
    (online.folder / "cast.toml").write_text('[Ann]\nvoice = "Ethan"\nspeed = 1.25\n')
    (online.folder / "play.txt").write_text("Ann: Two.\n")
    online("say", "-f", "play.txt", "--input-format", "script", "--cast", "cast.toml", "-o", "said.wav")
    assert read_back(online.folder / "said.wav", speed=1.25) == "Two."
    assert sum(record.method == "POST" for record in sandbox.ledger) == 3


def test_a_part_of_a_text_can_be_faster(online: Qwentts) -> None:
    """By a mark; the rest is as it comes."""
    online("say", "[[speed 1.25]]Fast.[[/speed]]", "--markup", "-o", "a.wav")
    online("say", "[[speed 1.25]]Fast.[[/speed]] Usual.", "--markup", "-o", "b.wav")
    online("say", "Usual.", "-o", "c.wav")
    assert read_back(online.folder / "a.wav", speed=1.25) == "Fast."
    assert length(online, "b.wav") == length(online, "a.wav") + length(online, "c.wav")


def test_what_is_asked_for_again_is_stretched_too(qwentts: Qwentts) -> None:
    """The better of two takes, at the speed that was asked for."""
    with Sandbox(voice_engine="tones", faults="get:short=30#1") as server:
        online = at(qwentts, server)
        made = online("say", "Hello there, all of you.", *FAST, "--retake", "1", "-o", "a.wav", "--json").json
    assert made["files"][0]["doubts"] == []
