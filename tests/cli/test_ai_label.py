"""`--ai-label`: what was made by AI says so, in every file, by GB 45438-2025."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import mutagen
import pytest

from tests.tones import read_back

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

LABEL = {
    "Label": "1",
    "ContentProducer": "Alibaba Cloud",
    "ProduceID": "",
    "ReservedCode1": "",
    "ContentPropagator": "某公司",
    "PropagateID": "n-7",
    "ReservedCode2": "",
}
AUDIO = ("-m", "qwen-audio-3.1-tts-flash")


@pytest.fixture
def labelled(online: Qwentts) -> Qwentts:
    """Somebody who hands sound on."""
    online.env |= {"QWENTTS_AI_LABEL_BY": "某公司", "QWENTTS_AI_LABEL_ID": "n-7"}
    return online


def label_of(path: Path) -> Any:
    """The field of a file, as any reader of tags has it; `None` without one."""
    if path.suffix == ".wav":
        found = info_of(path.read_bytes()).get(b"AIGC")
    else:
        tags = mutagen.File(path).tags or {}
        name = {".mp3": "TXXX:AIGC", ".m4a": "\xa9cmt"}.get(path.suffix, "AIGC")
        found = str(tags[name][0]) if name in tags else None
        found = found.removeprefix("AIGC=") if found else None
    return None if found is None else json.loads(found)


def info_of(data: bytes) -> dict[bytes, str]:
    """The texts of a WAV's INFO chunk, read by its sizes."""
    place, found = 12, {}
    while place < len(data):
        name, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        if name == b"LIST" and data[place + 8 : place + 12] == b"INFO":
            key, length = (
                data[place + 12 : place + 16],
                int.from_bytes(data[place + 16 : place + 20], "little"),
            )
            found[key] = data[place + 20 : place + 20 + length].rstrip(b"\0").decode()
        place += 8 + size + size % 2
    assert place == len(data)
    return found


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.flac", "a.ogg", "a.opus", "a.m4a"])
def test_every_format_carries_the_label(labelled: Qwentts, name: str) -> None:
    """Of any model, with what the settings say; the sound is as it was."""
    labelled("say", "By AI.", "--ai-label", "-o", name)
    assert label_of(labelled.folder / name) == LABEL
    assert read_back(labelled.folder / name) == "By AI."


def test_without_the_option_there_is_none(labelled: Qwentts) -> None:
    """And a WAV is the plain one."""
    for name in ("a.wav", "a.flac"):
        labelled("say", "Hi.", "-o", name)
        assert label_of(labelled.folder / name) is None


def test_a_pipe_carries_it_too(labelled: Qwentts) -> None:
    """Its header stands before the samples."""
    sound = labelled("say", "In a pipe.", "--ai-label", "-o", "-").stdout
    assert json.dumps(LABEL, ensure_ascii=False, separators=(",", ":")).encode() in sound[:400]
    assert read_back(sound) == "In a pipe."


def test_the_service_labels_what_it_can(labelled: Qwentts, sandbox: Sandbox) -> None:
    """Its own sound, by who hands it on; that is another sound for the cache."""
    labelled("say", "Hi.", *AUDIO, "-o", "a.wav")
    labelled("say", "Hi.", *AUDIO, "--ai-label", "-o", "b.wav")
    plain, label = (json.loads(record.body)["input"] for record in sandbox.ledger if record.phase == "post")
    assert label == plain | {
        "enable_aigc_tag": True,
        "aigc_propagator": "某公司",
        "aigc_propagate_id": "n-7",
    }
    labelled("say", "Hi.", "--ai-label", "-o", "c.wav")
    assert "enable_aigc_tag" not in sandbox.ledger[-2].body


def test_what_has_no_place_for_it_is_told(labelled: Qwentts) -> None:
    """Raw samples are only samples."""
    result = labelled("say", "Hi.", "--ai-label", "-o", "a.pcm")
    assert "Warning: pcm has no place for the label of AI" in result.stderr


def test_a_batch_and_its_joined_file_are_labelled(labelled: Qwentts) -> None:
    """With the label, files that were made without are made anew, from the cache."""
    (labelled.folder / "list.txt").write_text("One.\nTwo.\n")
    args = ("batch", "list.txt", "--lines", "-d", "out", "--join", "all.mp3")
    labelled(*args)
    labelled(*args, "--ai-label")
    for path in (labelled.folder / "out/0001.wav", labelled.folder / "all.mp3"):
        assert label_of(path) == LABEL
    labelled(*args, "--ai-label", "--check")
