"""Files read as what they are: a plain text as it stands, anything else as it is read aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec import field
from msgspec.structs import replace

from qwentts_cli.documents.input_format import DocumentFormat, InputFormat
from qwentts_cli.documents.model import PARAGRAPH_BREAK, Chapter, Document, count_left_out
from qwentts_cli.documents.options import DocumentOptions
from qwentts_cli.errors import UsageError
from qwentts_cli.text.reading.likeness import Likeness, likeness
from qwentts_cli.text.reading.read import Reader
from qwentts_cli.text.units import count_units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from qwentts_cli.documents.chapters import ChapterPattern
    from qwentts_cli.documents.model import Passage


_T = TypeVar("_T")
_UNSPEAKABLE = {Likeness.RTF, Likeness.JSON, Likeness.JSON_LINES}


class DocumentReader(Reader, frozen=True):
    """A reader of text that reads documents too; `note` is told what was left out of them."""

    options: DocumentOptions = field(default_factory=DocumentOptions)

    def file(self, path: Path) -> Iterator[str]:
        """Read the text of a file, in pieces.

        Raises:
            UsageError: it cannot be read, or has not the chapters that are wanted.
        """
        options = self.options
        if self.has_manners:
            yield from Chapter(title="", passages=lambda: self.passages(path)).text()
            return
        kind = self.kind(path)
        if kind is DocumentFormat.TEXT and not options.chapters:
            yield from self.looked_at(self._plain.file(path), str(path))
            return
        document = self._open(path, kind)
        yield from _join(chapter for _, chapter in self._wanted(document, path))
        self._tell_left_out(path, document)

    def looked_at(self, pieces: Iterator[str], name: str) -> Iterator[str]:
        """Look at the beginning of a text of that name, and say so if not all of it seems to be for the ear.

        Raises:
            UsageError: it is RTF or JSON, of which nobody wants to hear a word.
        """
        if self.options.format is not InputFormat.AUTO:
            yield from pieces
            return
        first = next(pieces, "")
        kind = likeness(first)
        if kind in _UNSPEAKABLE:
            raise UsageError(
                f"{name} looks like {kind}, not like a text to speak",
                hint="Add --input-format text to have it spoken as it stands.",
            )
        if kind:
            self.note(f"{name} looks like {kind}: its marks are spoken too; name it with --input-format")
        if "[[" in first and not self.options.markup:
            self._tell_marks(first, name)
        yield first
        yield from pieces

    def kind(self, path: Path) -> DocumentFormat:
        """Tell what a file is read as; with a cast, a plain text is a script."""
        from qwentts_cli.documents.opening import recognise

        asked = self.options.format.document
        found = asked or recognise(path)
        is_script = self.options.cast and not asked and found is DocumentFormat.TEXT
        return DocumentFormat.SCRIPT if is_script else found

    def source(self, path: Path) -> Iterator[str]:
        """Read a file as it stands, with its marks, in pieces."""
        return self._plain.file(path)

    def document(self, path: Path) -> Document:
        """Open a file as a document, with only the chapters that are wanted."""
        document = self._open(path, self.kind(path))
        return replace(document, chapters=lambda: (chapter for _, chapter in self._wanted(document, path)))

    def chapters(self, path: Path) -> Iterator[tuple[int, Chapter]]:
        """Give the chapters of a file that are wanted, with their numbers in it."""
        return self._wanted(self._open(path, self.kind(path)), path)

    def list_chapters(self, path: Path) -> Iterator[str]:
        """Give a line for each chapter that is wanted: its number, its title and its billed characters."""
        for number, chapter in self.chapters(path):
            characters = sum(map(count_units, chapter.text()))
            yield f"{number:4}  {chapter.title or '(no title)'}  ({characters:,} characters)"

    @property
    def is_plain(self) -> bool:
        """Whether a text without a name is spoken as it stands, so that nobody has to wait for its end."""
        options = self.options
        is_text = options.format in {InputFormat.AUTO, InputFormat.TEXT}
        return is_text and not (options.chapters or options.pattern or options.markup or options.cast)

    @property
    def has_manners(self) -> bool:
        """Whether parts of a text may be spoken in different manners."""
        options = self.options
        return options.markup or bool(options.cast) or options.format is InputFormat.SCRIPT

    def keeps_times(self, path: Path) -> bool:
        """Whether what is in the file is spoken at its times."""
        return self.options.keeps_times and self.kind(path) in {DocumentFormat.SRT, DocumentFormat.VTT}

    def least_bytes(self, path: Path) -> int:
        """How many bytes of text a file has at least, as far as its size tells."""
        is_text = self.kind(path) is DocumentFormat.TEXT
        return path.stat().st_size if is_text and not self.options.chapters else 0

    def passages(self, path: Path) -> Iterator[Passage]:
        """Read a file in passages, each in the manner of its speaker and of its marks.

        Raises:
            UsageError: it cannot be read, a mark in it is wrong, or a speaker has no voice.
        """
        document = self.document(path)
        passages = document.passages()
        if self.keeps_times(path):
            passages = iter(sorted(passages, key=lambda passage: passage.start_s or 0.0))
        else:
            passages = (replace(passage, start_s=None, end_s=None) for passage in passages)
        yield from self._cast(passages)
        self._tell_left_out(path, document)

    def stretches(self, path: Path) -> Iterator[Passage]:
        """Read a file in passages, those of which that begin a chapter name it.

        Raises:
            UsageError: as `passages`.
        """
        if self.has_manners or self.options.chapters or self.kind(path) is not DocumentFormat.TEXT:
            return self.passages(path)
        from qwentts_cli.documents.chapters import mark_chapters

        pattern = self._pattern
        passages = mark_chapters(self.looked_at(self._plain.file(path), str(path)), pattern)
        return self._told_of(pattern, path, passages)

    def text_passages(self, pieces: Callable[[], Iterator[str]]) -> Iterator[Passage]:
        """Read a text that has no file in passages."""
        from qwentts_cli.documents.chapters import divide_text

        return self._cast(
            self._marked(Document(chapters=lambda: divide_text(pieces())), has_columns=True).passages()
        )

    def _cast(self, passages: Iterator[Passage]) -> Iterator[Passage]:
        options = self.options
        if not (options.cast or options.format is InputFormat.SCRIPT):
            return passages
        from qwentts_cli.documents.cast import cast_passages, read_cast

        return cast_passages(passages, read_cast(options.cast, options.voices))

    @property
    def _plain(self) -> Reader:
        return Reader(self.encoding, self.note)

    @property
    def _pattern(self) -> ChapterPattern | None:
        if not self.options.pattern:
            return None
        from qwentts_cli.documents.chapters import compile_pattern

        return compile_pattern(self.options.pattern)

    def _open(self, path: Path, kind: DocumentFormat) -> Document:
        from qwentts_cli.documents.opening import open_document

        pattern = self._pattern
        document = open_document(path, kind, self._plain, pattern=pattern)
        divided = replace(document, chapters=lambda: self._told_of(pattern, path, document.chapters()))
        return self._marked(divided, has_columns=kind is DocumentFormat.TEXT)

    def _told_of(self, pattern: ChapterPattern | None, path: Path, parts: Iterator[_T]) -> Iterator[_T]:
        """Give the parts of a text, and say so at its end if nothing in it looks as a title should."""
        yield from parts
        if pattern and not pattern.is_found:
            typed = pattern.expression.pattern
            self.note(f"--chapter-pattern {typed!r} matches nothing in {path}, so that it is one chapter")

    def _tell_marks(self, text: str, name: str) -> None:
        from qwentts_cli.documents.markup import first_mark

        if mark := first_mark(text):
            self.note(
                f"{name} has marks such as {mark}, which are spoken too; add --markup to have them obeyed"
            )

    def _marked(self, document: Document, *, has_columns: bool) -> Document:
        if not self.options.markup:
            return document
        from qwentts_cli.documents.markup import read_markup

        return read_markup(document, has_columns=has_columns)

    def _tell_left_out(self, path: Path, document: Document) -> None:
        if left_out := count_left_out(document.left_out):
            self.note(f"left out of {path}: {left_out}")

    def _wanted(self, document: Document, path: Path) -> Iterator[tuple[int, Chapter]]:
        if self.options.chapters:
            from qwentts_cli.documents.chapters import select_chapters

            return select_chapters(
                document.chapters(), self.options.chapters, lambda text: self.note(f"{path}: {text}")
            )
        return iter(enumerate(document.chapters(), 1))


def _join(chapters: Iterator[Chapter]) -> Iterator[str]:
    for number, chapter in enumerate(chapters):
        if number:
            yield PARAGRAPH_BREAK
        yield from chapter.text()
