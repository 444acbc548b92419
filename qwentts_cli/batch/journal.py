"""What a batch has done: one row for each output file, in a database in the output folder.

The folder may have come from somebody else, so a row alone decides nothing about a file that is there: it is
ours if it is, byte for byte, one that was noted before it took its name.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager, suppress
from enum import StrEnum, unique
from itertools import islice
from typing import IO, TYPE_CHECKING, Final, TypeVar

from qwentts_cli.batch.rows import LAYOUT, Entry, FileFacts, Noted, Stage, read_row, row_of
from qwentts_cli.errors import LocalError, UsageError
from qwentts_cli.storage.os_errors import os_errors_as_local
from qwentts_cli.storage.sqlite import DamagedError, Database, DatabaseError, open_database, open_to_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from qwentts_cli.synthesis.usage import Gap

Item = TypeVar("Item", bound=Noted)

# Where a batch keeps what is its own, in the output folder.
HIDDEN = ".qwentts"

_FIND = "SELECT name, key, stage, duration_s, characters, gaps, known, options FROM files WHERE name IN "
# So many rows are found in a tenth of the time that they take one by one.
_AT_ONCE = 500
_WRITE = "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


@unique
class State(StrEnum):
    """Why an item will be made or not."""

    DONE = "already there"
    NEW = "new"
    CHANGED = "text or options changed"
    UNFINISHED = "was interrupted"
    FAILED = "failed"
    MISSING = "its file is missing"
    ALTERED = "its file was changed after it was made"
    FOREIGN = "another program's file has that name"

    @property
    def word(self) -> str:
        """The one that scripts know it by; of a file that is there, the one that a run tells of it too."""
        return "skipped" if self is State.DONE else self.name.lower()

    @property
    def is_precious(self) -> bool:
        """Whether there is a file that nobody can make again."""
        return self in {State.ALTERED, State.FOREIGN}


# Of a million items, looking them up in their classes would take seconds.
DONE: Final = State.DONE
_NOTED_AS_DONE: Final = Stage.DONE


class Journal:
    """Used by all threads of a run.

    A damaged database is put aside with a warning: what it knew is made again, out of the cache if possible.

    Args:
        folder: where the databases of a batch and its parts are.
        name: that of this batch or part.
        warn: told of damage.
        is_written: otherwise it is only asked, and may be on a disk that cannot be written.
        is_forced: any file may be overwritten.

    Raises:
        UsageError: the database was written by a newer version.
        LocalError: it cannot be read or written, or is not ours.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        warn: Callable[[str], None],
        is_written: bool,
        is_forced: bool = False,
    ) -> None:
        self._path = folder / f"{name}.sqlite"
        self._other_paths = [path for path in folder.glob("*.sqlite") if path != self._path]
        self._others: list[Database] | None = None
        self._is_anew = False
        self._is_forced = is_forced
        self._lock = threading.RLock()
        with self._told():
            if is_written:
                self._database, self._is_anew = open_database(self._path, LAYOUT, warn=warn)
            else:
                self._database = open_to_read(self._path, LAYOUT)

    def close(self) -> None:
        with self._lock:
            for database in (self._database, *(self._others or ())):
                database.close()

    def look(self, output: Path, name: str) -> tuple[State, Entry | None]:
        """The state of an item whose key has not changed, and what is known of it."""
        facts = _facts(os.fspath(output))
        with self._lock:
            own = self._read(name)
        return self._judge(name, facts, own)

    def look_at_all(
        self, items: Iterable[Item], *, at_once: int = _AT_ONCE
    ) -> Iterator[tuple[Item, State, Entry | None]]:
        """Give what `look` does for each of many items."""
        waiting = iter(items)
        while some := list(islice(waiting, at_once)):
            names = [item.name for item in some]
            with self._lock, self._told():
                noted = _read(self._database, *names)
            for item, name in zip(some, names, strict=True):
                state, entry = self._judge(name, _facts(item.where), noted.get(name))
                yield item, state, entry

    def _judge(
        self, name: str, facts: os.stat_result | None, own: Entry | None
    ) -> tuple[State, Entry | None]:
        if own and own.stage is _NOTED_AS_DONE and own.fits(facts):
            return DONE, own
        with self._lock:
            entry = self._fitting(name, facts, own)
        if entry is None and facts and self._is_anew:
            # The journal that was lost may have known that file, so it is looked at in the end.
            entry = Entry(stage=Stage.STOPPED, known=None)
        return _state(entry, facts), entry

    def recover(self) -> int:
        """How many items were being made when an earlier run was killed; it is told once."""
        with self._told():
            self._database.run("UPDATE files SET stage = ? WHERE stage = ?", (Stage.STOPPED, Stage.BEGUN))
            return int(self._database.run("SELECT changes()")[0][0])

    def begin(self, name: str) -> None:
        """Note that a file of this name is being made; what was there before stays ours."""
        self._move(name, Stage.BEGUN)

    def stop(self, name: str) -> None:
        """Note that it was begun and called off, by a run that came to its own end."""
        self._move(name, Stage.STOPPED)

    def fail(self, name: str) -> None:
        self._move(name, Stage.FAILED)

    def recognise(self, name: str, output: Path, file: IO[bytes]) -> None:
        """Note what a whole file is like, before it takes its name; called by several threads at once.

        A run that is killed right after it has the name then finds it again.

        Raises:
            UsageError: a file that is not ours has that name.
        """
        new = FileFacts.of(file)
        with self._lock:
            entry = self._find(name, _facts(os.fspath(output))) or Entry(stage=Stage.BEGUN)
            if not self._is_forced:
                _refuse_foreign(output, entry, new)
            old = (entry.known or ())[-1:]
            self._write(name, Entry(stage=Stage.BEGUN, known=(*old, new)))

    def finish(
        self,
        name: str,
        key: str,
        output: Path,
        *,
        duration_s: float = 0.0,
        characters: int = 0,
        gaps: Sequence[Gap] = (),
        options: str | None = None,
    ) -> Entry:
        """Note that the file is whole, and what it is like; gives what is known of it now."""
        with os_errors_as_local(output):
            facts = output.stat()
        with self._lock:
            before = self._find(name, facts)
            seen = [known for known in (before and before.known) or () if known.size == facts.st_size]
            digest = seen[-1].digest if seen else None
            entry = Entry(
                stage=Stage.DONE,
                key=key,
                duration_s=duration_s,
                characters=characters,
                gaps=tuple(gaps),
                known=(FileFacts(size=facts.st_size, mtime_ns=facts.st_mtime_ns, digest=digest),),
                options=options,
            )
            self._write(name, entry)
        return entry

    def _move(self, name: str, stage: Stage) -> None:
        with self._lock:
            entry = self._find(name, None)
            # Without a file of that name from before, the new one is noted before it gets the name.
            known = entry.known if entry else None if self._is_anew else ()
            self._write(name, Entry(stage=stage, known=known))

    def _find(self, name: str, facts: os.stat_result | None) -> Entry | None:
        return self._fitting(name, facts, self._read(name))

    def _fitting(self, name: str, facts: os.stat_result | None, own: Entry | None) -> Entry | None:
        """Of what this batch and the other parts noted, what fits the file as it is, else the first."""
        if own and own.fits(facts):
            return own
        found = [entry for entry in (own, *self._noted_elsewhere(name)) if entry]
        return next((entry for entry in found if entry.fits(facts)), found[0] if found else None)

    def _noted_elsewhere(self, name: str) -> Iterator[Entry | None]:
        if self._others is None:
            self._others = []
            for path in self._other_paths:
                with suppress(DatabaseError, UsageError, LocalError):
                    self._others.append(open_to_read(path, LAYOUT))
        for database in self._others:
            with suppress(DatabaseError):
                yield _read(database, name).get(name)

    def _read(self, name: str) -> Entry | None:
        with self._told():
            return _read(self._database, name).get(name)

    def _write(self, name: str, entry: Entry) -> None:
        with self._told():
            self._database.run(_WRITE, (name, *row_of(entry)))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the database says of the disk into an error for the user."""
        try:
            with os_errors_as_local(self._path):
                yield
        except DatabaseError as error:
            hint = "Make room on the disk and check its permissions; what is done is kept."
            if isinstance(error, DamagedError):
                hint = "Run the batch without --check, --dry-run or --explain: it begins a new one."
            raise LocalError(f"cannot use the journal {self._path}: {error}", hint=hint) from error


def _facts(output: str) -> os.stat_result | None:
    try:
        return os.stat(output)  # noqa: PTH116 - of a million, making paths would take seconds
    except OSError:
        return None


def _state(entry: Entry | None, facts: os.stat_result | None) -> State:
    if entry is None:
        return State.FOREIGN if facts else State.NEW
    if entry.stage != Stage.DONE:
        if facts and not entry.may_be(facts):
            return State.ALTERED if entry.known else State.FOREIGN
        return State.FAILED if entry.stage == Stage.FAILED else State.UNFINISHED
    if facts is None:
        return State.MISSING
    return State.DONE if entry.fits(facts) else State.ALTERED


def _refuse_foreign(output: Path, entry: Entry, new: FileFacts) -> None:
    """Look at the very file that is about to be overwritten.

    Raises:
        UsageError: it is neither one that was noted, nor the same as the new one.
    """
    if not os.path.lexists(output):
        return
    there = FileFacts.at(output)
    if there is None or not any(known.is_same(there) for known in (*(entry.known or ()), new)):
        raise UsageError(
            f"{output} exists already, and is not as this batch made it; use --force to overwrite it"
        )


def _read(database: Database, *names: str) -> dict[str, Entry]:
    rows = database.run(f"{_FIND}({', '.join('?' * len(names))})", names)
    return {row[0]: read_row(row) for row in rows}


def name_beside(kind: str, path: Path, folder: Path) -> str:
    """The name in the journal of a file that is no item's; no item's name begins with a slash."""
    try:
        return f"/{kind}/{os.path.relpath(path, folder)}"
    except ValueError:  # on Windows, where it is on another drive
        return f"/{kind}/{path}"
