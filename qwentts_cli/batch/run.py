"""A batch carried out: planned, asked about, or made."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qwentts_cli.batch.join import Join, parts_of
from qwentts_cli.batch.journal import HIDDEN, Journal, State, name_beside
from qwentts_cli.batch.make_file import FileMaker
from qwentts_cli.batch.outcome import Status
from qwentts_cli.batch.plan import Plan, Planner, fresh_plan, make_plan
from qwentts_cli.batch.report import check_report_path, write_report
from qwentts_cli.batch.results import Results
from qwentts_cli.batch.runner import Batch, Task
from qwentts_cli.cli.console.observer import ConsoleObserver
from qwentts_cli.cli.console.progress import Progress
from qwentts_cli.cli.say_result import show_facts
from qwentts_cli.errors import ExitCode, QwenTTSError
from qwentts_cli.speech.pipeline import WorkerPool
from qwentts_cli.speech.wiring import CacheUse, open_synthesizer, pool_size
from qwentts_cli.storage.atomic import remove_leftovers
from qwentts_cli.storage.locks import hold_lock
from qwentts_cli.storage.os_errors import os_errors_as_local
from qwentts_cli.storage.private import make_private_folder
from qwentts_cli.synthesis.usage import Usage
from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from qwentts_cli.billing.budget import Budget
    from qwentts_cli.cli.console.invocation import Invocation

_DEFAULT_JOBS = 8


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What is to become of a batch."""

    is_dry: bool
    is_explained: bool
    is_check: bool
    is_forced: bool
    fail_fast: bool
    join: Join | None
    report: Path | None
    is_jsonl: bool
    cache_use: CacheUse
    budget: Budget

    @property
    def is_asked_only(self) -> bool:
        return self.is_dry or self.is_explained or self.is_check


def run_batch(run: Invocation, planner: Planner, options: BatchOptions) -> int:
    with ExitStack() as stack:
        journal = _open_journal(run, planner, stack, is_written=not options.is_asked_only)
        plan = _plan(run, planner, journal, options)
        if options.is_asked_only:
            return _answer(run, planner, plan, options)
        if options.join:
            options.join.target.check()
        if options.report:
            check_report_path(options.report)
            if journal.state(options.report, _report_name(planner, options.report), "").is_precious:
                plan.foreign.append(str(options.report))
        if not options.is_forced:
            plan.refuse_foreign()
        return _make(run, planner, plan, journal, options)


def _plan(run: Invocation, planner: Planner, journal: Journal, options: BatchOptions) -> Plan:
    if not (options.is_asked_only or options.join) and _is_fresh(planner.folder):
        return fresh_plan(planner)
    plan = make_plan(planner, journal, is_measured=options.is_dry, tell=_teller(run, options))
    if options.join:
        parts = [] if plan.stale else parts_of(planner, journal)
        plan.joined = options.join.state(planner.folder, journal, parts)
        if plan.joined.is_precious:
            plan.foreign.append(str(options.join.path))
    return plan


def _make(run: Invocation, planner: Planner, plan: Plan, journal: Journal, options: BatchOptions) -> int:
    recipe, meter = planner.style.recipe, ConsoleObserver(run.output)
    jobs = pool_size(int(run.context.settings.number("jobs", _DEFAULT_JOBS)), meter)
    progress = Progress(run.output, plan.characters or plan.items)
    results = Results(run, plan, meter, progress, options.is_jsonl, is_kept=options.report is not None)
    with ExitStack() as last, ExitStack() as stack:
        synthesizer = stack.enter_context(
            open_synthesizer(
                run.context,
                recipe.model,
                cache_use=options.cache_use,
                is_streamed=False,
                budget=options.budget,
                observer=meter,
            )
        )
        # After the synthesizer, which may still receive what was paid for.
        last.callback(_conclude, planner, journal, results, options)
        pool = stack.enter_context(WorkerPool(jobs, synthesizer.cancel)) if jobs > 1 else None
        make = FileMaker(planner, synthesizer, results.hear)
        batch = Batch(make, pool=pool, journal=journal, report=results, fail_fast=options.fail_fast)
        with progress, _documented(results):
            batch.run(_stale(planner, journal, results))
        if options.join:
            _join(planner, journal, results, options.join)
    if run.options.json:
        run.output.document(results.document())
    error = results.summary.error()
    if error and not run.options.json:
        raise error
    return ExitCode.PARTIAL if error else ExitCode.OK


@contextmanager
def _documented(results: Results) -> Iterator[None]:
    """What was made until a failure ended it all belongs into the document that tells the failure."""
    try:
        yield
    except QwenTTSError as error:
        raise error.replace(partial=results.document()) from error


def _join(planner: Planner, journal: Journal, results: Results, join: Join) -> None:
    if results.summary.failed:
        results.output.warn(f"{join.path} is not written, since an item is missing")
        return
    parts = parts_of(planner, journal)
    if join.state(planner.folder, journal, parts) is not State.DONE:
        duration_s = join.write(planner, journal, parts, results.output)
        results.add_joined(join.path, duration_s)


def _stale(planner: Planner, journal: Journal, results: Results) -> Iterator[Task]:
    """The tasks that are to be made; of the others it is only told that they are there."""
    for task in planner.tasks():
        state, entry = journal.look(task.output, task.relative, task.key)
        if state is State.DONE and entry:
            outcome = replace(
                task.outcome(Status.SKIPPED),
                duration_s=entry.duration_s,
                usage=Usage(characters=entry.characters, gaps=entry.gaps),
            )
            results.count(outcome)
            results.tell(outcome)
        else:
            yield task


def _open_journal(run: Invocation, planner: Planner, stack: ExitStack, *, is_written: bool) -> Journal:
    """Take possession of the output folder; one that is only asked about is left as it is."""
    hidden = planner.folder / HIDDEN
    part = "journal" if planner.shard is None else f"journal-{planner.shard[0]}-of-{planner.shard[1]}"
    if is_written:
        with os_errors_as_local(planner.folder):
            planner.folder.mkdir(parents=True, exist_ok=True)
            make_private_folder(hidden)
        # Parts of a list may be made side by side, but not beside the whole of it.
        stack.enter_context(hold_lock(hidden / "journal.lock", shared=planner.shard is not None))
        if planner.shard:
            stack.enter_context(hold_lock(hidden / f"{part}.lock"))
        remove_leftovers(planner.folder)
    journal = Journal(hidden, part, warn=run.output.warn, is_written=is_written)
    stack.callback(journal.close)
    if is_written and (killed := journal.recover()):
        run.output.warn(
            f"an earlier run was killed while it made {plural(killed, 'item')}; "
            "what it had asked for then and not received may be billed twice"
        )
    return journal


def _is_fresh(folder: Path) -> bool:
    """Whether no file is in the output folder that an item could find there."""
    return all(entry.name == HIDDEN for entry in folder.iterdir())


def _report_name(planner: Planner, path: Path) -> str:
    return name_beside("report", path, planner.folder)


def _conclude(planner: Planner, journal: Journal, results: Results, options: BatchOptions) -> None:
    results.conclude()
    if options.report:
        write_report(
            options.report,
            results.kept,
            folder=planner.folder,
            title=planner.folder.resolve().name,
            summary=results.facts(),
        )
        if options.report.is_file():
            journal.finish(_report_name(planner, options.report), "", options.report)


def _teller(run: Invocation, options: BatchOptions) -> Callable[[Task, State], None]:
    def tell(task: Task, state: State) -> None:
        if options.join:
            options.join.refuse_same(task)
        if options.is_explained and not run.options.json:
            run.output.lines([f"{task.output}: {state}"])

    return tell


def _answer(run: Invocation, planner: Planner, plan: Plan, options: BatchOptions) -> int:
    if options.is_dry:
        facts = plan.estimate.document(run.context, planner.style.recipe.model)
        show_facts(run.output, {"items": plan.items, "to_make": plan.stale} | facts)
    elif run.options.json:
        joined = {"joined": plan.joined.name.lower()} if plan.joined else {}
        run.output.document({state.name.lower(): count for state, count in plan.states.items()} | joined)
    else:
        if options.join and options.is_explained:
            run.output.lines([f"{options.join.path}: {plan.joined}"])
        then = f", and {options.join.path} of all" if options.join and plan.joined is not State.DONE else ""
        run.output.note(f"{plan.stale} of {plan.items} items are to be made{then}")
    return ExitCode.PARTIAL if options.is_check and not plan.is_done else ExitCode.OK
