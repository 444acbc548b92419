"""Items as a table: CSV and TSV, the first row naming the fields."""

from __future__ import annotations

import csv
import re
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.item import FIELDS
from qwentts_cli.manifest.lines import MAX_CHARS
from qwentts_cli.manifest.problems import quoted, unknown_field
from qwentts_cli.wording import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qwentts_cli.manifest.item import Row
    from qwentts_cli.manifest.lines import Lines
    from qwentts_cli.manifest.problems import Report

_LONGEST_COLUMN_NAME: Final = 20
_SEPARATOR: Final = re.compile(r"sep=([;,|\t])", re.IGNORECASE)
_OTHER_DELIMITERS: Final = (";", "\t", "|", ",")


class TableRows:
    """Reads a table as spreadsheets write it: quotation marks are around a cell, and doubled inside of it.

    An empty cell is as if the field were not there; rows of nothing else are left out.
    """

    def __init__(
        self,
        lines: Lines,
        name: str,
        report: Report,
        *,
        delimiter: str,
        ignore_extra: bool,
        columns: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.is_empty = True
        self._lines = lines
        self._name = name
        self._report = report
        self._delimiter = delimiter
        self._ignore_extra = ignore_extra or bool(columns)
        self._columns = columns
        self._number = 0

    @property
    def removed_controls(self) -> int:
        return self._lines.removed_controls

    def place(self, field: str = "") -> str:
        del field
        return f"{self._name}:{self._number}"

    def __iter__(self) -> Iterator[Row]:
        rows = self._cells()
        header = next(rows, None)
        # A row that could not be read may have been the header.
        fields = self._fields(header) if header and self.is_empty else None
        if fields is None:
            return
        width = len(fields)
        has_text = "text" in fields
        for cells in rows:
            self.is_empty = False
            if len(cells) != width:
                self._report(self.place(), f"the row has {len(cells)} cells, the header {width}")
                continue
            row = {field: cell for field, cell in zip(fields, cells, strict=True) if cell and field}
            if has_text and "text" not in row:
                row["text"] = ""
            yield row

    def _cells(self) -> Iterator[list[str]]:
        """Give the rows that are not blank; `_number` is the line in which the last one began."""
        csv.field_size_limit(MAX_CHARS)  # its default is a 40th of that, for the whole process
        lines, before = iter(self._lines), 0
        first = next(lines, None)
        if first is not None:
            # A spreadsheet's own note of the character between the cells, which is no row.
            note = _SEPARATOR.fullmatch(first)
            self._delimiter, before = (note[1], 1) if note else (self._delimiter, 0)
            lines = lines if note else chain([first], lines)
        reader = csv.reader((f"{line}\n" for line in lines), delimiter=self._delimiter, strict=True)
        while True:
            self._number = reader.line_num + before + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.is_empty = False
                self._report(self.place(), _explain(str(error)))
                if "limit" in str(error):
                    return
            else:
                if any(cells):
                    yield cells

    def _fields(self, header: list[str]) -> list[str] | None:
        """Return the field of each column, "" for one that is ignored; None after reporting a problem."""
        cells = [cell.strip() for cell in header]
        absent = [column for column in self._columns.values() if column not in cells]
        for column in absent:
            self.is_empty = False
            hint = self._delimiter_hint(cells) or suggest(column, cells, "Columns")
            self._report(self.place(), f"there is no column {quoted(column)}", hint)
        if absent:
            return None
        fields = [renamed(cell, self._columns) for cell in cells]
        problems = [
            (f"the column {quoted(field)} is there twice", "")
            for field in dict.fromkeys(fields)
            if field in FIELDS and fields.count(field) > 1
        ]
        if not self._has_header(fields):
            hint = "Its first row names the columns, one of them 'text' or 'file', such as: id,text,voice."
            problems = [("the file has no header", hint)]
        elif not self._ignore_extra:
            problems += [self._unknown(field) for field in fields if field not in FIELDS]
        if not problems and not {"text", "file"} & set(fields):
            problems = [("the first row names no column 'text' or 'file'", suggest("", FIELDS, "Fields"))]
        for text, hint in problems:
            self.is_empty = False
            self._report(self.place(), text, hint)
        return None if problems else [field if field in FIELDS else "" for field in fields]

    def _has_header(self, fields: list[str]) -> bool:
        """Whether the first row can be one, though perhaps with other columns or between other characters."""
        text = self._delimiter.join(fields)
        words = {word.strip().lower() for word in re.split(r"[;,|\t]", text)}
        is_prose = any(" " in field and len(field) > _LONGEST_COLUMN_NAME for field in fields)
        return bool(words & set(FIELDS)) or not is_prose

    def _unknown(self, field: str) -> tuple[str, str]:
        if not field:
            return "a column has no name", ""
        hint = self._delimiter_hint([field]) or suggest(field, FIELDS, "Fields")
        if hint.startswith("Fields") and not self._columns:
            hint += " A column of another name: --column text=NAME."
        return unknown_field(field), hint

    def _delimiter_hint(self, cells: list[str]) -> str:
        others = (char for char in _OTHER_DELIMITERS if char != self._delimiter)
        other = next((char for char in others if any(char in cell for cell in cells)), None)
        return f"If cells end with {other!r}, add --delimiter {other!r}." if other else ""


def renamed(name: str, columns: Mapping[str, str]) -> str:
    """The field that a column of that name is: its own, unless another column was named for that."""
    named = next((field for field, column in columns.items() if column == name), None)
    return named or ("" if name in columns else name)


def check_delimiter(delimiter: str) -> str:
    r"""Return the character that ends a cell; a tab may be written `\t`.

    Raises:
        UsageError: it is not a single character, or one that has another meaning.
    """
    char = "\t" if delimiter == r"\t" else delimiter
    if len(char) != 1 or char in '"\r\n\0 ':
        raise UsageError(
            f"the delimiter is {quoted(delimiter)}, not one character", hint=r"Examples: ';', '|', '\t'."
        )
    return char


def _explain(error: str) -> str:
    if "end of data" in error:
        return "a quotation mark in the row that begins here is never closed"
    if "limit" in error:
        return f"a cell is longer than {MAX_CHARS >> 20} MB: is a quotation mark never closed?"
    if "expected after" in error:
        return "a cell goes on behind its closing quotation mark: write those inside a cell twice"
    return f"not a table: {error}"
