"""`qwentts cache`: audio that was paid for and is kept."""

from __future__ import annotations

import typer

from qwentts_cli.cli.console.global_options import Command, Group
from qwentts_cli.cli.console.invocation import begin
from qwentts_cli.cli.console.observer import ConsoleObserver
from qwentts_cli.settings.paths import cache_folder
from qwentts_cli.speech.wiring import open_cache

app = typer.Typer(
    cls=Group, rich_markup_mode=None, no_args_is_help=True, help="Look after the audio that is kept."
)


@app.command("info", cls=Command)
def info(context: typer.Context) -> None:
    """Show where the cache is and how large."""
    run = begin(context)
    size = open_cache(run.context.settings, ConsoleObserver(run.output)).size()
    facts = {"path": str(cache_folder()), "objects": size.objects, "bytes": size.bytes}
    if run.options.json:
        run.output.document(facts)
        return
    run.output.lines(f"{name}: {value}" for name, value in facts.items())


@app.command("prune", cls=Command)
def prune(context: typer.Context) -> None:
    """Remove what was used longest ago, down to cache_max_mb."""
    run = begin(context)
    removed = open_cache(run.context.settings, ConsoleObserver(run.output)).prune()
    run.output.note(f"removed {removed.objects} objects, {removed.bytes} bytes")


@app.command("clear", cls=Command)
def clear(context: typer.Context) -> None:
    """Remove everything from the cache."""
    run = begin(context)
    removed = open_cache(run.context.settings, ConsoleObserver(run.output)).clear()
    run.output.note(f"removed {removed.objects} objects, {removed.bytes} bytes")
