"""Which model speaks with which voice, as typed at a shell or written in a list."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.tones import read_back

if TYPE_CHECKING:
    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

AUDIO = "qwen-audio-3.1-tts-flash"


def asked(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [json.loads(record.body) for record in sandbox.ledger if record.phase == "post"]


def test_a_voice_takes_its_model_and_its_endpoint(online: Qwentts, sandbox: Sandbox) -> None:
    """Nothing has to be known but the voice; whole and streamed."""
    online("say", "Hi.", "-v", "abby_v3.1", "-o", "x.wav")
    assert read_back(online.folder / "x.wav") == "Hi."
    online("say", "Yes.", "-v", "abby_v3.1", "-o", "-")
    for body in asked(sandbox):
        assert (body["model"], body["input"]["voice"]) == (AUDIO, "Abby_v3.1")
        assert (body["input"]["format"], body["input"]["sample_rate"]) == ("wav", 24000)


def test_a_model_takes_its_own_voice_and_says_so(online: Qwentts, sandbox: Sandbox) -> None:
    """The usual one is none of its own."""
    result = online("say", "Hi.", "-m", AUDIO, "-o", "x.wav")
    assert f"{AUDIO} has no voice Cherry; longanhuan_v3.1 is used instead" in result.stderr
    assert asked(sandbox)[0]["input"]["voice"] == "longanhuan_v3.1"


def test_a_voice_of_the_other_endpoint_is_refused_before_anything_is_sent(
    online: Qwentts, sandbox: Sandbox
) -> None:
    """With the models that have it."""
    result = online("say", "Hi.", "-m", "qwen3-tts-flash", "-v", "Abby_v3.1", "-o", "x.wav", code=2)
    assert f"These models have it: {AUDIO}" in result.stderr
    assert sandbox.ledger == []


def test_an_ended_model_is_told_once_and_asked_all_the_same(online: Qwentts, sandbox: Sandbox) -> None:
    """The service decides; the user knows day, source and successor."""
    result = online("say", "Hi.", "-m", "qwen3-tts-instruct-flash", "-o", "x.wav")
    assert result.stderr.count("ended on 2026-10-10, as announced for China (Beijing)") == 1
    assert "cosyvoice-v3.5-plus" in result.stderr
    assert asked(sandbox)[0]["model"] == "qwen3-tts-instruct-flash"


def test_a_part_of_an_id_is_refused_with_the_ids(qwentts: Qwentts) -> None:
    """Nobody can know which is meant; a newer version of a known name is sent as it is."""
    assert "qwen3-tts-flash, " in qwentts("say", "Hi.", "-m", "flash", "--dry-run", code=2).stderr
    assert "ids: qwen-audio-3.1-tts-flash." in qwentts("config", "set", "model", "3.1", code=2).stderr
    newer = qwentts("say", "Hi.", "-m", "qwen3-tts-flash-2027-01-01", "--dry-run")
    assert "not in this release's catalogue" in newer.stderr


def test_an_ended_model_of_rows_is_told_once(online: Qwentts) -> None:
    """However many rows name it, in whatever voices."""
    rows = [
        {"text": "One.", "voice": name, "model": "qwen3-tts-instruct-flash"} for name in ("Cherry", "Ethan")
    ]
    (online.folder / "in.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert online("batch", "in.jsonl", "-d", "out").stderr.count("ended on 2026-10-10") == 1


def test_a_language_that_the_model_does_not_speak_is_refused(online: Qwentts, sandbox: Sandbox) -> None:
    """It is a hint where that is what the model takes."""
    assert AUDIO in online("say", "Hi.", "-l", "th", "-o", "x.wav", code=2).stderr
    online("say", "Hi.", "-l", "th", "-m", AUDIO, "-o", "x.wav")
    assert asked(sandbox)[0]["input"]["language_hints"] == ["th"]


def test_the_rows_of_a_list_choose_for_themselves(online: Qwentts, sandbox: Sandbox) -> None:
    """A row's voice takes its model, unless an option has named one."""
    rows = [{"text": "One."}, {"text": "Two.", "voice": "Abby_v3.1"}]
    (online.folder / "in.jsonl").write_text("\n".join(map(json.dumps, rows)))
    online("batch", "in.jsonl", "-d", "out")
    models = {body["input"]["text"]: body["model"] for body in asked(sandbox)}
    assert models == {"One.": "qwen3-tts-flash", "Two.": AUDIO}
    refused = online("batch", "in.jsonl", "-d", "other", "-m", "qwen3-tts-flash", code=2)
    assert "in.jsonl:2" in refused.stderr
    assert AUDIO in refused.stderr
