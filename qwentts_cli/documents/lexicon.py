"""How words are said: `word = "spoken form"`, for all of a text or only in a language or with a voice.

    Qwen = "千问"
    "重庆" = "chong2 qing4"

    [language.de]
    Euro = "Oiro"

    [voice.Ethan]
    SQL = "sequel"

A word in small letters is found however it is written; any other only as it stands. The longest word wins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field

from qwentts_cli.documents.model import Substitution
from qwentts_cli.errors import UsageError
from qwentts_cli.storage.stdin import read_file_or_stdin
from qwentts_cli.text.punctuation import HAN, KANA, is_speakable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

_SCOPES: Final = ("language", "voice")
_SYLLABLE: Final = "[a-zü]{1,6}[1-5]"
_PINYIN: Final = f"{_SYLLABLE}(?: {_SYLLABLE})*"
_LONGEST: Final = 200  # characters of a word, and of what is said for it


class Entry(Struct, frozen=True):
    """`word` is said as `spoken`; a `language` or `voice` that is not empty (in small letters) limits it."""

    word: str
    spoken: str
    language: str = ""
    voice: str = ""

    @property
    def is_pinyin(self) -> bool:
        """Whether it tells the tones of Chinese characters: a syllable with its tone for each of them."""
        return bool(re.fullmatch(_PINYIN, self.spoken)) and bool(
            re.fullmatch(f"[{HAN}]{{{self.spoken.count(' ') + 1}}}", self.word)
        )


class Pronunciation(Struct, frozen=True):
    """How the text of one voice and language is changed: `substitutions` by us, `pinyin` by the service."""

    substitutions: tuple[Substitution, ...] = ()
    pinyin: Mapping[str, str] = field(default_factory=dict)


class Lexicon:
    """The entries of a file; `used` are those that were found in a text so far."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self.used: set[Entry] = set()
        self._finders: dict[tuple[str, frozenset[str]], _Finder] = {}

    def pronounce(self, text: str, *, voice: str = "", languages: Collection[str] = ()) -> Pronunciation:
        """Find the words of `text`; `languages` are the names and codes of the one it is in."""
        key = voice.casefold(), frozenset(language.casefold() for language in languages)
        finder = self._finders.get(key)
        if finder is None:
            finder = self._finders[key] = _Finder(_applying(self.entries, *key))
        found = finder.find(text)
        self.used.update(entry for _, _, entry in found)
        return Pronunciation(
            tuple(
                Substitution(start=start, end=end, spoken=entry.spoken)
                for start, end, entry in found
                if not entry.is_pinyin
            ),
            {entry.word: entry.spoken for _, _, entry in found if entry.is_pinyin},
        )

    @property
    def has_pinyin(self) -> bool:
        """Whether a word has pinyin, which only the service can read."""
        return any(entry.is_pinyin for entry in self.entries)

    @property
    def unused(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry not in self.used)


def read_lexicon(path: Path) -> Lexicon:
    """Read a lexicon file.

    Raises:
        UsageError: it cannot be read, is not TOML, or says something else than words.
    """
    import tomllib

    try:
        table = tomllib.loads(read_file_or_stdin(path, "the lexicon").decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"cannot read the lexicon {path}: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"the lexicon {path} is not TOML: {error}") from None
    entries = [_entry(path, word, spoken) for word, spoken in table.items() if not _is_scope(word, spoken)]
    for scope in _SCOPES:
        tables = table.get(scope)
        for name, words in tables.items() if isinstance(tables, Mapping) else ():
            if not isinstance(words, Mapping):
                raise UsageError(
                    f"the lexicon {path} has no words in {scope}.{name}", hint=f"Write [{scope}.{name}]."
                )
            limit = {scope: name.casefold()}
            entries += [_entry(path, word, spoken, **limit) for word, spoken in words.items()]
    return Lexicon(entries)


def substitute(text: str, substitutions: Sequence[Substitution]) -> str:
    """Give what is said; of substitutions that overlap, the first one counts."""
    parts: list[str] = []
    place = 0
    for change in sorted(substitutions, key=lambda change: change.start):
        if change.start >= place:
            parts += (text[place : change.start], change.spoken)
            place = change.end
    return "".join((*parts, text[place:]))


def _is_scope(word: str, value: object) -> bool:
    return word in _SCOPES and isinstance(value, Mapping)


def _entry(path: Path, word: str, spoken: object, *, language: str = "", voice: str = "") -> Entry:
    if not isinstance(spoken, str) or len(spoken) > _LONGEST:
        raise UsageError(
            f"the lexicon {path} has no spoken form for {word!r}", hint=f'Write "{word}" = "...".'
        )
    if not is_speakable(word) or len(word) > _LONGEST:
        raise UsageError(f"the lexicon {path} has the word {word!r}, which nobody can say")
    return Entry(word, spoken.strip(), language, voice)


def _applying(entries: Iterable[Entry], voice: str, languages: frozenset[str]) -> list[Entry]:
    """Choose the entries for a voice and a language, the more particular one where there are several."""
    chosen: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda entry: bool(entry.voice) * 2 + bool(entry.language)):
        if entry.voice in {"", voice} and (not entry.language or entry.language in languages):
            chosen[entry.word] = entry
    return list(chosen.values())


class _Finder:
    def __init__(self, entries: Sequence[Entry]) -> None:
        longest_first = sorted(entries, key=lambda entry: -len(entry.word))
        self._exact = {entry.word: entry for entry in longest_first}
        self._folded = {e.word.lower(): e for e in longest_first if e.word == e.word.lower()}
        words = [_pattern(entry.word) for entry in longest_first]
        self._pattern = re.compile("|".join(words)) if words else None

    def find(self, text: str) -> list[tuple[int, int, Entry]]:
        if self._pattern is None:
            return []
        return [
            (match.start(), match.end(), self._entry_of(match[0])) for match in self._pattern.finditer(text)
        ]

    def _entry_of(self, found: str) -> Entry:
        known = self._exact.get(found) or self._folded.get(found.lower())
        # More letters are alike to a pattern than to `lower`: İ and i, the two signs of micro.
        return known or next(
            entry
            for word, entry in self._folded.items()
            if re.fullmatch(re.escape(word), found, re.IGNORECASE)
        )


def _pattern(word: str) -> str:
    """Make a pattern that finds a word as a whole, where its script has spaces between words."""
    letter = rf"[^\W{HAN}{KANA}]"
    escaped = re.escape(word)
    before = rf"(?<!{letter})" if re.match(letter, word) else ""
    last = word[-1]
    if re.match("[\uac00-\ud7a3]", last):
        after = ""  # Korean particles are written on to the word
    elif re.match(letter, last):
        after = rf"(?!{letter}|[+#])"  # C is not in C++
    else:
        after = "" if re.match(r"\w", last) else f"(?!{re.escape(last)})"
    return f"{before}{f'(?i:{escaped})' if word == word.lower() else escaped}{after}"
