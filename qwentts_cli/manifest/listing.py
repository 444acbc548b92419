"""A list of items that can be read again and again, one item at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.documents.input_format import InputFormat
from qwentts_cli.documents.reader import DocumentReader
from qwentts_cli.manifest.chapters import ChapterRows
from qwentts_cli.manifest.item import ExtraFields
from qwentts_cli.manifest.jsonl import JsonRows
from qwentts_cli.manifest.lines import BadLineError, LineRows, Lines, WholeText
from qwentts_cli.manifest.sniff import sniff_delimiter, sniff_list
from qwentts_cli.manifest.sources import Kind
from qwentts_cli.manifest.streams import SteadyFile
from qwentts_cli.manifest.tabular import TableRows
from qwentts_cli.text.reading.read import note_removed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from qwentts_cli.manifest.assembly import Assembler
    from qwentts_cli.manifest.item import Item, ManifestOptions, Rows
    from qwentts_cli.manifest.problems import Report
    from qwentts_cli.manifest.sources import Source
    from qwentts_cli.manifest.streams import PipeCopy, Stream


class Listing:
    """The items of all sources; `copies` are those of the pipes among them, by name."""

    def __init__(
        self, sources: Sequence[Source], options: ManifestOptions, copies: Mapping[str, PipeCopy]
    ) -> None:
        self._sources = sources
        self._options = options
        self._copies = copies
        self._note: Callable[[str], None] = lambda _: None
        self._states: dict[str, tuple[int, int]] = {}

    def items(self, assembler: Assembler, note: Callable[[str], None] = lambda _: None) -> Iterator[Item]:
        """Give the items that are right, and report what is wrong with the others.

        `note` is told of the control characters that were left out of a source.

        Raises:
            UsageError: a file of rows has changed since it was read first.
        """
        self._note = note
        for source in self._sources:
            if source.kind is Kind.TEXT:
                item = assembler.from_file(source)
                if item:
                    yield item
            else:
                yield from self._from_rows(source, assembler, note)

    def _from_rows(self, source: Source, assembler: Assembler, note: Callable[[str], None]) -> Iterator[Item]:
        stream: Stream | None = None
        try:
            stream = self._open(source)
            rows = self._rows(source, stream, assembler.report)
            for row in rows:
                item = assembler.from_row(row, rows, source)
                if item:
                    yield item
            note_removed(rows.removed_controls, source.name, note)
            if rows.is_empty:
                assembler.report("", f"there are no items in {source.name}")
        except BadLineError as bad:
            assembler.report(f"{source.name}:{bad.line}:{bad.column}", bad.text, bad.hint)
        except OSError as error:
            assembler.report("", f"cannot read {source.name}: {error.strerror}")
        finally:
            if stream:
                stream.close()

    def _open(self, source: Source) -> Stream:
        if source.kind is Kind.PIPE:
            return self._copies[source.name].open()
        file = SteadyFile(source.name, self._states.get(source.name))
        self._states[source.name] = file.state
        return file

    def _rows(self, source: Source, stream: Stream, report: Report) -> Rows:
        options = self._options
        if source.kind is Kind.CHAPTERS:
            reader = DocumentReader(options.encoding, self._note, options.documents)
            return ChapterRows(
                source,
                reader,
                has_folder=len(self._sources) > 1,
                is_named=options.template is not None,
                extension=options.extension,
            )
        kind, delimiter = self._row_format(source, stream)
        lines = Lines(stream, options.encoding)
        ignore_extra = options.extra_fields is ExtraFields.IGNORE
        columns = options.columns
        if kind is Kind.JSONL:
            return JsonRows(lines, source.name, report, ignore_extra=ignore_extra, columns=columns)
        if kind in {Kind.CSV, Kind.TSV}:
            delimiter = delimiter or ("\t" if kind is Kind.TSV else sniff_delimiter(stream))
            return TableRows(
                lines, source.name, report, delimiter=delimiter, ignore_extra=ignore_extra, columns=columns
            )
        if kind is Kind.TEXT:
            return WholeText(lines, source.name)
        return LineRows(lines, source.name)

    def _row_format(self, source: Source, stream: Stream) -> tuple[Kind, str | None]:
        """How the rows of a source are written, and what ends the cells of a table."""
        delimiter, asked = self._options.delimiter, self._options.documents.format
        if source.kind is not Kind.PIPE:
            return source.kind, delimiter
        if asked is InputFormat.AUTO:
            kind, found = sniff_list(stream, self._options.encoding)
            return kind, delimiter or found
        return (Kind[asked.name] if asked.is_list or asked is InputFormat.TEXT else Kind.LINES), delimiter
