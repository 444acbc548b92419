"""Many texts made into many files: one pool of workers for all, one journal, and no stop at a bad item."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from qwentts_cli.batch.bench import Bench
from qwentts_cli.batch.outcome import Outcome, Status
from qwentts_cli.batch.signals import deferred_signals
from qwentts_cli.errors import (
    AuthError,
    BudgetError,
    LocalError,
    QuotaError,
    QwenTTSError,
)
from qwentts_cli.synthesis.breaker import HostDown

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

    from qwentts_cli.batch.journal import Journal
    from qwentts_cli.speech.pipeline import WorkerPool
    from qwentts_cli.speech.voice_settings import VoiceSettings

# These would fail every other item just the same.
_FATAL = (AuthError, QuotaError, LocalError, BudgetError, HostDown)

_FAREWELL_S = 1.5
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Task:
    """One item, ready to be made.

    `relative` is its name in the journal, `key` all that decides its file, `characters` what it is billed.
    """

    number: int
    source: str
    output: Path
    relative: str
    key: str
    characters: int
    recipe: VoiceSettings
    read: Callable[[], Iterator[str]]

    def outcome(self, status: Status) -> Outcome:
        """An outcome of this task, the figures of which are still to be filled in."""
        return Outcome(
            number=self.number,
            source=self.source,
            output=self.output,
            voice=self.recipe.voice,
            model=self.recipe.model,
            status=status,
        )


MakeFile = Callable[[Task, "WorkerPool | None"], Outcome]


class Report(Protocol):
    def count(self, outcome: Outcome) -> None:
        """Take note of an outcome; must be quick."""

    def tell(self, outcome: Outcome) -> None:
        """Show it; may wait for whoever reads."""


class Batch:
    """Runs tasks and keeps the journal.

    Args:
        make: makes the file of one task; called in several threads at once.
        pool: the workers that make segments; without it everything happens in the calling thread.
        journal: told of every item that is begun, failed or done.
        report: counts and tells every outcome.
        fail_fast: stop at the first failure.
    """

    def __init__(
        self,
        make: MakeFile,
        *,
        pool: WorkerPool | None,
        journal: Journal,
        report: Report,
        fail_fast: bool = False,
    ) -> None:
        self._make = make
        self._crew = pool
        self._journal = journal
        self._report = report
        self._unfinished: dict[str, str] = {}
        self._patience_s = _FAREWELL_S
        self._fail_fast = fail_fast

    def run(self, tasks: Iterable[Task]) -> None:
        """Make the tasks, and those that failed for a passing reason once more at the end.

        Raises:
            QwenTTSError: a failure that all other items would share, or the first one with `fail_fast`.
        """
        again: list[Task] = []
        try:
            self._pass(tasks, again)
            self._pass(again, None)
        finally:
            with suppress(LocalError):  # what failed here fails there too
                for relative, key in self._unfinished.items():
                    self._journal.stop(relative, key)

    def _pass(self, tasks: Iterable[Task], again: list[Task] | None) -> None:
        with closing(self._made(self._begun(tasks))) as made:
            for take in made:
                try:
                    self._take_in(take, again)
                except QwenTTSError:  # nobody is waiting at the keyboard for the end
                    self._patience_s = _PATIENCE_S
                    raise

    def _take_in(self, take: Callable[[], tuple[Task, Outcome]], again: list[Task] | None) -> None:
        with deferred_signals():
            task, outcome = take()
            error = outcome.error
            if isinstance(error, _FATAL):
                raise error
            if again is not None and error and error.retryable and not self._fail_fast:
                again.append(task)
                return
            self._note(task, outcome)
            self._report.count(outcome)
        self._report.tell(outcome)
        if error and self._fail_fast:
            raise error

    def _note(self, task: Task, outcome: Outcome) -> None:
        del self._unfinished[task.relative]
        if outcome.error:
            self._journal.fail(task.relative, task.key)
            return
        self._journal.finish(
            task.relative,
            task.key,
            outcome.output,
            duration_s=outcome.duration_s,
            characters=outcome.usage.characters,
            gaps=outcome.usage.gaps,
        )

    def _begun(self, tasks: Iterable[Task]) -> Iterator[Task]:
        for task in tasks:
            self._journal.begin(task.relative, task.key)
            self._unfinished[task.relative] = task.key
            yield task

    def _made(self, tasks: Iterator[Task]) -> Generator[Callable[[], tuple[Task, Outcome]], None, None]:
        """Make the tasks; what is given each time takes the outcome of one, which is lost then."""
        if self._crew is None:
            for task in tasks:
                outcome = self._attempt(task)
                yield lambda task=task, outcome=outcome: (task, outcome)  # type: ignore[misc]
            return
        bench = Bench(self._attempt, seats=2 * self._crew.jobs)
        try:
            yield from bench.run(tasks)
        finally:
            bench.stop(self._crew, self._patience_s)
            # What was finished while the others were called off is there, paid for, and counts.
            for task, outcome in bench.rest():
                self._note(task, outcome)
                self._report.count(outcome)
                with suppress(OSError):  # nobody may be listening any more
                    self._report.tell(outcome)

    def _attempt(self, task: Task) -> Outcome:
        try:
            return self._make(task, self._crew)
        except QwenTTSError as error:
            return replace(task.outcome(Status.FAILED), error=error)
