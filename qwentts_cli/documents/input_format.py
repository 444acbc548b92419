"""What a file may be taken for."""

from __future__ import annotations

from enum import StrEnum


class DocumentFormat(StrEnum):
    """What a file may be; `text` is spoken as it stands."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    EPUB = "epub"
    DOCX = "docx"
    PDF = "pdf"
    SRT = "srt"
    VTT = "vtt"
    SCRIPT = "script"


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
