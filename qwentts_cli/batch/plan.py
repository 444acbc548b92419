"""What a batch would make, and what it may not overwrite; nothing is sent."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct, field

from qwentts_cli.batch.folder import check_files, open_journal, refuse_precious
from qwentts_cli.batch.job import prepare_job
from qwentts_cli.batch.join import Part
from qwentts_cli.batch.journal import DONE, Journal, State
from qwentts_cli.batch.rows import find_changes
from qwentts_cli.speech.cache_look import look_into_cache
from qwentts_cli.speech.estimate import Estimate
from qwentts_cli.speech.wiring import tell_limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qwentts_cli.batch.job import Job
    from qwentts_cli.batch.observer import BatchObserver
    from qwentts_cli.batch.options import BatchOptions
    from qwentts_cli.batch.rows import Change, Entry
    from qwentts_cli.batch.tasks import Task
    from qwentts_cli.speech.context import Context
    from qwentts_cli.speech.voice_settings import VoiceSettings


class Plan(Struct, kw_only=True):
    """How many items are in which state, and what those to be made would take.

    `joined` is the state of the joined file, if there is to be one. The estimate is empty unless asked for.
    """

    voice: VoiceSettings
    states: Counter[State] = field(default_factory=Counter)
    estimate: Estimate = field(default_factory=Estimate)
    joined: State | None = None

    @property
    def is_done(self) -> bool:
        return not self.to_make and self.joined in {None, State.DONE}

    @property
    def items(self) -> int:
        return self.states.total()

    @property
    def to_make(self) -> int:
        return self.items - self.states[State.DONE]


def plan_batch(
    context: Context, options: BatchOptions, observer: BatchObserver, *, is_measured: bool = False
) -> Plan:
    """Compare every item with what is there, and tell `observer` of each; nothing is sent or written.

    With `is_measured` the segments and characters of what would be made are counted, too.

    Raises:
        UsageError: something is wrong with the options or the items.
    """
    job = prepare_job(context, options, observer)
    cache = look_into_cache(context, options.requests.cache_use, observer) if is_measured else None
    with open_journal(job.tasks, observer, is_written=False) as journal:
        if is_measured:
            check_files(job, options, journal)
            if not options.files.is_forced:
                refuse_precious(
                    task.output for task, state, _ in journal.look_at_all(job.tasks) if state.is_precious
                )
        estimate = Estimate(context.prices, cache)
        plan = _compare(job, journal, observer, estimate, is_measured=is_measured)
    if is_measured:
        tell_limits(context, plan.voice.model, estimate.billed, job.budget, observer)
    return plan


def _compare(
    job: Job, journal: Journal, observer: BatchObserver, estimate: Estimate, *, is_measured: bool
) -> Plan:
    plan, parts = Plan(voice=job.tasks.settings.voice, estimate=estimate), []
    for task, state, entry in compare(job.tasks, journal):
        plan.states[state] += 1
        observer.item_compared(task.output, state, _changes(task, state, entry))
        if job.join and entry:
            parts.append(Part.of(task, entry))
        if is_measured and state is not State.DONE:
            plan.estimate.add(task.utter(task.read()))
    if job.join:
        plan.joined, _ = job.join.compare(job.tasks.folder, journal, [] if plan.to_make else parts)
        observer.item_compared(job.join.path, plan.joined)
    return plan


def compare(tasks: Iterable[Task], journal: Journal) -> Iterator[tuple[Task, State, Entry | None]]:
    """Give the state of each item and what is known of it; a text is read only if it may be there already."""
    for task, state, entry in journal.look_at_all(tasks):
        if state is not DONE or not entry:
            yield task, state, entry
        elif entry.key != task.key:
            yield task, State.CHANGED, entry
        elif (beside := task.beside) and not all(path.is_file() for path in beside):
            yield task, State.MISSING, entry
        else:
            yield task, state, entry


def _changes(task: Task, state: State, entry: Entry | None) -> tuple[Change, ...]:
    return find_changes(entry.options, task.options) if entry and state is State.CHANGED else ()
