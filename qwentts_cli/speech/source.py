"""The text of one `say`: words, files or a pipe, checked before anything is sent where that is possible."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.documents.input_format import InputFormat
from qwentts_cli.documents.piped import Piped
from qwentts_cli.errors import UsageError
from qwentts_cli.storage.stdin import open_stdin
from qwentts_cli.text.reading.read import check_is_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from qwentts_cli.documents.model import Document, Passage
    from qwentts_cli.documents.options import DocumentOptions
    from qwentts_cli.documents.reader import DocumentReader

_STDIN = "-"
_MOST_BYTES_A_CHARACTER = 4


class Source(Struct, frozen=True):
    """A text, in pieces.

    Attributes:
        pieces: gives the text from its start, unless it is live: a pipe that may still be written to.
        title: what to call it; empty if nothing is known.
        is_live: whether the text may still be being written.
        least_characters: how many there are at least, by the size of the files.
        passages: gives the text in parts, which may be spoken in different manners or begin chapters; `None`
            where all is of one piece.
        chapters: gives a line for each chapter, as far as a document has any.
        document: opens the one file that it comes from.
        is_dubbed: whether each part is spoken at its time in a film.
    """

    pieces: Callable[[], Iterator[str]]
    title: str
    is_live: bool = False
    least_characters: int = 0
    passages: Callable[[], Iterator[Passage]] | None = None
    chapters: Callable[[], Iterator[str]] = lambda: iter(())
    is_dubbed: bool = False
    document: Callable[[], Document] | None = None


def choose_source(
    words: Sequence[str], files: Sequence[Path], reader: DocumentReader, *, live_wait_s: float
) -> Source | None:
    """Find out where the text comes from; `None` if nothing was given and nothing is piped.

    A pipe whose writer is silent for `live_wait_s` seconds gives an empty piece.

    Raises:
        UsageError: words and files are both given, or a path is not a readable file.
    """
    if words and files:
        file = next(filter(_is_file, words), None)
        hint = f"To speak the file {file} too, add -f before its name." if file else "Give one or the other."
        raise UsageError("a text and files were given", hint=hint)
    is_piped_alone = not words and not files and _is_piped()
    if list(words) == [_STDIN] or is_piped_alone or [str(path) for path in files] == [_STDIN]:
        return _stdin(reader, live_wait_s)
    if words:
        if len(words) == 1 and _is_file(words[0]):
            reader.note(f"speaking the words {words[0]!r}; to speak that file, add -f before its name")
        return _words(words, reader)
    return _files(files, reader) if files else None


def check_text(source: Source, count: Callable[[], int], agree: Callable[[int], None]) -> int | None:
    """Read a text that is at hand to its end, so that nothing is sent of one that turns out to be bad.

    `count` gives the billed characters. `agree` is called with the characters there are at least, before
    reading, and then with all of them.

    Returns:
        The billed characters; `None` for a text that is still being written.

    Raises:
        UsageError: the text cannot be read, or there is nothing in it to speak.
    """
    if source.is_live:
        return None
    agree(source.least_characters)
    characters = count()
    if not characters:
        raise nothing_to_speak()
    agree(characters)
    return characters


def nothing_to_speak() -> UsageError:
    return UsageError("the text is empty: there is nothing in it to speak")


def _files_only(options: DocumentOptions) -> list[str]:
    """The options given that say how a file is read."""
    asked = {
        "--input-format": options.format not in {InputFormat.AUTO, InputFormat.TEXT},
        "--chapters": options.chapters,
        "--chapter-pattern": options.pattern,
        "--cast": options.cast,
    }
    return [option for option, is_asked in asked.items() if is_asked]


def _words(words: Sequence[str], reader: DocumentReader) -> Source:
    for option in _files_only(reader.options):
        reader.note(f"{option} is for files and pipes; these words are spoken as they stand")
    passages = partial(reader.text_passages, partial(reader.words, words)) if reader.has_manners else None
    return Source(
        lambda: reader.looked_at(reader.words(words), "the text"), " ".join(words), passages=passages
    )


def _files(files: Sequence[Path], reader: DocumentReader) -> Source:
    piped = Piped(files)
    named = replace(reader, note=lambda text: reader.note(piped.as_typed(text)))
    source = _files_at_hand([piped.at_hand(path) for path in files], named)
    return replace(
        source,
        title="" if files[0] in piped else source.title,
        pieces=partial(piped.told_as_typed, source.pieces),
        passages=source.passages and partial(piped.told_as_typed, source.passages),
        chapters=partial(piped.told_as_typed, source.chapters),
    )


def _files_at_hand(files: Sequence[Path], reader: DocumentReader) -> Source:
    for path in files:
        check_is_file(path)
    is_dubbed = any(reader.keeps_times(path) for path in files)
    if is_dubbed and len(files) > 1:
        raise UsageError(
            "one file of subtitles is dubbed at a time", hint="To have all of them read on, add --no-dub."
        )
    least_bytes = 0 if reader.has_manners or is_dubbed else sum(map(reader.least_bytes, files))
    return Source(
        lambda: _joined(files, reader),
        files[0].stem,
        least_characters=least_bytes // _MOST_BYTES_A_CHARACTER,
        passages=partial(_passages, files, reader),
        chapters=partial(_list_chapters, files, reader),
        is_dubbed=is_dubbed,
        document=partial(reader.document, files[0]) if len(files) == 1 else None,
    )


def _stdin(reader: DocumentReader, live_wait_s: float) -> Source:
    if not reader.is_plain:
        return _files([Path(_STDIN)], reader)
    stream = open_stdin("the text")
    return Source(
        lambda: reader.looked_at(reader.live(stream, "stdin", live_wait_s), "stdin"), "", is_live=True
    )


def _list_chapters(files: Sequence[Path], reader: DocumentReader) -> Iterator[str]:
    for path in files:
        yield from reader.list_chapters(path)


def _passages(files: Sequence[Path], reader: DocumentReader) -> Iterator[Passage]:
    """One file after the other; each of several is a chapter, if it has none with a title."""
    for path in files:
        for number, passage in enumerate(reader.stretches(path)):
            if not number and not passage.chapter and len(files) > 1:
                yield replace(passage, chapter=path.stem)
            else:
                yield passage


def _joined(files: Sequence[Path], reader: DocumentReader) -> Iterator[str]:
    """One file after the other, each beginning a paragraph."""
    for number, path in enumerate(files):
        if number:
            yield "\n\n"
        yield from reader.file(path)


def _is_file(word: str) -> bool:
    """Tell whether a word seems to be meant as the name of a file."""
    try:
        return "." in word and Path(word).is_file()
    except (OSError, ValueError):
        return False


def _is_piped() -> bool:
    return sys.stdin is not None and not sys.stdin.isatty()
