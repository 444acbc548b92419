"""A batch carried out: what is missing or changed is made, joined and reported."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from qwentts_cli.batch.folder import check_files, is_fresh, open_journal, refuse_precious
from qwentts_cli.batch.job import prepare_job
from qwentts_cli.batch.join import Part
from qwentts_cli.batch.journal import DONE, Journal, name_beside
from qwentts_cli.batch.make_file import make_file
from qwentts_cli.batch.outcome import SKIPPED, Outcome
from qwentts_cli.batch.plan import compare
from qwentts_cli.batch.report import write_report
from qwentts_cli.batch.runner import Runner
from qwentts_cli.speech.length_check import LengthCheck
from qwentts_cli.speech.pipeline import WorkerPool
from qwentts_cli.speech.wiring import open_synthesizer, pool_size
from qwentts_cli.synthesis.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from qwentts_cli.batch.job import Job
    from qwentts_cli.batch.observer import BatchObserver
    from qwentts_cli.batch.options import BatchOptions
    from qwentts_cli.batch.rows import Entry
    from qwentts_cli.batch.tasks import Task
    from qwentts_cli.speech.context import Context

    Keep = Callable[[Task, Entry], None]

_DEFAULT_JOBS = 8


def run_batch(context: Context, options: BatchOptions, observer: BatchObserver) -> None:
    """Make what is missing or changed, and tell `observer` of each item; its `results` say how it went.

    Raises:
        UsageError: something is wrong with the options or the items, or a file would be overwritten.
        QwenTTSError: a failure that all items share, or the first one with `fail_fast`.
    """
    job = prepare_job(context, options, observer)
    is_forced = options.files.is_forced
    with open_journal(job.tasks, observer, is_written=True, is_forced=is_forced) as journal:
        check_files(job, options, journal)
        observer.results.is_kept |= options.report is not None
        with _reported(job.tasks.folder, options.report, journal, observer):
            _make_all(context, options, job, journal, observer)


@contextmanager
def _reported(folder: Path, path: Path | None, journal: Journal, observer: BatchObserver) -> Iterator[None]:
    """Write the report when all is done, or as much as will ever be done."""
    try:
        yield
    finally:
        if path and observer.results.planned:
            title = folder.resolve().name
            figures = observer.figures()
            name = name_beside("report", path, folder)
            write_report(
                path,
                observer.results.in_order,
                folder=folder,
                title=title,
                figures=figures,
                before_naming=partial(journal.recognise, name, path),
            )
            if path.is_file():
                journal.finish(name, "", path)


def _make_all(
    context: Context, options: BatchOptions, job: Job, journal: Journal, observer: BatchObserver
) -> None:
    jobs = pool_size(int(context.settings.number("jobs", _DEFAULT_JOBS)), observer)
    parts: dict[int, Part] = {}

    def keep(task: Task, entry: Entry) -> None:
        if job.join:
            parts[task.number] = Part.of(task, entry)

    with ExitStack() as stack:
        synthesizer = stack.enter_context(
            open_synthesizer(
                context,
                job.tasks.settings.voice.model,
                cache_use=options.requests.cache_use,
                is_streamed=False,
                budget=job.budget,
                observer=observer,
                waits_for_network=options.requests.waits_for_network,
            )
        )
        to_make = _tell_done(job, journal, observer, keep, is_forced=options.files.is_forced)
        # Until now nothing was begun that there could be anything to tell of.
        observer.results.planned = len(job.tasks)
        observer.work_planned(characters=job.tasks.characters, items=len(job.tasks))
        pool = stack.enter_context(WorkerPool(jobs, synthesizer.cancel)) if jobs > 1 else None
        make = partial(
            make_file,
            synthesizer=synthesizer,
            journal=journal,
            pool=pool,
            observer=observer,
            prices=context.prices,
            length_check=LengthCheck(options.requests.retakes, synthesizer.make_anew),
        )
        runner = Runner(
            make, pool=pool, journal=journal, observer=observer, keep=keep, fail_fast=options.fail_fast
        )
        runner.run(to_make)
        if job.join:
            _join(job, [parts[number] for number in sorted(parts)], journal, observer)


def _tell_done(
    job: Job, journal: Journal, observer: BatchObserver, keep: Keep, *, is_forced: bool
) -> Iterator[Task]:
    """Tell of the items whose files are there; gives the others, once all have been looked at.

    Raises:
        UsageError: one of the others would overwrite a file that is not this batch's own.
    """
    if is_fresh(job.tasks.folder):
        return iter(job.tasks)
    is_done, precious = bytearray(job.tasks.manifest.count + 1), []
    for task, state, entry in compare(job.tasks, journal):
        if state is DONE and entry:
            is_done[task.number] = True
            keep(task, entry)
            outcome = _skipped(task, entry)
            observer.results.add(outcome)
            observer.item_ended(outcome)
        elif state.is_precious:
            precious.append(task.output)
    if not is_forced:
        refuse_precious(precious)
    missing = len(job.tasks) - observer.results.skipped
    return islice((task for task in job.tasks if not is_done[task.number]), missing)


def _skipped(task: Task, entry: Entry) -> Outcome:
    usage = Usage(characters=entry.characters, gaps=entry.gaps)
    return task.outcome(SKIPPED, duration_s=entry.duration_s, usage=usage)


def _join(job: Job, parts: list[Part], journal: Journal, observer: BatchObserver) -> None:
    join, folder = job.join, job.tasks.folder
    if not join:
        return
    if observer.results.failed:
        observer.warn(f"{join.path} is not written, since an item is missing")
        return
    _, joined = join.compare(folder, journal, parts)
    joined = joined or join.write(job.tasks, journal, parts, observer)
    observer.results.joined = joined
    observer.items_joined(joined)
