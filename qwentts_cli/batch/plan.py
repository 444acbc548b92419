"""What a batch is going to do: items turned into tasks, and each compared with what is there already."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from qwentts_cli.batch.journal import HIDDEN, Journal, State, begun_key
from qwentts_cli.batch.runner import Task
from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.shard import select
from qwentts_cli.speech.estimate import Estimate
from qwentts_cli.speech.voice_settings import VoiceSettings, rename_voice
from qwentts_cli.storage.private import check_folders_below, check_own_file
from qwentts_cli.text.units import count_units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from hashlib import _Hash as Hash
    from pathlib import Path

    from qwentts_cli.audio.formats import AudioFormat
    from qwentts_cli.billing.budget import Budget
    from qwentts_cli.manifest.check import Manifest
    from qwentts_cli.manifest.item import Item
    from qwentts_cli.speech.speak import Pauses
    from qwentts_cli.text.read import Reader

_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """All that is the same for every file of a batch.

    `is_sandbox` keeps what is no Qwen voice from being taken for one; `keeps_copies` has a lossless copy kept
    of each file, to be joined.
    """

    recipe: VoiceSettings
    format: AudioFormat
    bitrate_kbps: int | None
    pauses: Pauses
    on_refused: str
    is_sandbox: bool
    keeps_copies: bool = False


@dataclass(frozen=True, slots=True)
class Planner:
    """Turns items into tasks. `shard` and `limit` choose among them."""

    manifest: Manifest
    folder: Path
    style: OutputSettings
    reader: Reader
    shard: tuple[int, int] | None = None
    limit: int | None = None

    @property
    def count(self) -> int:
        """How many tasks there are."""
        index, parts = self.shard or (1, 1)
        count = len(range(index, self.manifest.count + 1, parts))
        return count if self.limit is None else min(count, self.limit)

    def copy_of(self, task: Task) -> Path:
        """Where the lossless copy of an item's file is, if one is kept.

        Raises:
            LocalError: something there leads elsewhere.
        """
        copy = self.folder / HIDDEN / "copies" / f"{task.relative}.flac"
        check_folders_below(self.folder / HIDDEN, copy)
        check_own_file(copy)
        return copy

    def tasks(self) -> Iterator[Task]:
        for item in select(self.manifest, shard=self.shard, limit=self.limit):
            yield self._task(item)

    def _task(self, item: Item) -> Task:
        recipe = recipe_of(item, self.style.recipe)
        read = self._read(item)
        key, characters = _begun_key(self.style, recipe).copy(), 0
        for piece in read():
            key.update(piece.encode())
            characters += count_units(piece)
        output = self.folder / item.output
        return Task(item.number, item.place, output, item.output, key.hexdigest(), characters, recipe, read)

    def _read(self, item: Item) -> Callable[[], Iterator[str]]:
        if item.file is not None:
            file = item.file
            return lambda: self.reader.file(file)
        text = item.text or ""
        return lambda: iter([text])


@lru_cache(maxsize=64)
def _begun_key(style: OutputSettings, recipe: VoiceSettings) -> Hash:
    """The digest of all that decides an item's file but its text; a million items have few different ones."""
    return begun_key(
        recipe.request("").canonical(),
        style.format,
        style.bitrate_kbps,
        style.pauses.segment_s,
        style.pauses.paragraph_s,
        style.on_refused,
        style.is_sandbox,
    )


@dataclass(slots=True)
class Plan:
    """How many items are in which state, and what those to be made would take.

    `characters` is 0 where nobody has looked at the texts; `joined` is the state of `--join`.
    """

    states: Counter[State] = field(default_factory=Counter)
    estimate: Estimate = field(default_factory=Estimate)
    characters: int = 0
    foreign: list[str] = field(default_factory=list)
    joined: State | None = None

    @property
    def is_done(self) -> bool:
        return not self.stale and self.joined in {None, State.DONE}

    @property
    def items(self) -> int:
        return self.states.total()

    @property
    def stale(self) -> int:
        return self.items - self.states[State.DONE]

    def refuse_foreign(self) -> None:
        """Overwrite nothing that is not this batch's own.

        Raises:
            UsageError: files are there that no batch into this folder made.
        """
        if not self.foreign:
            return
        shown = ", ".join(self.foreign[:_MOST_SHOWN])
        more = f" and {len(self.foreign) - _MOST_SHOWN} more" if len(self.foreign) > _MOST_SHOWN else ""
        raise UsageError(
            f"{shown}{more}: exists already, and is not as this batch made it",
            hint="Use --force to overwrite.",
        )


def make_plan(
    planner: Planner,
    journal: Journal,
    *,
    is_measured: bool,
    tell: Callable[[Task, State], None] = lambda _task, _state: None,
) -> Plan:
    """Look at every item; with `is_measured` count segments and characters too. Nothing is sent."""
    plan = Plan()
    by_paragraph = planner.style.pauses.paragraph_s is not None
    for task in planner.tasks():
        state = journal.state(task.output, task.relative, task.key)
        plan.states[state] += 1
        tell(task, state)
        plan.characters += 0 if state is State.DONE else task.characters
        if state.is_precious:
            plan.foreign.append(str(task.output))
        if is_measured and state is not State.DONE:
            plan.estimate.add(task.read(), task.recipe, by_paragraph=by_paragraph)
    return plan


def fresh_plan(planner: Planner) -> Plan:
    """The plan for a folder without files, for which a million items need not be looked at one by one."""
    return Plan(Counter({State.NEW: planner.count}))


def recipe_of(item: Item, default: VoiceSettings) -> VoiceSettings:
    """The batch's recipe with what the item says itself.

    Raises:
        UsageError: a name is a slip of a known one.
    """
    recipe, _ = rename_voice(
        default, voice=item.voice, model=item.model, language=item.language, instructions=item.instructions
    )
    return recipe


def name_check(
    default: VoiceSettings, budget: Budget, warn: Callable[[str], None]
) -> Callable[[Item], str | None]:
    """What tells of an item what is wrong with its names; a million items have few different ones."""
    known: dict[tuple[object, ...], str | None] = {}

    def check(item: Item) -> str | None:
        names = (item.voice, item.model, item.language, bool(item.instructions))
        if names not in known:
            known[names] = _look_at_names(item, default, budget, warn)
        return known[names]

    return check


def _look_at_names(
    item: Item, default: VoiceSettings, budget: Budget, warn: Callable[[str], None]
) -> str | None:
    try:
        recipe, warnings = rename_voice(
            default,
            voice=item.voice,
            model=item.model,
            language=item.language,
            instructions=item.instructions,
        )
        budget.check(recipe.model)  # its price has to be known before anything is sent
    except UsageError as error:
        return f"{error.message}. {error.hint}".strip()
    for warning in warnings:
        warn(f"{item.place}: {warning}")
    return None
