"""The output folder of a batch: whose it is while the batch runs, and what must not be overwritten in it."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from qwentts_cli.batch.journal import HIDDEN, Journal, name_beside
from qwentts_cli.batch.report import check_report_path
from qwentts_cli.errors import UsageError
from qwentts_cli.storage.atomic import remove_leftovers
from qwentts_cli.storage.locks import hold_lock
from qwentts_cli.storage.os_errors import os_errors_as_local
from qwentts_cli.storage.private import make_private_folder
from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from qwentts_cli.batch.job import Job
    from qwentts_cli.batch.options import BatchOptions
    from qwentts_cli.batch.tasks import TaskList
    from qwentts_cli.observer import Observer

_MOST_SHOWN = 20


@contextmanager
def open_journal(
    tasks: TaskList, observer: Observer, *, is_written: bool, is_forced: bool = False
) -> Iterator[Journal]:
    """Take possession of the output folder; one that is only asked about is left as it is.

    Raises:
        UsageError: it is a file.
        BusyError: another process makes a batch in it.
        LocalError: it cannot be made or written.
    """
    hidden = tasks.folder / HIDDEN
    part = "journal" if tasks.shard is None else f"journal-{tasks.shard[0]}-of-{tasks.shard[1]}"
    if tasks.folder.exists() and not tasks.folder.is_dir():
        raise UsageError(f"{tasks.folder} is no folder", hint="Name a folder with -d.")
    with ExitStack() as stack:
        if is_written:
            with os_errors_as_local(tasks.folder):
                tasks.folder.mkdir(parents=True, exist_ok=True)
                make_private_folder(hidden)
            # Parts of a list may be made side by side, but not beside the whole of it.
            stack.enter_context(hold_lock(hidden / "journal.lock", shared=tasks.shard is not None))
            if tasks.shard:
                stack.enter_context(hold_lock(hidden / f"{part}.lock"))
            remove_leftovers(tasks.folder)
        journal = Journal(hidden, part, warn=observer.warn, is_written=is_written, is_forced=is_forced)
        stack.callback(journal.close)
        if is_written and (killed := journal.recover()):
            observer.warn(
                f"an earlier run was killed while it made {plural(killed, 'item')}; "
                "what it had asked for by then may be billed twice"
            )
        yield journal


def check_files(job: Job, options: BatchOptions, journal: Journal) -> None:
    """Find out before anything is sent whether the files beside those of the items can be written.

    Raises:
        UsageError: one of them cannot, or would overwrite what is not this batch's own.
    """
    folder, others = job.tasks.folder, {}
    if job.join:
        if not _is_to_come(job.join.path, folder):
            job.join.target.check()
        others[job.join.name(folder)] = job.join.path
        others |= {name_beside("subtitles", path, folder): path for path in job.join.subtitles}
    if options.report:
        if not _is_to_come(options.report, folder):
            check_report_path(options.report)
        others[name_beside("report", options.report, folder)] = options.report
    if not options.files.is_forced:
        refuse_precious(path for name, path in others.items() if journal.look(path, name)[0].is_precious)


def _is_to_come(path: Path, folder: Path) -> bool:
    """Whether it is in the output folder, which a run would make first."""
    return path.parent == folder and not folder.is_dir()


def refuse_precious(paths: Iterable[Path]) -> None:
    """Overwrite nothing that is not this batch's own.

    Raises:
        UsageError: there are such files, which no batch into this folder made, or that were edited since.
    """
    found = list(paths)
    if found:
        shown = ", ".join(map(str, found[:_MOST_SHOWN]))
        more = f" and {len(found) - _MOST_SHOWN} more" if len(found) > _MOST_SHOWN else ""
        raise UsageError(
            f"{shown}{more}: already exists and was not made by this batch, or was edited since",
            hint="Use --force to overwrite.",
        )


def is_fresh(folder: Path) -> bool:
    """Whether no file is in the output folder that an item could find there."""
    if not folder.is_dir():
        return True
    with os.scandir(folder) as entries:
        return all(entry.name == HIDDEN for entry in entries)
