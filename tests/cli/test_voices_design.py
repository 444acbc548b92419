"""`qwentts voices design`: described, heard, and kept or not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PROGRAM, Qwentts
from tests.players import SILENT, player
from tests.shells import open_program, open_shell
from tests.tones import read_back, read_back_pcm

if TYPE_CHECKING:
    from qwentts_cli.sandbox.server import Sandbox
    from tests.reliability.forked import ForkedQwentts

TEXT = "Good evening, and welcome aboard."
ARGS = (
    "voices",
    "design",
    "--prompt",
    "an old sailor, warm and hoarse",
    "--preview",
    TEXT,
    "--name",
    "sailor",
)


def actions(sandbox: Sandbox) -> list[str]:
    bodies = [json.loads(row.body) for row in sandbox.ledger if row.phase == "customization"]
    return [body["input"]["action"] for body in bodies]


def test_a_voice_is_designed_and_kept(online: Qwentts, sandbox: Sandbox) -> None:
    """A script says --yes; the preview says its text, in the format that the file is named for."""
    made = online(*ARGS, "-o", "preview.flac", "--yes", "--json").json
    assert read_back(online.folder / "preview.flac") == TEXT
    assert (made["voice"]["name"], made["voice"]["status"]) == ("sailor", "OK")
    assert made["preview"] == "preview.flac"
    online("say", "-v", "sailor", "Ahoy.", "-o", "a.wav")
    assert read_back(online.folder / "a.wav") == "Ahoy."
    assert "delete_voice" not in actions(sandbox)
    usage = online("usage", "--by", "model", "--json").json["rows"]
    assert [row["requests"] for row in usage if row["model"] == "voice-enrollment design"] == [1]


def test_the_older_designer_is_asked_for_its_model(online: Qwentts) -> None:
    """In its own verbs, and with a shorter preview than the newer one takes."""
    args = ("voices", "design", "--prompt", "calm", "--preview", "Hi.", "--name", "calm", "--yes")
    made = online(*args, "-m", "qwen3-tts-vd-2026-01-26", "-o", "p.wav", "-l", "en", "--json").json["voice"]
    assert made["maker"] == "qwen-voice-design"
    assert read_back(online.folder / "p.wav") == "Hi."
    online("say", "-v", "calm", "Hi.", "-o", "a.wav")
    online("voices", "delete", "calm", "--yes")


def asked(online: ForkedQwentts, answer: str) -> str:
    """What a person sees who types that answer."""
    env = player(online, "cat > heard.pcm")
    with open_program(online, *ARGS, env=env) as terminal:
        terminal.wait_for("Keep sailor? [y/N]")
        terminal.type(answer)
        return terminal.read_all()


def test_it_is_heard_before_it_is_kept(online: ForkedQwentts, sandbox: Sandbox) -> None:
    """Played, since no file is named; yes keeps it."""
    assert "say -v sailor" in asked(online, "y\n")
    assert read_back_pcm((online.folder / "heard.pcm").read_bytes()) == TEXT
    assert "delete_voice" not in actions(sandbox)


def test_what_is_not_kept_is_deleted_at_the_service(online: ForkedQwentts, sandbox: Sandbox) -> None:
    """Enter is no; nothing is remembered."""
    asked(online, "\n")
    assert actions(sandbox)[-1] == "delete_voice"
    assert "no voice of your own" in online("voices", "wait", "sailor", code=2).stderr


def test_ctrl_c_is_no(online: Qwentts, sandbox: Sandbox) -> None:
    """As Enter is."""
    env = online.environment(player(online, "cat > /dev/null"))
    with open_shell([*PROGRAM, *ARGS], online.folder, env) as terminal:
        terminal.wait_for("Keep sailor? [y/N]")
        terminal.interrupt()
        terminal.read_all()
    assert actions(sandbox)[-1] == "delete_voice"
    assert online("voices", "list", "--mine").text == ""


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"--preview": "Too short."}, "--preview has 10 characters; 15 to 1,024"),
        ({"--prompt": " "}, "--prompt has 0 characters"),
        ({"--prompt": "x" * 2049}, "--prompt has 2,049 characters"),
        ({"-m": "qwen3-tts-flash"}, "no voice can be designed for qwen3-tts-flash"),
        ({"-m": "qwen3-tts-vc-2026-01-22"}, "no voice can be designed"),
        ({"--name": "Cherry"}, "is a voice of the service"),
        ({"-o": "no/where.wav"}, "no folder"),
    ],
)
def test_what_cannot_be_is_refused_before_it_costs_anything(
    online: Qwentts, sandbox: Sandbox, changes: dict[str, str], says: str
) -> None:
    given = dict(zip(ARGS[2::2], ARGS[3::2], strict=True)) | {"-o": "p.wav"} | changes
    args = [part for pair in given.items() for part in pair]
    assert says in online("voices", "design", *args, "--yes", code=2).stderr
    assert sandbox.ledger == []


def test_a_script_that_does_not_say_yes_pays_nothing(online: Qwentts, sandbox: Sandbox) -> None:
    """Nobody is there to ask whether it is kept; nor is there anything to play it with."""
    assert "--yes" in online(*ARGS, "-o", "p.wav", code=2).stderr
    online(*ARGS, "--yes", env=SILENT | {"PATH": str(online.home)}, code=7)
    assert "create_voice" not in actions(sandbox)
