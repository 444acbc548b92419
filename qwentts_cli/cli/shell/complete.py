"""The answer to a TAB: what can stand at the cursor, one candidate a line.

The scripts in `completions/` set `_QWENTTS_COMPLETE` and pass the words up to the cursor. A line of the
answer is the kind `plain`, a value and its help, parted by TABs; or it is the kind `file` or `dir` alone,
where the shell itself completes paths. Nothing is sent or written, and whatever goes wrong leaves the answer
empty: nobody wants an error in the middle of a command.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import typer
from typer._click.core import Parameter
from typer._click.shell_completion import CompletionItem, _resolve_context, _resolve_incomplete

from qwentts_cli.cli.app import PROGRAM, app

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from typer._click import Command, Context

VARIABLE = "_QWENTTS_COMPLETE"


class _Cursor(NamedTuple):
    """Where the cursor stands: in which command, at what, behind which prefix, and what is typed of it."""

    context: Context
    target: Command | Parameter
    prefix: str
    typed: str


def print_candidates(words: Sequence[str]) -> None:
    """Print what can stand in place of the last of `words`, which are those behind the program's name."""
    with suppress(Exception):
        lines = ["\t".join(map(_flatten, candidate)) for candidate in find_candidates(words)]
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()


def find_candidates(words: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield kind (`plain`, `file` or `dir`), value and help of each candidate."""
    cursor = _locate(words)
    name = getattr(cursor.target, "name", None) or ""
    if isinstance(cursor.target, Parameter):
        from qwentts_cli.cli.shell.values import FILES, FOLDERS, VALUES

        if name in FILES | FOLDERS:
            yield "dir" if name in FOLDERS else "file", "", ""
            return
        known = VALUES.get(f"{cursor.context.command.name} {name}") or VALUES.get(name)
        if known:
            yield from _matching(known(cursor.context), cursor)
            return
    for item in cursor.target.shell_complete(cursor.context, cursor.typed):
        yield from _from_item(item, cursor)


def _locate(words: Sequence[str]) -> _Cursor:
    *args, typed = _without_separators(words) or [""]
    prefix = ""
    if typed.startswith("--") and "=" in typed:
        option, _, typed = typed.partition("=")
        args, prefix = [*args, option], f"{option}="
    context = _resolve_context(typer.main.get_command(app), {}, PROGRAM, list(args))
    target, typed = _resolve_incomplete(context, args, typed)
    return _Cursor(context, target, prefix, typed)


def _without_separators(words: Sequence[str]) -> list[str]:
    """Leave out the `=` that bash makes a word of its own in `--voice=Ch`."""
    kept = [
        word for number, word in enumerate(words) if not (word == "=" and words[number - 1].startswith("--"))
    ]
    return [*kept, ""] if words and words[-1] == "=" and len(kept) < len(words) else kept


def _matching(values: Iterable[tuple[str, str]], cursor: _Cursor) -> Iterator[tuple[str, str, str]]:
    typed = cursor.typed.casefold()
    for value, about in values:
        if value.casefold().startswith(typed):
            yield "plain", cursor.prefix + value, about


def _from_item(item: CompletionItem, cursor: _Cursor) -> Iterator[tuple[str, str, str]]:
    if item.type in {"file", "dir"}:
        yield item.type, "", ""
    elif item.type == "plain":
        yield "plain", f"{cursor.prefix}{item.value}", item.help or ""


def _flatten(text: str) -> str:
    return " ".join(text.split())
