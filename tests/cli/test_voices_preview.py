"""`qwentts voices preview`: what each voice says, where it goes, and what it costs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.speech.preview.preview import load_sentences
from tests.players import player
from tests.shells import install_program, open_program, open_shell
from tests.tones import read_back, read_back_pcm

if TYPE_CHECKING:
    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts
    from tests.reliability.forked import ForkedQwentts

LONG = "A sentence that takes a while to be spoken. " * 12


def sent(sandbox: Sandbox) -> list[dict[str, str]]:
    return [json.loads(record.body)["input"] for record in sandbox.ledger if record.phase == "post"]


@pytest.mark.parametrize(
    ("voice", "code", "wire"),
    [
        ("Cherry", "zh", "Chinese"),
        ("Sohee", "ko", "Korean"),
        ("Dylan", "zh", "Chinese"),
        ("Lenn", "de", "German"),
    ],
)
def test_each_speaks_its_own_language(
    online: Qwentts, sandbox: Sandbox, voice: str, code: str, wire: str
) -> None:
    """Nobody hears a Korean by a Chinese sentence."""
    online("voices", "preview", voice, "-d", "out")
    assert read_back(online.folder / "out" / f"{voice}.wav") == load_sentences()[code]
    assert sent(sandbox)[0]["language_type"] == wire


def test_voices_of_both_families_are_heard_side_by_side(online: Qwentts) -> None:
    """With a text of one's own, each in a file of its name; a second time it costs nothing."""
    made = online("voices", "preview", "Ono Anna", "abby_v3.1", "--text", "Hello there.", "-d", "out")
    assert made.text.splitlines() == ["out/Ono Anna.wav", "out/Abby_v3.1.wav"]
    for path in made.text.splitlines():
        assert read_back(online.folder / path) == "Hello there."
    again = online(
        "voices", "preview", "Ono Anna", "abby_v3.1", "--text", "Hello there.", "-d", "new", "--json"
    )
    assert [voice["id"] for voice in again.json["voices"]] == ["Ono Anna", "Abby_v3.1"]
    assert again.json["usage"] == {"characters": 0, "tokens": None}


def test_a_language_chooses_the_voices_and_the_sentence(online: Qwentts, sandbox: Sandbox) -> None:
    """`-l th`: only those that speak Thai, and they do."""
    made = online("voices", "preview", "-l", "th", "--format", "mp3", "-d", "out").text.splitlines()
    assert len(made) == 4
    assert {one["text"] for one in sent(sandbox)} == {load_sentences()["th"]}
    assert read_back(online.folder / made[0]) == load_sentences()["th"]


def test_a_text_of_ones_own_comes_from_a_file_or_a_pipe(online: Qwentts) -> None:
    """Also a long one, and the same for every voice."""
    (online.folder / "text.txt").write_text(LONG)
    online("voices", "preview", "Cherry", "Ethan", "-f", "text.txt", "-d", "a", "--format", "flac")
    online("voices", "preview", "Cherry", "Ethan", "-f", "-", "-d", "b", stdin=b"From a pipe.")
    for name in ("Cherry", "Ethan"):
        assert "".join(read_back(online.folder / "a" / f"{name}.flac").split()) == "".join(LONG.split())
        assert read_back(online.folder / "b" / f"{name}.wav") == "From a pipe."


def test_a_dry_run_tells_of_limits_that_would_be_crossed(online: Qwentts) -> None:
    """That of the run and that of the day, as `say --dry-run` does."""
    del online.env["QWENTTS_BASE_URL"]
    words = ("voices", "preview", "Cherry", "Bella", "--region", "sandbox", "--dry-run")
    assert "cross the limit of this run" in online(*words, "--max-cost", "0.0001").stderr
    assert "would cross the" in online(*words, env={"QWENTTS_BUDGET": "0.0001 USD/day"}).stderr
    assert "would cross" not in online(*words, "--max-cost", "1").stderr


def test_more_than_ten_need_a_yes(online: Qwentts, sandbox: Sandbox) -> None:
    """The price is told first; what is in the cache already needs none."""
    dry = online("voices", "preview", "Cherry", "Bella", "--dry-run").text
    assert dry.startswith(f"{2 * 47} characters billed")
    refused = online("voices", "preview", "-m", "qwen3-tts-instruct-flash", "-d", "out", code=10)
    assert "24 voices have" in refused.stderr
    assert "Add --yes" in refused.stderr
    assert sandbox.ledger == []
    online("voices", "preview", "-m", "qwen3-tts-instruct-flash", "-d", "out", "--yes")
    count = len(sandbox.ledger)
    online("voices", "preview", "-m", "qwen3-tts-instruct-flash", "-d", "again")
    assert len(sandbox.ledger) == count


def test_a_terminal_is_asked_about_many(online: ForkedQwentts, sandbox: Sandbox) -> None:
    """Enter is no."""
    args = ("voices", "preview", "-m", "qwen3-tts-instruct-flash", "-d", "out")
    with open_program(online, *args) as terminal:
        assert "24 voices have" in terminal.wait_for("Go on? [y/N]")
        terminal.type("\n")
        assert "nothing was sent" in terminal.read_all()
    assert sandbox.ledger == []


def test_one_refused_voice_does_not_keep_the_others(online: Qwentts) -> None:
    """It is told, and the exit code says that something is missing; if it is the only one, why, and once."""
    made = online("voices", "preview", "Cherry", "Zebedee", "Ethan", "--text", "Hi.", "-d", "out", code=8)
    assert made.text.splitlines() == ["out/Cherry.wav", "out/Ethan.wav"]
    assert "Zebedee: the service does not" in made.stderr
    for place in (("-d", "out"), ("--html", "page.html")):
        alone = online("voices", "preview", "Zebedee", *place, code=6)
        assert alone.stderr.count("does not accept voice Zebedee") == 1
        several = online("voices", "preview", "Zebedee", "Zuleika", *place, code=6)
        assert [several.stderr.count(f"not accept voice {name}") for name in ("Zebedee", "Zuleika")] == [1, 1]
        assert "none of 2 voices was accepted" in several.stderr
    assert not (online.folder / "page.html").exists()


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("Cherri",), "Did you mean Cherry?"),
        (("Cherry", "--gender", "male"), "Give names, or filters"),
        (("--search", "nobody is like this"), "no voice is like that"),
        (("Cherry", "-d", "out", "--html", "x.html"), "Give one of them"),
        (("Cherry", "--format", "mp3"), "Add -d DIR"),
        (("Cherry", "--html", "no/where.html"), "no folder"),
        (("Cherry", "--text", " ", "-d", "out"), "nothing in it to speak"),
        (("Cherry", "--text", "a", "-f", "b"), "Give one or the other"),
        (("Abby_v3.1", "-m", "qwen3-tts-flash"), "These models have it"),
    ],
)
def test_what_cannot_be_is_refused_before_it_costs_anything(
    online: Qwentts, sandbox: Sandbox, args: tuple[str, ...], says: str
) -> None:
    """Exit 2, and nothing is sent."""
    assert says in online("voices", "preview", *args, code=2).stderr
    assert sandbox.ledger == []


def test_a_file_that_is_there_is_not_overwritten(online: Qwentts, sandbox: Sandbox) -> None:
    """Unless --force says so; no other is made either."""
    (online.folder / "out").mkdir()
    (online.folder / "out" / "Ethan.wav").write_bytes(b"mine")
    args = ("voices", "preview", "Cherry", "Ethan", "--text", "Hi.", "-d", "out")
    assert "--force" in online(*args, code=2).stderr
    assert sandbox.ledger == []
    online(*args, "--force")
    assert read_back(online.folder / "out" / "Ethan.wav") == "Hi."


def test_they_are_played_one_after_the_other(online: Qwentts) -> None:
    """Where there is no terminal to press a key, each to its end, with its name."""
    env = player(online, "cat >> heard.pcm; echo >> runs.txt")
    played = online("voices", "preview", "Cherry", "Ethan", "--text", "Hi.", env=env)
    assert (online.folder / "runs.txt").read_text() == "\n\n"
    assert read_back_pcm((online.folder / "heard.pcm").read_bytes()) == "Hi.Hi."
    assert "Cherry  芊悦  female" in played.stderr
    assert played.stdout == b""


def test_space_goes_on_and_q_stops(online: ForkedQwentts) -> None:
    """Nobody has to wait for the end of a voice that is none; the terminal is as it was afterwards."""
    env = online.environment(player(online, "cat > /dev/null"))
    args = ("voices", "preview", "Cherry", "Ethan", "Kai", "--text", LONG, "--no-color")
    install_program(online.home, online.server)
    shell = ["/bin/sh", "-c", '"$@"; echo "exit $?"; stty -a', "sh", f"{online.home}/qwentts", *args]
    with open_shell(shell, online.folder, env) as terminal:
        assert "space: next, q: stop" in terminal.wait_for("Cherry")
        terminal.type(" ")
        terminal.wait_for("Ethan")
        terminal.type("q")
        shown = terminal.read_all()
    assert "Kai" not in shown
    assert "exit 0" in shown
    assert " icanon" in shown
    assert " echo " in shown
