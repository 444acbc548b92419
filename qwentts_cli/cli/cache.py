"""`qwentts cache`: audio that was paid for and is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qwentts_cli.cli.console.agree import agree_to_remove
from qwentts_cli.cli.console.invocation import begin
from qwentts_cli.cli.console.observer import ConsoleObserver
from qwentts_cli.cli.parser.global_options import Command, Group
from qwentts_cli.settings.paths import cache_folder
from qwentts_cli.speech.wiring import open_cache
from qwentts_cli.wording import plural, shown_bytes

if TYPE_CHECKING:
    from qwentts_cli.cli.console.invocation import Invocation
    from qwentts_cli.synthesis.cache import CacheSize

_ABOUT = """Show, prune or clear the audio cache.

$ qwentts cache info
$ qwentts cache prune
"""
app = typer.Typer(cls=Group, rich_markup_mode=None, no_args_is_help=True, help=_ABOUT)


@app.command("info", cls=Command)
def info(context: typer.Context) -> None:
    """Show where the cache is and how large.

    $ qwentts cache info
    $ qwentts cache info --json
    """
    run = begin(context)
    size = open_cache(run.context.settings, ConsoleObserver(run.output)).size()
    if run.output.is_json:
        run.output.document({"path": str(cache_folder()), **_document(size)})
        return
    run.output.lines([f"path: {cache_folder()}", f"size: {_shown(size)}"])


@app.command("prune", cls=Command)
def prune(context: typer.Context) -> None:
    """Remove what was used longest ago, down to cache_max_mb.

    $ qwentts cache prune
    $ QWENTTS_CACHE_MAX_MB=100 qwentts cache prune
    """
    run = begin(context)
    _tell_removed(run, open_cache(run.context.settings, ConsoleObserver(run.output)).prune())


@app.command("clear", cls=Command)
def clear(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
) -> None:
    """Remove everything from the cache; on a terminal it asks.

    $ qwentts cache clear
    $ qwentts cache clear --yes
    """
    run = begin(context)
    cache = open_cache(run.context.settings, ConsoleObserver(run.output))
    size = cache.size()
    if size.objects and not yes:
        agree_to_remove(f"{_shown(size)} that may have been paid for")
    _tell_removed(run, cache.clear())


def _tell_removed(run: Invocation, removed: CacheSize) -> None:
    run.output.note(f"removed {_shown(removed)}")
    if run.output.is_json:
        run.output.document({"removed": _document(removed)})


def _document(size: CacheSize) -> dict[str, int]:
    return {"objects": size.objects, "bytes": size.bytes}


def _shown(size: CacheSize) -> str:
    return f"{plural(size.objects, 'object')} ({shown_bytes(size.bytes)})"
