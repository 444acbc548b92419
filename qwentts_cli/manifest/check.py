"""The list of items of a batch: checked whole before anything is sent, then read one item at a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.documents.reader import DocumentReader
from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.assembly import LEAST_DIGITS, Assembler, file_check, numbered_output
from qwentts_cli.manifest.duplicates import Duplicates
from qwentts_cli.manifest.listing import Listing
from qwentts_cli.manifest.problems import Problems
from qwentts_cli.manifest.sources import STDIN, Kind, Source, find_sources
from qwentts_cli.manifest.streams import PipeCopy
from qwentts_cli.manifest.tabular import check_delimiter
from qwentts_cli.manifest.template import NameTemplate
from qwentts_cli.text.reading.decode import TextDecoder
from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from qwentts_cli.manifest.item import Item, ManifestOptions


class Manifest(Struct, frozen=True):
    """`count` items that were checked; each iteration reads them anew, so that they are never all in memory.

    `characters` is what is billed for all of them.

    Raises:
        UsageError: on iteration, a file is not what was checked.
    """

    count: int
    characters: int
    _listing: Listing
    _assembler: Callable[[], Assembler]

    def __iter__(self) -> Iterator[Item]:
        return self._listing.items(self._assembler())


def check_manifest(
    inputs: Sequence[str],
    options: ManifestOptions,
    *,
    stdin: BinaryIO | None = None,
    check_row: Callable[[Item], str | None] | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> Manifest:
    """Read everything once and make sure that all of it can be spoken and saved.

    `inputs` are files, folders, patterns and `-`. `check_row` returns what else is wrong with an item; a
    number that is its name has 4 digits then, and has more later if there are more than 9,999 items. `note`
    is told of what was left out of texts, and of those that do not seem to be plain ones.

    Raises:
        ManifestProblems: something is wrong with the items; it lists all of that.
        UsageError: an option is wrong, stdin cannot be read, or a file changes meanwhile.
        LocalError: there is no room for a copy of stdin.
    """
    options, template = _checked(options)
    problems = Problems()
    sources = find_sources(
        inputs,
        by_line=options.by_line,
        allow_outside=options.allow_outside,
        report=problems.add,
        note=note,
        unheard=f".{options.extension}",
        input_format=options.documents.format,
        by_chapter=options.by_chapter,
    )
    reader = DocumentReader(options.encoding, note, options.documents)
    pipes = {source.name: source for source in sources if source.kind is Kind.PIPE}
    copies = {name: _copy_pipe(source, stdin) for name, source in pipes.items()}
    listing = Listing(sources, options, copies)
    first = Assembler(options, template, problems.add, check_file=file_check(reader))
    duplicates = Duplicates(options.extension)
    for item in listing.items(first, note):
        if item.id:
            duplicates.add_id(item.id)
        if not (first.numbered and first.numbered[-1] == item.number):
            duplicates.add_output(item.output)
        if check_row and (problem := check_row(item)):
            problems.add(item.place, problem)
    digits = max(LEAST_DIGITS, len(str(first.count)))
    duplicates.add_numbered(numbered_output(number, digits, options.extension) for number in first.numbered)
    if first.empty:
        note(f"left out, since there is nothing to speak: {plural(len(first.empty), 'item')}")
    again = Assembler(options, template, _ignore, digits, empty=first.empty)
    duplicates.report(listing.items(again), problems)
    if not (first.count or problems.total):
        problems.add("", "there are no items")
    problems.raise_if_any()
    checked = partial(Assembler, options, template, _refuse, digits, empty=first.empty)
    return Manifest(first.count, first.characters, listing, checked)


def _checked(options: ManifestOptions) -> tuple[ManifestOptions, NameTemplate | None]:
    if options.delimiter is not None:
        options = replace(options, delimiter=check_delimiter(options.delimiter))
    TextDecoder("", options.encoding)
    template = NameTemplate(options.template, options.extension) if options.template is not None else None
    return options, template


def _copy_pipe(source: Source, stdin: BinaryIO | None) -> PipeCopy:
    if source.name == STDIN:
        return PipeCopy(stdin, STDIN)
    with source.path.open("rb") as pipe:
        return PipeCopy(pipe, source.name)


def _ignore(place: str, text: str, hint: str = "") -> None:
    """What is reported in the second look has been reported in the first."""


def _refuse(place: str, text: str, hint: str = "") -> None:
    message = f"{place}: {text}" if place else text
    raise UsageError(f"{message}; that was not so when it was checked", hint=hint)
