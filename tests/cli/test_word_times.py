"""Subtitles by the times of the words, where the model gives them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import soundfile

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import Qwentts, at

if TYPE_CHECKING:
    from pathlib import Path

AUDIO = ("-m", "qwen-audio-3.1-tts-flash")
TEXT = "One two. Three, four! 五六。"


def segments(path: Path) -> list[dict[str, Any]]:
    document: dict[str, list[dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))
    return document["segments"]


def words(path: Path) -> list[str]:
    return [word["text"] for segment in segments(path) for word in segment["words"]]


def asked(sandbox: Sandbox) -> list[tuple[str, bool]]:
    """How each request was made, and whether it asked for the times of words."""
    return [
        (record.phase, json.loads(record.body)["input"].get("word_timestamp_enabled", False))
        for record in sandbox.ledger
        if record.method == "POST"
    ]


def test_each_word_has_its_time(online: Qwentts, sandbox: Sandbox) -> None:
    """A cue comes just before its first word, in a file and in a pipe."""
    online("say", TEXT, *AUDIO, "-o", "a.wav", "--subtitles", "a.json")
    assert words(online.folder / "a.json") == ["One", "two", "Three", "four", "五", "六"]
    for segment in segments(online.folder / "a.json"):
        first, last = segment["words"][0], segment["words"][-1]
        assert 0 <= first["start_ms"] - segment["start_ms"] <= 80
        assert segment["start_ms"] < last["end_ms"] <= segment["end_ms"]
    online("say", TEXT, *AUDIO, "-o", "-", "--subtitles", "b.json", "--refresh")
    assert segments(online.folder / "b.json") == segments(online.folder / "a.json")
    assert asked(sandbox) == [("sse", True)] * 2


def test_the_cache_gives_the_same_cues(online: Qwentts, sandbox: Sandbox) -> None:
    """It has the words too; and a file without subtitles is asked for as a whole, under the same key."""
    args = ("say", TEXT, *AUDIO, "-o")
    online(*args, "a.wav", "--subtitles", "a.json")
    online(*args, "b.wav", "--subtitles", "b.json", "--subtitles", "b.srt")
    online(*args, "c.wav")
    assert len(asked(sandbox)) == 1
    assert segments(online.folder / "b.json") == segments(online.folder / "a.json")
    online("say", "Other.", *AUDIO, "-o", "d.wav")
    assert asked(sandbox)[-1] == ("post", False)
    online("say", "Other.", *AUDIO, "-o", "e.wav", "--subtitles", "e.json")
    assert len(asked(sandbox)) == 2
    assert [segment["text"] for segment in segments(online.folder / "e.json")] == ["Other."]


def test_the_words_of_later_segments_count_from_the_beginning(online: Qwentts) -> None:
    """With the pause between paragraphs."""
    pause = ("--paragraph-pause", "2")
    online("say", "One.\n\nTwo.\n\nThree.", *AUDIO, *pause, "-o", "a.wav", "--subtitles", "a.json")
    starts = [segment["words"][0]["start_ms"] for segment in segments(online.folder / "a.json")]
    # Three letters and a full stop are 240 ms of tones, and 240 ms of silence.
    assert starts == [0, 480 + 2000, 2 * (480 + 2000)]


def test_a_text_that_was_halved_has_all_its_words(qwentts: Qwentts) -> None:
    """Those of the second half begin where the first ends."""
    with Sandbox(voice_engine="tones", faults="post:limit=9") as server:
        at(qwentts, server)("say", "One two. Three.", *AUDIO, "-o", "a.wav", "--subtitles", "a.json")
    assert words(qwentts.folder / "a.json") == ["One", "two", "Three"]
    starts = [segment["words"][0]["start_ms"] for segment in segments(qwentts.folder / "a.json")]
    assert starts == [0, 8 * 60 + 240]


def test_subtitles_keep_to_the_authors_text(online: Qwentts) -> None:
    """Also where a lexicon has something else said."""
    (online.folder / "words.toml").write_text('Qwen = "千问"\n', encoding="utf-8")
    lexicon = ("--lexicon", "words.toml")
    online("say", "Ask Qwen now.", *AUDIO, *lexicon, "-o", "a.wav", "--subtitles", "a.json")
    assert words(online.folder / "a.json") == ["Ask", "Qwen", "now"]


def test_a_batch_has_them_too(online: Qwentts) -> None:
    """And where the model of one item gives none, its sentences."""
    rows = [{"text": "One two."}, {"text": "Three.", "model": "qwen3-tts-flash", "voice": "Cherry"}]
    (online.folder / "list.jsonl").write_text("\n".join(map(json.dumps, rows)))
    online("batch", "list.jsonl", *AUDIO, "-d", "out", "--subtitles", "json")
    assert words(online.folder / "out/0001.json") == ["One", "two"]
    end_ms = round(soundfile.info(online.folder / "out/0002.wav").duration * 1000)
    assert segments(online.folder / "out/0002.json") == [{"start_ms": 0, "end_ms": end_ms, "text": "Three."}]


def test_a_stream_that_breaks_is_asked_for_again(qwentts: Qwentts) -> None:
    """A file is not spoiled by half a stream."""
    with Sandbox(voice_engine="tones", faults="sse:cut-frame=4#1") as server:
        at(qwentts, server)("say", TEXT, *AUDIO, "-o", "a.wav", "--subtitles", "a.json")
        assert [phase for phase, _ in asked(server)] == ["sse", "sse"]
    assert words(qwentts.folder / "a.json") == ["One", "two", "Three", "four", "五", "六"]


def test_a_sound_that_is_fetched_later_has_its_words(qwentts: Qwentts) -> None:
    """They came with the answer that was paid for, and nothing is paid again."""
    args = ("say", TEXT, *AUDIO, "-o", "a.wav", "--subtitles", "a.json")
    with Sandbox(voice_engine="tones", faults="get:garbage*5") as server:
        run = at(qwentts, server)
        run(*args, code=5)
        run(*args)
        assert asked(server) == [("sse", True)]
    assert words(qwentts.folder / "a.json") == ["One", "two", "Three", "four", "五", "六"]
