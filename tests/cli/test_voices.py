"""`qwentts voices`: the catalogue, for people and for scripts."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import PROGRAM, Qwentts


def ids(qwentts: Qwentts, *args: str) -> list[str]:
    return [voice["id"] for voice in qwentts("voices", *args, "--json").json["voices"]]


def test_all_are_listed_one_a_line(qwentts: Qwentts) -> None:
    """A line each, so that grep and wc work; no terminal codes in a pipe."""
    listed = qwentts("voices").text
    assert listed.count("\n") == 130
    assert "\x1b" not in listed
    assert listed == qwentts("voices", "list").text


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
        (("--gender", "female", "--dialect", "beijing"), 0),
    ],
)
def test_filters_narrow_the_list(qwentts: Qwentts, args: tuple[str, ...], count: int) -> None:
    """The counts are those of the service's own list."""
    assert len(ids(qwentts, *args)) == len(ids(qwentts, "list", *args)) == count


def test_show_has_every_fact(qwentts: Qwentts) -> None:
    """One voice, found by any of its names."""
    facts = qwentts("voices", "show", "dylan", "--json").json
    assert facts["id"] == "Dylan"
    assert facts["dialect"] == "Beijing"
    assert "qwen3-tts-flash" in facts["models"]
    assert "晓东" in qwentts("voices", "show", "Beijing - Dylan").text


def test_a_slip_gets_a_suggestion(qwentts: Qwentts) -> None:
    """Voices, models, genders: a name that is none is exit 2."""
    assert "Did you mean Cherry?" in qwentts("voices", "show", "Cherri", code=2).stderr
    assert "qwentts voices" in qwentts("voices", "show", "Somebody", code=2).stderr
    assert "Models are" in qwentts("voices", "-m", "whatever-9", code=2).stderr
    assert "female, male" in qwentts("voices", "--gender", "robot", code=2).stderr


def test_a_closed_pipe_ends_quietly(qwentts: Qwentts) -> None:
    """`qwentts voices | head -1` prints a line and nothing else."""
    process = qwentts.start("voices", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(20) == 141


def test_a_full_disk_is_told(qwentts: Qwentts) -> None:
    """A listing that did not reach its place is no success."""
    with Path("/dev/full").open("wb") as full:
        process = qwentts.start("voices", stdout=full, stderr=subprocess.PIPE)
        _, stderr = process.communicate(timeout=20)
    assert process.returncode == 7
    assert b"cannot write to stdout: No space left" in stderr


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
