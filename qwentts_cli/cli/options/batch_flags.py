"""What `batch` alone is asked: how lists are read, which of their items are made, and what is shown."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from qwentts_cli.batch.options import Selection
from qwentts_cli.cli.options.flag_groups import FlagGroup
from qwentts_cli.cli.options.request_flags import DryRunFlag
from qwentts_cli.cli.options.text_flags import SpokenTextFlags
from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.item import ExtraFields, ListOptions, OnEmpty, parse_columns
from qwentts_cli.manifest.shard import parse_shard


class Split(StrEnum):
    """Into which items a document is split."""

    CHAPTERS = "chapters"


class ListFlags(SpokenTextFlags, frozen=True, kw_only=True):
    lines: Annotated[bool, typer.Option("--lines", help="Make each line of a text file an item.")] = False
    split: Annotated[
        Split | None, typer.Option("--split", help="Make each chapter of a file an item (always for EPUB).")
    ] = None
    extra_fields: Annotated[
        ExtraFields, typer.Option("--extra-fields", help="Unknown fields in the input: error or ignore.")
    ] = ExtraFields.ERROR
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="FIELD=NAME",
            help="The list's own name of a field, such as text=Sentence; may be given again.",
        ),
    ] = None
    on_empty: Annotated[
        OnEmpty, typer.Option("--on-empty", help="Items with nothing to speak: fail, or skip them.")
    ] = OnEmpty.FAIL
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", metavar="CHAR", help="Character between the cells of a .csv.")
    ] = None
    allow_outside: Annotated[
        bool,
        typer.Option("--allow-outside", help="Let a list name files that are not below its own folder."),
    ] = False
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Only the first N items.")
    ] = None
    shard: Annotated[
        str | None, typer.Option("--shard", metavar="I/N", help="Only part I of N of the items.")
    ] = None

    @property
    def options(self) -> ListOptions:
        if self.lines and self.split:
            raise UsageError("--lines and --split make different items of a file", hint="Give one of them.")
        return ListOptions(
            by_line=self.lines,
            encoding=self.encoding,
            delimiter=self.delimiter,
            extra_fields=self.extra_fields,
            on_empty=self.on_empty,
            columns=parse_columns(self.column or []),
            documents=self.documents(),
            by_chapter=self.split is Split.CHAPTERS,
            allow_outside=self.allow_outside,
        )

    @property
    def selection(self) -> Selection:
        return Selection(shard=parse_shard(self.shard) if self.shard else None, limit=self.limit)


class ShowFlags(FlagGroup, frozen=True, kw_only=True):
    """What is only asked about a batch, and how it is told; the first three send nothing."""

    dry_run: DryRunFlag = False
    explain: Annotated[
        bool, typer.Option("--explain", help="Show why each item would be made or not; send nothing.")
    ] = False
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 8 if anything would be made; send nothing.")
    ] = False
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print a JSON line for each item as it ends.")] = (
        False
    )
