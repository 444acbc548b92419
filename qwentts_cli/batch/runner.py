"""Many texts made into many files: one pool of workers for all, one journal, and no stop at a bad item."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from qwentts_cli.batch.item_threads import ItemThreads
from qwentts_cli.batch.outcome import Status
from qwentts_cli.batch.signals import deferred_signals
from qwentts_cli.errors import AuthError, BudgetError, LocalError, QuotaError, QwenTTSError
from qwentts_cli.synthesis.breaker import HostDown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qwentts_cli.batch.journal import Journal
    from qwentts_cli.batch.observer import BatchObserver
    from qwentts_cli.batch.outcome import Outcome
    from qwentts_cli.batch.rows import Entry
    from qwentts_cli.batch.tasks import Task
    from qwentts_cli.speech.pipeline import WorkerPool

# These would fail every other item just the same.
_FATAL = (AuthError, QuotaError, LocalError, BudgetError, HostDown)

_FAREWELL_S = 1.5
_PATIENCE_S = 60.0


class Runner:
    """Makes the files of tasks and keeps the journal.

    Args:
        make: makes the file of one task; called in several threads at once.
        pool: the workers that make segments; without it everything happens in the calling thread.
        journal: told of every item that is begun, failed or done.
        observer: counts and shows every outcome.
        keep: told of every item whose file is there, and what the journal knows of it.
        fail_fast: stop at the first failure.
    """

    def __init__(
        self,
        make: Callable[[Task], Outcome],
        *,
        pool: WorkerPool | None,
        journal: Journal,
        observer: BatchObserver,
        keep: Callable[[Task, Entry], None],
        fail_fast: bool = False,
    ) -> None:
        self._make = make
        self._pool = pool
        self._journal = journal
        self._observer = observer
        self._keep = keep
        self._fail_fast = fail_fast
        self._unfinished: set[str] = set()
        self._patience_s = _FAREWELL_S

    def run(self, tasks: Iterable[Task]) -> None:
        """Make the tasks, and those that failed for a passing reason once more at the end.

        Raises:
            QwenTTSError: a failure that all other items would share, or the first one with `fail_fast`.
        """
        again: list[Task] = []
        try:
            self._make_all(tasks, again)
            self._make_all(again, None)
        finally:
            with suppress(LocalError):  # what failed here fails there too
                for name in self._unfinished:
                    self._journal.stop(name)

    def _make_all(self, tasks: Iterable[Task], again: list[Task] | None) -> None:
        threads = ItemThreads(self._attempt, 2 * self._pool.jobs if self._pool else 0)
        try:
            for task in tasks:
                # Before it is begun: whatever ends the run in between, the journal hears of it.
                self._unfinished.add(task.name)
                self._journal.begin(task.name)
                self._observer.item_begun(task.number)
                threads.start(task)
                if threads.are_busy:
                    self._take(threads, again)
            while threads.running:
                self._take(threads, again)
        except BaseException as error:
            if isinstance(error, QwenTTSError):  # nobody waits at the keyboard for the end
                self._patience_s = _PATIENCE_S
            if self._pool:
                self._pool.close()
            raise
        finally:
            threads.stop(self._patience_s)
            self._take_rest(threads)

    def _take(self, threads: ItemThreads, again: list[Task] | None) -> None:
        threads.wait()
        with deferred_signals():
            task, outcome = threads.take()
            error = outcome.error
            if isinstance(error, _FATAL):
                raise error
            if again is not None and error and error.retryable and not self._fail_fast:
                again.append(task)
                return
            self._note(task, outcome)
        self._observer.item_ended(outcome)
        if error and self._fail_fast:
            raise error

    def _take_rest(self, threads: ItemThreads) -> None:
        """What was finished while the others were called off is there, paid for, and counts."""
        for task, outcome in threads.rest():
            if outcome.error is None:
                self._note(task, outcome)
                with suppress(OSError):  # nobody may be listening any more
                    self._observer.item_ended(outcome)

    def _note(self, task: Task, outcome: Outcome) -> None:
        self._unfinished.discard(task.name)
        if outcome.error:
            self._journal.fail(task.name)
        else:
            usage = outcome.usage
            entry = self._journal.finish(
                task.name,
                outcome.key,
                outcome.output,
                duration_s=outcome.duration_s,
                characters=usage.characters,
                gaps=usage.gaps,
                options=task.options,
            )
            self._keep(task, entry)
        self._observer.results.add(outcome)

    def _attempt(self, task: Task) -> Outcome:
        try:
            return self._make(task)
        except QwenTTSError as error:
            return replace(task.outcome(Status.FAILED), error=error)
