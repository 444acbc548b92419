"""Speed, pitch, volume, seed and sample rate: where they may stand, and what becomes of them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import soundfile

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import Qwentts, at
from tests.tones import read_back, read_back_pcm

AUDIO = ("-m", "qwen-audio-3.1-tts-flash")
TUNED = ("--speed", "1.5", "--pitch", "0.8", "--volume", "10", "--seed", "7")


def asked(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [json.loads(record.body)["input"] for record in sandbox.ledger if record.method == "POST"]


def test_the_sound_is_as_it_was_asked_for(online: Qwentts, sandbox: Sandbox) -> None:
    """Faster, lower and more quiet; the document says so."""
    document = online("say", "Tuned.", *AUDIO, *TUNED, "-o", "a.wav", "--json").json
    file = {name: document["files"][0][name] for name in ("speed", "pitch", "volume", "seed")}
    assert file == {"speed": 1.5, "pitch": 0.8, "volume": 10, "seed": 7}
    assert read_back(online.folder / "a.wav", speed=1.5, pitch=0.8) == "Tuned."
    samples, _ = soundfile.read(online.folder / "a.wav", dtype="int16")
    assert 3000 < np.abs(samples).max() < 3400
    sent = {name: asked(sandbox)[0][name] for name in ("rate", "pitch", "volume", "seed")}
    assert sent == {"rate": 1.5, "pitch": 0.8, "volume": 10, "seed": 7}


@pytest.mark.parametrize(
    ("name", "rate"), [("a.wav", 44_100), ("a.mp3", 48_000), ("a.opus", 16_000), ("a.ogg", 22_050)]
)
def test_a_file_has_the_sample_rate_that_was_asked_for(online: Qwentts, name: str, rate: int) -> None:
    """Whatever its format; Opus always plays at 48 kHz."""
    online("say", "At a rate.", *AUDIO, "--sample-rate", str(rate), "-o", name)
    assert read_back(online.folder / name) == "At a rate."
    assert soundfile.info(online.folder / name).samplerate in {rate, 48_000 if name == "a.opus" else rate}


def test_a_pipe_has_the_sample_rate_too(online: Qwentts) -> None:
    """Raw samples, as they are made, and silence between segments that is as long as it should be."""
    args = ("-o", "-", "--format", "pcm", "--sample-rate", "16000")
    result = online("say", "Raw.", *AUDIO, *args)
    assert read_back_pcm(result.stdout, 16_000) == "Raw."


def test_a_format_that_cannot_hold_the_rate_is_refused_first(online: Qwentts, sandbox: Sandbox) -> None:
    """Nothing was sent, so that it is a matter of the arguments, in a batch and its joined file too."""
    (online.folder / "list.txt").write_text("One.\n")
    rate = (*AUDIO, "--sample-rate", "44100")
    lines = ("batch", "list.txt", "--lines", *rate)
    for args in (
        ("say", "Hi.", *rate, "-o", "a.opus"),
        (*lines, "--format", "opus"),
        (*lines, "--join", "all.opus"),
    ):
        assert "Opus cannot hold audio of 44100 Hz" in online(*args, code=2).stderr
    other = online("say", "Hi.", *AUDIO, "--sample-rate", "11025", "-o", "a.wav", code=2)
    assert "no sample rate of 11025 Hz. It has 8000, 16000" in other.stderr
    assert sandbox.ledger == []


@pytest.mark.parametrize("option", ["pitch", "volume", "seed", "sample-rate"])
def test_a_model_that_does_not_take_it_is_told_before_anything_is_sent(
    online: Qwentts, sandbox: Sandbox, option: str
) -> None:
    """With those that do; a model newer than the catalogue is judged by its endpoint."""
    value = "16000" if option == "sample-rate" else "2"
    for model in ("qwen3-tts-flash", "qwen4-tts-flash"):
        result = online("say", "Hi.", "-m", model, f"--{option}", value, "-o", "a.wav", code=2)
        assert f"model {model} takes no {option.replace('-', ' ')}. These take one:" in result.stderr
        assert AUDIO[1] in result.stderr
    assert sandbox.ledger == []


def test_what_is_as_usual_needs_no_model(online: Qwentts, sandbox: Sandbox) -> None:
    """So that an option can take back a setting; it is the same request, kept under the same key."""
    online("config", "set", "pitch", "1.5")
    failed = online("say", "Hi.", "-o", "a.wav", code=2)
    assert f"takes no pitch (set in {online.home}" in failed.stderr
    online("say", "Hi.", "--pitch", "1", "-o", "a.wav")
    online("config", "unset", "pitch")
    usual = ("--speed", "1.0", "--pitch", "1", "--volume", "50", "--sample-rate", "24000")
    assert "from the cache" in online("say", "Hi.", *usual, "-o", "b.wav").stderr
    assert asked(sandbox) == [{"text": "Hi.", "voice": "Cherry"}]


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--speed", "2.1", "a number from 0.5 to 2"),
        ("--pitch", "nan", "a number from 0.5 to 2"),
        ("--volume", "101", "a whole number from 0 to 100"),
        ("--seed", "65536", "a whole number from 0 to 65535"),
        ("--sample-rate", "44.1k", "a whole number from 8000 to 48000"),
    ],
)
def test_a_value_out_of_range_is_refused(qwentts: Qwentts, option: str, value: str, expected: str) -> None:
    """The message has the range."""
    assert expected in qwentts("say", "Hi.", *AUDIO, option, value, "-o", "a.wav", code=2).stderr


def test_each_row_of_a_list_can_have_its_own(online: Qwentts) -> None:
    """As a number or a string; what a row does not say is that of the options."""
    rows = [
        {"text": "One.", "speed": 2, "volume": "20"},
        {"text": "Two.", "pitch": 1.25},
        {"text": "Three."},
    ]
    (online.folder / "list.jsonl").write_text("\n".join(map(json.dumps, rows)))
    args = ("batch", "list.jsonl", *AUDIO, "-d", "out", "--speed", "1.5")
    made = online(*args, "--json", "--report", "page.html").json["items"]
    assert [(row["speed"], row["pitch"], row["volume"]) for row in made] == [
        (2.0, None, 20),
        (1.5, 1.25, None),
        (1.5, None, None),
    ]
    assert read_back(online.folder / "out/0001.wav", speed=2) == "One."
    assert read_back(online.folder / "out/0002.wav", speed=1.5, pitch=1.25) == "Two."
    assert "speed 2.0, volume 20" in (online.folder / "page.html").read_text(encoding="utf-8")
    assert online(*args, "--explain", "--json").json["skipped"] == 3
    changed = online(*args[:-1], "1.6", "--explain", "--json").json
    assert [row["status"] for row in changed["items"]] == ["skipped", "changed", "changed"]


def test_what_is_wrong_with_a_row_is_told_with_its_place(online: Qwentts, sandbox: Sandbox) -> None:
    """All of it at once; nothing is sent."""
    (online.folder / "list.csv").write_text("text,pitch,model\nOne.,high,\nTwo.,1.5,\nThree.,1.5," + AUDIO[1])
    errors = online("batch", "list.csv", "-d", "out", code=2).stderr
    assert "list.csv:2: pitch: expected a number from 0.5 to 2" in errors
    assert "list.csv:3: model qwen3-tts-flash takes no pitch" in errors
    assert "there are 2 problems" in errors
    assert sandbox.ledger == []


def test_a_dry_run_reckons_with_the_speed(online: Qwentts) -> None:
    """Twice as fast is half as long."""
    text = "This is a sentence of some length. " * 20
    usual, fast = (
        online("say", text, *AUDIO, *tuned, "--dry-run", "--json").json["sound_s"]
        for tuned in ((), ("--speed", "2"))
    )
    assert fast == pytest.approx(usual / 2, abs=1)


def test_a_refused_sentence_is_silence_of_the_same_rate(qwentts: Qwentts) -> None:
    """Else the file could not go on behind it."""
    (qwentts.folder / "one.txt").write_text("Bad. Good.")
    args = ("batch", "one.txt", *AUDIO, "--sample-rate", "16000", "--on-refused", "skip", "-d", "out")
    with Sandbox(voice_engine="tones", faults="post:refuse=Bad") as server:
        at(qwentts, server)(*args)
    assert read_back(qwentts.folder / "out/one.wav") == "Good."
