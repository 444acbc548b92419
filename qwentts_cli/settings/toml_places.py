"""Where in a TOML file something stands, which the parser doesn't tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

TomlPath = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<string>\"{3}.*?(?<!\\)\"{3,5}|'{3}.*?'{3,5}|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*')
    |(?P<bare>[^\s\#\"'\[\]{},=]+)
    |(?P<mark>[\[\]{},=\n])""",
    re.VERBOSE | re.DOTALL,
)


class _Token(NamedTuple):
    text: str
    start: int

    @property
    def is_mark(self) -> bool:
        return self.text in set("[]{},=\n")


class TomlPlaces:
    """The places in a file that is known to be TOML.

    A path such as `("models", 1, "price")` leads to the price of the second of the models.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [
            _Token(found[0], found.start()) for found in _TOKEN.finditer(text) if not found["comment"]
        ]
        self._tokens.append(_Token("\n", len(text)))
        self._next = 0
        self._starts: dict[TomlPath, int] = {(): 0}
        self._last: dict[TomlPath, int] = {}
        self._scan()

    def find(self, path: TomlPath) -> tuple[int, int]:
        """Line and column, from 1; of what is not there, those of what it would be in."""
        while path not in self._starts:
            path = path[:-1]
        start = self._starts[path]
        return self._text.count("\n", 0, start) + 1, start - self._text.rfind("\n", 0, start)

    def _scan(self) -> None:
        table: TomlPath = ()
        while self._next < len(self._tokens):
            token = self._tokens[self._next]
            if token.text == "[":
                table = self._read_header(token.start)
            elif token.is_mark:
                self._next += 1
            else:
                self._read_pair(table)

    def _read_header(self, start: int) -> TomlPath:
        is_array = self._tokens[self._next + 1].text == "["
        self._next += 1 + is_array
        table: TomlPath = ()
        for name in self._read_key():
            table = (*table, name)
            if table in self._last:
                table = (*table, self._last[table])
        if is_array:
            name_of_all = table if isinstance(table[-1], str) else table[:-1]
            self._last[name_of_all] = self._last.get(name_of_all, -1) + 1
            table = (*name_of_all, self._last[name_of_all])
        self._note(table, start)
        return table

    def _read_pair(self, table: TomlPath) -> None:
        start = self._tokens[self._next].start
        path = (*table, *self._read_key())
        for length in range(len(table) + 1, len(path) + 1):
            self._note(path[:length], start)
        self._next += 1
        self._read_value(path)

    def _read_key(self) -> Iterator[str]:
        """The names of a dotted key; the mark behind it is next."""
        names = []
        while not (token := self._tokens[self._next]).is_mark:
            is_quoted = token.text[0] in "\"'"
            names += [token.text[1:-1]] if is_quoted else [part for part in token.text.split(".") if part]
            self._next += 1
        return iter(names)

    def _read_value(self, path: TomlPath) -> None:
        opening = self._tokens[self._next].text
        self._next += 1
        number = 0
        while opening in {"[", "{"} and (token := self._tokens[self._next]).text not in {"]", "}"}:
            if token.text in {",", "\n"}:
                self._next += 1
            elif opening == "{":
                self._read_pair(path)
            else:
                self._note((*path, number), token.start)
                self._read_value((*path, number))
                number += 1
        if opening in {"[", "{"}:
            self._next += 1
        while not self._tokens[self._next].is_mark:  # a day and a time of day
            self._next += 1

    def _note(self, path: TomlPath, start: int) -> None:
        self._starts.setdefault(path, start)
