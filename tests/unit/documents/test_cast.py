"""Each speaker has a voice before anything is sent, or is listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.documents.cast import cast_passages, read_cast
from qwentts_cli.documents.formats.script import parse_script
from qwentts_cli.documents.model import Manner
from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

VOICES = ("Cherry", "Ethan")


def manners(script: str, cast: str) -> list[Manner]:
    return [p.manner for p in cast_passages(parse_script([script]).passages(), read_cast(cast, VOICES))]


def test_pairs_and_names_of_voices() -> None:
    """A speaker who is called like a voice needs no entry, and a narrator has the voice of the whole."""
    assert manners("Ann: a\ncherry: b\nNarrator: c\n旁白：d", "ann=Ethan") == [
        Manner(voice="Ethan"),
        Manner(voice="Cherry"),
        Manner(),
        Manner(),
    ]


def test_a_file_tells_more(tmp_path: Path) -> None:
    """Instructions of a turn replace those of the cast."""
    path = tmp_path / "cast.toml"
    path.write_text('Ann = "Cherry"\n[Bob]\nvoice = "Ethan"\ninstructions = "Old."\nspeed = 0.9\n')
    assert manners("Ann: a\nBob: b\nBob (angry): c", str(path)) == [
        Manner(voice="Cherry"),
        Manner(voice="Ethan", instructions="Old.", speed=0.9),
        Manner(voice="Ethan", instructions="angry", speed=0.9),
    ]


def test_lists_all_who_have_no_voice() -> None:
    """Every one is named once, in whatever case, with line and turns, and a slip with what was meant."""
    with pytest.raises(UsageError) as caught:
        manners("Alice: a\nAlcie: b\nBob: c\n\nBOB: d", "Alice=Cherry")
    assert caught.value.message == "2 speakers have no voice: Alcie, Bob"
    assert caught.value.details == (
        "Alcie (line 2, 1 turn): did you mean Alice?",
        "Bob (line 3, 2 turns)",
    )
    assert '--cast "Alcie=VOICE,Bob=VOICE"' in caught.value.hint


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("= 1", "is not TOML"),
        ("Ann = 1", "no voice for 'Ann'"),
        ("[Ann]\nvice = 'x'", "has 'vice' of 'Ann'"),
        ("[Ann]\nspeed = true", "has 'speed' of 'Ann'"),
    ],
)
def test_refuses_what_is_no_cast(tmp_path: Path, content: str, why: str) -> None:
    """A mistake in a cast is told with the file and what is expected."""
    path = tmp_path / "cast.toml"
    path.write_text(content)
    with pytest.raises(UsageError, match=why):
        read_cast(str(path), VOICES)


@pytest.mark.parametrize("given", ["Ann=", "=Cherry", "Ann=Cherry,,Bob=Ethan", "missing.toml"])
def test_refuses_what_is_no_list(given: str) -> None:
    """A pair without one half is a mistake, and so is a file that is not there."""
    with pytest.raises(UsageError):
        read_cast(given, VOICES)
