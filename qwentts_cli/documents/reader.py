"""Files read as what they are: a plain text as it stands, anything else as it is read aloud."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from qwentts_cli.documents.chapters import compile_pattern, select_chapters
from qwentts_cli.documents.markup import read_markup
from qwentts_cli.documents.model import PARAGRAPH_BREAK, Chapter, Document, count_left_out
from qwentts_cli.documents.opening import DocumentFormat, open_document, recognise
from qwentts_cli.text.read import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class InputFormat(StrEnum):
    """What a file is taken for; `auto` goes by its name, and by its content where that says nothing."""

    AUTO = "auto"
    TEXT = "text"
    LINES = "lines"
    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"
    MARKDOWN = "markdown"
    HTML = "html"
    EPUB = "epub"
    DOCX = "docx"
    PDF = "pdf"
    SRT = "srt"
    VTT = "vtt"
    SCRIPT = "script"

    @property
    def is_list(self) -> bool:
        """Whether it holds items, which only a batch can take."""
        return self in {InputFormat.LINES, InputFormat.JSONL, InputFormat.CSV, InputFormat.TSV}

    @property
    def document(self) -> DocumentFormat | None:
        """The format of a document, None if it is still to be found out."""
        return None if self is InputFormat.AUTO or self.is_list else DocumentFormat(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOptions:
    """How files are read: `chapters` are those wanted ("3-7,9"), `pattern` is what a title looks like."""

    format: InputFormat = InputFormat.AUTO
    chapters: str = ""
    pattern: str = ""
    markup: bool = False


@dataclass(frozen=True, slots=True)
class DocumentReader(Reader):
    """A reader of text that reads documents too; `note` is told what was left out of them."""

    options: DocumentOptions = field(default_factory=DocumentOptions)

    def file(self, path: Path) -> Iterator[str]:
        """Read the text of a file, in pieces.

        Raises:
            UsageError: it cannot be read, or has not the chapters that are wanted.
        """
        options = self.options
        kind = options.format.document or recognise(path)
        if kind is DocumentFormat.TEXT and not (options.chapters or options.markup):
            yield from self._plain.file(path)
            return
        document = self._open(path, kind)
        yield from _join(chapter for _, chapter in self._wanted(document))
        if left_out := count_left_out(document.left_out):
            self.note(f"left out of {path}: {left_out}")

    def document(self, path: Path) -> Document:
        """Open a file as a document, with only the chapters that are wanted."""
        document = self._open(path, self.options.format.document or recognise(path))
        return replace(document, chapters=lambda: (chapter for _, chapter in self._wanted(document)))

    def chapters(self, path: Path) -> Iterator[tuple[int, Chapter]]:
        """Give the chapters of a file that are wanted, with their numbers in it."""
        return self._wanted(self._open(path, self.options.format.document or recognise(path)))

    @property
    def _plain(self) -> Reader:
        return Reader(self.encoding, self.note)

    def _open(self, path: Path, kind: DocumentFormat) -> Document:
        pattern = compile_pattern(self.options.pattern) if self.options.pattern else None
        document = open_document(path, kind, self._plain, pattern=pattern)
        if not self.options.markup:
            return document
        return read_markup(document, has_columns=kind is DocumentFormat.TEXT)

    def _wanted(self, document: Document) -> Iterator[tuple[int, Chapter]]:
        if self.options.chapters:
            return select_chapters(document.chapters(), self.options.chapters)
        return iter(enumerate(document.chapters(), 1))


def _join(chapters: Iterator[Chapter]) -> Iterator[str]:
    for number, chapter in enumerate(chapters):
        if number:
            yield PARAGRAPH_BREAK
        yield from chapter.text()
