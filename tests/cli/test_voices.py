"""`qwentts voices`: the catalogue, for people and for scripts."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from tests.conftest import PROGRAM, Qwentts
from tests.shells import on_terminal

if TYPE_CHECKING:
    from tests.reliability.forked import ForkedQwentts

SUNNYS_MODELS = [
    "qwen3-tts-flash",
    "qwen3-tts-flash-2025-11-27",
    "qwen3-tts-flash-2025-09-18",
    "qwen-tts-latest",
    "qwen-tts-2025-05-22",
]


def ids(qwentts: Qwentts, *args: str) -> list[str]:
    return [voice["id"] for voice in qwentts("voices", *args, "--json").json["voices"]]


def test_all_are_listed_one_a_line(qwentts: Qwentts) -> None:
    """A line each, so that grep and wc work; no terminal codes in a pipe."""
    listed = qwentts("voices").text
    assert listed.count("\n") == 130
    assert "\x1b" not in listed
    assert listed == qwentts("voices", "list").text


def test_the_columns_in_a_pipe_stand_fast(qwentts: Qwentts) -> None:
    """TABs between them, and nothing where nothing is known."""
    rows = [line.split("\t") for line in qwentts("voices").text.splitlines()]
    assert {len(row) for row in rows} == {8}
    by_name = {row[0]: row for row in rows}
    assert by_name["Sunny"][1:3] == ["四川-晴儿", "female"]
    assert by_name["Sunny"][4:7] == ["Sichuan", "Sweet Sichuan girl", " ".join(SUNNYS_MODELS)]
    assert by_name["longxing_v3.1"][1] == by_name["longxing_v3.1"][3] == ""
    assert by_name["Sunny"][7].split() == SUNNYS_MODELS[1:]


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_on_a_terminal_it_is_a_table_that_fits(qwentts: ForkedQwentts, columns: int) -> None:
    """No line is longer, though Chinese takes two places; what has ended is marked where there is room."""
    lines = on_terminal(qwentts, columns, "voices", "--no-color")
    assert not [line for line in lines if cell_len(line) > columns]
    assert any(line.startswith("Cherry") for line in lines)
    assert any("qwen3-tts-instruct-flash*" in line for line in lines) is (columns >= 120)
    assert "130 voices" in lines[-1]
    assert not any("\x1b" in line for line in lines)


def test_colour_is_for_terminals_that_want_it(qwentts: ForkedQwentts) -> None:
    """NO_COLOR is obeyed."""
    assert "\x1b[36m" in "".join(on_terminal(qwentts, 80, "voices"))
    qwentts.env["NO_COLOR"] = "1"
    assert "\x1b" not in "".join(on_terminal(qwentts, 80, "voices"))


@pytest.mark.parametrize(
    ("args", "count"),
    [
        (("-m", "qwen3-tts-flash"), 48),
        (("-m", "qwen3-tts-instruct-flash"), 24),
        (("-m", "qwen3-tts-flash-2025-09-18"), 17),
        (("-m", "qwen-tts-latest"), 7),
        (("-m", "qwen-tts"), 4),
        (("-m", "qwen-audio-3.1-tts-flash"), 68),
        (("--language", "ko"), 48 + 4),
        (("--language", "th"), 4),
        (("--search", "v3.1", "--language", "en"), 4 + 15),
        (("--dialect", "sichuan"), 2),
        (("--search", "粤语"), 2),
        (("--search", "warm male"), 2),
        (("--search", "女 girl HONG"), 1),
        (("--dialect", "四川"), 2),
        (("--gender", "female", "--dialect", "beijing"), 0),
    ],
)
def test_filters_narrow_the_list(qwentts: Qwentts, args: tuple[str, ...], count: int) -> None:
    """The counts are those of the service's own list."""
    assert len(ids(qwentts, *args)) == count


def test_filters_narrow_the_list_by_its_full_name_too(qwentts: Qwentts) -> None:
    """`voices` alone is `voices list`."""
    assert ids(qwentts, "list", "-m", "qwen-tts") == ids(qwentts, "-m", "qwen-tts")


def test_show_has_every_fact(qwentts: Qwentts) -> None:
    """One voice, found by any of its names."""
    facts = qwentts("voices", "show", "dylan", "--json").json
    assert facts["id"] == "Dylan"
    assert facts["dialect"] == "Beijing"
    assert "qwen3-tts-flash" in facts["models"]
    shown = qwentts("voices", "show", "Beijing - Dylan").text
    assert "晓东" in shown
    assert "qwen-tts-latest, until 2026-10-10 in China (Beijing)" in shown
    assert "Qwen-TTS voice list, 2026-11-25" in shown


def test_the_command_that_is_shown_uses_the_voice(online: Qwentts) -> None:
    """Also where the name has a space in it, which a shell would part."""
    (command,) = re.findall("to use it +(.*)", online("voices", "show", "ono anna").text)
    program, *args = shlex.split(command)
    assert program == "qwentts"
    said = online(*args, "-o", "x.wav", "--json").json["files"][0]
    assert said["voice"] == "Ono Anna"


def test_a_slip_gets_a_suggestion(qwentts: Qwentts) -> None:
    """Voices, models, genders: a name that is none is exit 2."""
    assert "Did you mean Cherry?" in qwentts("voices", "show", "Cherri", code=2).stderr
    assert "qwentts voices" in qwentts("voices", "show", "Somebody", code=2).stderr
    assert "Models are" in qwentts("voices", "-m", "whatever-9", code=2).stderr
    assert "female, male" in qwentts("voices", "--gender", "robot", code=2).stderr
    assert "Did you mean 'show'?" in qwentts("voices", "shwo", "Cherry", code=2).stderr
    assert "qwentts voices show 'Ono Anna'." in qwentts("voices", "Ono Anna", code=2).stderr


def test_a_closed_pipe_ends_quietly(qwentts: Qwentts) -> None:
    """`qwentts voices | head -1` prints a line and nothing else."""
    process = qwentts.start("voices", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(200) == 141


def test_a_full_disk_is_told(qwentts: ForkedQwentts) -> None:
    """A listing that did not reach its place is no success."""
    with (
        Path("/dev/full").open("wb") as full,
        qwentts.running("voices", streams={1: full.fileno()}) as run,
    ):
        result = run.wait()
    assert result.code == 7
    assert "cannot write to stdout: No space left" in result.stderr


def test_a_closed_stdout_is_told(qwentts: Qwentts) -> None:
    """Nothing to write to is an error, not silence."""
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@" >&-', "sh", *PROGRAM, "voices"],
        env=qwentts.environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 7
    assert b"stdout" in done.stderr
