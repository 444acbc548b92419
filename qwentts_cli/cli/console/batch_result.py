"""A batch shown: what it would make, or what it made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.batch.plan import Plan, plan_batch
from qwentts_cli.batch.run import run_batch
from qwentts_cli.cli.console.batch_console import BatchConsole
from qwentts_cli.cli.console.quote_result import show_quote
from qwentts_cli.cli.console.unused_words import tell_unused
from qwentts_cli.errors import ExitCode, QwenTTSError
from qwentts_cli.speech.estimate import make_quote

if TYPE_CHECKING:
    from qwentts_cli.batch.options import BatchOptions
    from qwentts_cli.cli.console.invocation import Invocation
    from qwentts_cli.cli.options.batch_flags import ShowFlags


def show_batch(run: Invocation, options: BatchOptions, show: ShowFlags) -> int:
    """Ask about a batch or make it; gives the exit code."""
    console = BatchConsole(
        run.output,
        prices=run.context.prices,
        folder=options.files.folder,
        is_jsonl=show.jsonl,
        is_explained=show.explain,
    )
    if show.dry_run or show.explain or show.check:
        plan = plan_batch(run.context, options, console, is_measured=show.dry_run)
        _show_plan(run, plan, options, console, is_dry=show.dry_run)
        return ExitCode.PARTIAL if show.check and not plan.is_done else ExitCode.OK
    return _make(run, options, console, has_items=not show.jsonl)


def _make(run: Invocation, options: BatchOptions, console: BatchConsole, *, has_items: bool) -> int:
    try:
        with console:
            run_batch(run.context, options, console)
    except QwenTTSError as error:
        if not console.results.planned:
            raise
        # What was made until then belongs into the document that tells of the failure.
        raise error.replace(partial=console.document(has_items=has_items)) from error
    failure = console.results.error()
    if console.results.made == console.results.planned and not options.selection.is_part:
        tell_unused(run.output, options.speech.lexicon)
    if run.output.is_json:
        run.output.document(console.document(has_items=has_items))
    elif failure:
        raise failure
    return ExitCode.PARTIAL if failure else ExitCode.OK


def _show_plan(
    run: Invocation, plan: Plan, options: BatchOptions, console: BatchConsole, *, is_dry: bool
) -> None:
    if is_dry:
        model = plan.voice.model
        quote = make_quote(plan.estimate, run.context, model)
        show_quote(run.output, quote, model, {"items": plan.items, "to_make": plan.to_make})
        if plan.to_make == plan.items and not options.selection.is_part:
            tell_unused(run.output, options.speech.lexicon)
    elif run.output.is_json:
        run.output.document(console.compared(plan))
    else:
        then = f", and {options.join} of all" if options.join and not plan.is_done else ""
        run.output.note(f"{plan.to_make} of {plan.items} items would be made{then}")
