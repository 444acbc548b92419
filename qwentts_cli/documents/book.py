"""What a recording says about itself: what its text says, unless the user says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.audio.metadata.cover import BadCoverError, Cover
from qwentts_cli.audio.tags import Tags
from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qwentts_cli.audio.formats import AudioFormat
    from qwentts_cli.documents.model import Document
    from qwentts_cli.documents.options import TagOptions


def make_tags(
    options: TagOptions, document: Document | None, *, title: str, language: str, note: Callable[[str], None]
) -> Tags:
    """Tags without the voices and the chapters, which are known only when the text has been read.

    Args:
        options: what was typed; it counts more than the rest.
        document: the one that is spoken, if it is only one.
        title: what to call it where the document does not say.
        language: that of the voice, where the document does not say.
        note: told why the document's own cover is left out.

    Raises:
        UsageError: the cover that was named is none.
    """
    return Tags(
        title=options.title or (document.title if document else "") or title,
        artist=options.artist or (document.author if document else ""),
        album=options.album or "",
        language=(document.language if document else "") or language,
        cover=_read_cover(options.cover) if options.cover else _own_cover(document, note),
    )


def check_tags(options: TagOptions, fmt: AudioFormat, name: str, note: Callable[[str], None]) -> None:
    """Tell what the file called `name` has no place for."""
    if options.typed and not fmt.has_chapters:
        what = "them" if len(options.typed) > 1 else "it"
        note(f"{name} will have no {', '.join(options.typed)}: {fmt} has no place for {what}")


def _own_cover(document: Document | None, note: Callable[[str], None]) -> Cover | None:
    data = document.cover() if document else None
    if not data:
        return None
    try:
        return Cover.of(data)
    except BadCoverError as error:
        note(f"the cover is left out: the book's own {error}; name another with --cover")
        return None


def _read_cover(path: Path) -> Cover:
    from qwentts_cli.audio.metadata.cover import MOST_BYTES
    from qwentts_cli.text.reading.read import check_is_file

    check_is_file(path)
    try:
        with path.open("rb") as file:
            return Cover.of(file.read(MOST_BYTES + 1))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except BadCoverError as error:
        raise UsageError(
            f"--cover {path} {error}", hint="A cover is a JPEG or a PNG of up to 10 MB."
        ) from None
