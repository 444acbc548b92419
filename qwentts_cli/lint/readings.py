"""Chinese characters and names of which a voice cannot know how they are read."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from qwentts_cli.lint.remark import Remark, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_FILE: Final = Path(__file__).with_name("readings.toml")


class _Readings(Struct, frozen=True):
    """`pattern` takes words that are clear first, so that no character in them is taken for doubtful."""

    pattern: re.Pattern[str]
    characters: Mapping[str, str]
    names: Mapping[str, str]


def find_readings(text: str) -> Iterator[Remark]:
    """Find what has two readings in a Chinese text, unless the word around it tells which."""
    known = _load()
    for found in known.pattern.finditer(text):
        word = found["doubtful"]
        if not word:
            continue
        if word in known.names:
            message = f"{word}, as a name, is read {known.names[word]}"
        else:
            message = f"{word} may be read {known.characters[word].replace(', ', ' or ')}"
        yield Remark(
            rule=Rule.READINGS,
            start=found.start(),
            text=word,
            message=message,
            option="--lexicon",
            subject=word,
        )


@cache
def _load() -> _Readings:
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    characters = {character: entry["readings"] for character, entry in table["characters"].items()}
    clear = {word for entry in table["characters"].values() for word in entry["clear"].split()}
    doubtful = "|".join((*_longest_first(table["names"]), f"[{''.join(characters)}]"))
    pattern = re.compile(f"(?:{'|'.join(_longest_first(clear))})|(?P<doubtful>{doubtful})")
    return _Readings(pattern, characters, table["names"])


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)
