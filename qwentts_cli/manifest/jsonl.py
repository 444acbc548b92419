"""Items as JSON, one object a line."""

from __future__ import annotations

import json
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import msgspec

from qwentts_cli.manifest.item import FIELDS, NUMBERS
from qwentts_cli.manifest.problems import quoted, unknown_field
from qwentts_cli.manifest.tabular import renamed
from qwentts_cli.text.reading.decode import decode_argument
from qwentts_cli.wording import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qwentts_cli.manifest.item import Row
    from qwentts_cli.manifest.lines import Lines
    from qwentts_cli.manifest.problems import Report

_KNOWN: Final = frozenset(FIELDS)
_PATHS: Final = frozenset({"file", "output"})
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSENDABLE = re.compile("[\0\ud800-\udfff]")
_PLAIN: Final = msgspec.json.Decoder(dict[str, str])
_QUOTES_OF_A_FIELD: Final = 4
_NAMES: Final = {type(None): "null", bool: "a boolean", dict: "an object", list: "an array"}


class _RepeatedKeyError(ValueError):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class JsonRows:
    """Reads JSON Lines: `null` or an empty string is like no such field; `id` may be a number."""

    def __init__(
        self,
        lines: Lines,
        name: str,
        report: Report,
        *,
        ignore_extra: bool,
        columns: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._lines = lines
        self._name = name
        self._report = report
        self._ignore_extra = ignore_extra or bool(columns)
        self._columns = columns
        self._number = 0
        self._line = ""
        self._removed = 0

    @property
    def is_empty(self) -> bool:
        return not self._number

    @property
    def removed_controls(self) -> int:
        return self._lines.removed_controls + self._removed

    def __iter__(self) -> Iterator[Row]:
        decoder = json.JSONDecoder(object_pairs_hook=_without_repeats)
        for number, line in enumerate(self._lines, 1):
            if not line or line.isspace():
                continue
            self._number, self._line = number, line
            try:
                row = self._plain(line) or self._checked(decoder.decode(line))
            except json.JSONDecodeError as error:
                self._report(f"{self.place()}:{error.colno}", f"not JSON: {error.msg}")
            except _RepeatedKeyError as error:
                self._report(self.place(error.key), f"the field {quoted(error.key)} is there twice")
            except (ValueError, RecursionError):
                self._report(self.place(), "not JSON that can be read: nested too deep, or a number too long")
            else:
                if row is not None:
                    yield row

    def place(self, field: str = "") -> str:
        place = f"{self._name}:{self._number}"
        if not field:
            return place
        found = re.search(f"{re.escape(json.dumps(field, ensure_ascii=False))}\\s*:", self._line)
        return f"{place}:{found.start() + 1}" if found else place

    def _plain(self, line: str) -> Row | None:
        """Read a line that has nothing but texts under names of fields, none empty; `None` for any other.

        That takes a fifth of the time, and a list may have a million rows.
        """
        if self._columns or '\\"' in line:
            return None
        try:
            row = _PLAIN.decode(line)
        except ValueError:
            return None
        # A field that is there twice adds quotation marks to the line, but no entry to the row.
        is_plain = line.count('"') == _QUOTES_OF_A_FIELD * len(row) and row.keys() <= _KNOWN
        if not (row and is_plain and all(row.values())):
            return None
        return None if "\\" in line and any(map(_ODD.search, row.values())) else row

    def _checked(self, value: object) -> Row | None:
        if not isinstance(value, dict):
            kind = _NAMES.get(type(value), "a single value")
            self._report(self.place(), f"expected an object in braces, not {kind}")
            return None
        if self._columns:
            value = {renamed(key, self._columns): found for key, found in value.items()}
        row: Row = {}
        is_good = True
        for field, found in value.items():
            text = self._text(field, found, value)
            is_good = is_good and text is not None
            if text or (text is not None and field == "text"):
                row[field] = text
        return row if is_good else None

    def _text(self, field: str, found: object, row: dict[str, object]) -> str | None:
        """Return what `field` says, "" if that is nothing, or None after a problem was reported."""
        if field not in _KNOWN:
            return self._extra(field)
        if (field == "id" and type(found) is int) or (field in NUMBERS and type(found) in {int, float}):
            return str(found)
        if found is None and (field != "text" or row.get("file")):
            return ""
        if not isinstance(found, str):
            kind = _NAMES.get(type(found), "a number")
            self._report(self.place(field), f"{field}: expected a string, not {kind}")
            return None
        return self._sendable(field, found) if _ODD.search(found) else found

    def _sendable(self, field: str, found: str) -> str | None:
        if bad := _UNSENDABLE.search(found):
            kind = "a NUL character" if bad[0] == "\0" else "half of a surrogate pair"
            self._report(self.place(field), f"{field}: has {kind}")
            return None
        if field in _PATHS:  # they are refused, not changed
            return found
        text, decoder = decode_argument(found)
        self._removed += decoder.removed_controls
        return text

    def _extra(self, field: str) -> str | None:
        if self._ignore_extra:
            return ""
        hint = suggest(field, FIELDS, "Fields")
        self._report(self.place(field), unknown_field(field), hint)
        return None


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _RepeatedKeyError(next(key for key in keys if keys.count(key) > 1))
    return found
