"""The recipes of `docs/recipes.md` do what they say, in the shell that they are for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.players import player
from tests.shells import install_program
from tests.unit.documents.books import write_epub

if TYPE_CHECKING:
    from tests.reliability.forked import ForkedQwentts

PAGE = (Path(__file__).parents[1] / "docs" / "recipes.md").read_text(encoding="utf-8")
# What each leaves behind; of what is played or told, nothing.
LEAVES = {
    "Make: only what changed": ["audio/01.mp3", "audio/02.mp3"],
    "Cron: the news at seven": ["audio/today.wav"],
    "xargs and GNU parallel": ["chapters/01.txt.mp3", "chapters/02.txt.mp3"],
    "A chat bot that speaks": ["joke.txt"],
    "A folder of dialogue as one list": [
        "dialogue.mp3",
        "audio/dialogue/1-ann.wav",
        "audio/dialogue/2-bob.wav",
    ],
    "Results with jq": ["lengths.tsv"],
    "Through ffmpeg": ["loud.wav"],
    "An e-book as one file with chapters": ["book.mp3"],
    "Subtitles": ["talk.mp3", "talk.srt", "talk.vtt"],
    "Watch the cost": ["audio/01.wav"],
}
SHELLS = {"sh", "cron", "jq", "ffmpeg", "parallel"}


class Recipe(NamedTuple):
    title: str
    blocks: list[tuple[str, str]]

    def commands(self) -> list[str]:
        """What is to be typed, without what needs a program that is not here."""
        found = []
        for kind, text in self.blocks:
            if kind == "cron":
                found.append(re.sub(r"^(\S+\s+){5}", "", text))
            elif kind == "sh" or (kind in SHELLS and shutil.which(kind)):
                found.append(text)
        return found


def read_recipes() -> list[Recipe]:
    sections = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)[1:]
    return [
        Recipe(title, re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
        for title, text in zip(sections[::2], sections[1::2], strict=True)
    ]


RECIPES = read_recipes()


def test_there_are_ten_recipes() -> None:
    """Each of them is tried below, in a shell that is known."""
    assert [recipe.title for recipe in RECIPES] == list(LEAVES)
    assert len(RECIPES) == 10
    assert {kind for recipe in RECIPES for kind, _ in recipe.blocks} == SHELLS | {"make"}


@pytest.mark.parametrize("recipe", RECIPES, ids=[recipe.title for recipe in RECIPES])
def test_a_recipe_works(online: ForkedQwentts, recipe: Recipe) -> None:
    """Every command of it ends well, and what it promises is there."""
    env = prepare(online, recipe)
    commands = recipe.commands()
    if not commands or ("make" in dict(recipe.blocks) and not shutil.which("make")):
        pytest.skip("the program that it is for is not installed")
    for command in commands:
        run(command, online, env)
    assert [name for name in LEAVES[recipe.title] if not (online.folder / name).stat().st_size] == []


def test_make_makes_only_what_changed(online: ForkedQwentts) -> None:
    """The second run has nothing to do, and a newer text is spoken again over what is there."""
    if not shutil.which("make"):
        pytest.skip("make is not installed")
    (recipe,) = (recipe for recipe in RECIPES if recipe.title.startswith("Make"))
    env = prepare(online, recipe)
    run("make", online, env)
    assert "Nothing to be done" in run("make", online, env)
    text, audio = online.folder / "chapters/02.txt", online.folder / "audio/02.mp3"
    size = audio.stat().st_size
    text.write_text("Good evening. It was a fine day, and a long one too.")
    later = audio.stat().st_mtime_ns + 1_000_000_000
    os.utime(text, ns=(later, later))
    shown = run("make", online, env)
    assert "chapters/02.txt" in shown
    assert "chapters/01.txt" not in shown
    assert audio.stat().st_size > size


def run(command: str, qwentts: ForkedQwentts, env: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-c", f"set -eo pipefail; {command}"],
        cwd=qwentts.folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def prepare(qwentts: ForkedQwentts, recipe: Recipe) -> dict[str, str]:
    """Make the files that the recipes name, a player, and a bot."""
    env = qwentts.environment(player(qwentts, "[ $1 = --help ] || exec cat >/dev/null"))
    install_program(qwentts.home / "bin", qwentts.server)
    bot = qwentts.home / "bin" / "llm"
    bot.write_text('#!/bin/sh\necho "What is brown and sticky?"\necho "A stick."\n')
    bot.chmod(0o755)
    folder = qwentts.folder
    (qwentts.home / "news").symlink_to(folder)
    for name in (
        "chapters/01.txt",
        "chapters/02.txt",
        "dialogue/1-ann.txt",
        "dialogue/2-bob.txt",
        "inbox/today.txt",
        "talk.txt",
    ):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("Good morning. It is a fine day.")
    (folder / "items.jsonl").write_text('{"text": "One."}\n{"text": "Two."}\n')
    write_epub(folder / "book.epub", {"a.xhtml": "<h1>One</h1><p>It begins.</p>"}, {"One": "a.xhtml"})
    for kind, text in recipe.blocks:
        if kind == "make":
            (folder / "Makefile").write_text(text)
    if recipe.title == "Watch the cost":  # at a server with prices
        return env | {"QWENTTS_BASE_URL": "", "QWENTTS_REGION": "sandbox"}
    return env
