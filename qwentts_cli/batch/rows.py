"""The rows of a batch's journal: what they say, and which of them make sense."""

from __future__ import annotations

import json
import os
from enum import StrEnum, unique
from typing import IO, TYPE_CHECKING, Annotated, Any, Protocol

import msgspec
from msgspec import Meta, Struct

from qwentts_cli.storage.sqlite import Layout
from qwentts_cli.synthesis.usage import Gap

if TYPE_CHECKING:
    from collections.abc import Sequence
    from hashlib import _Hash as Hash
    from pathlib import Path

_LONGEST_S = 10_000_000
_MOST = 2**63 - 1
_NO_GAPS = "[]"
_MOST_KNOWN = 2
_LONGEST_OPTION = 60
_TEXT = "text"
_OPTIONS = msgspec.json.Decoder(dict[str, str])
_DIGEST_LENGTH = 64

LAYOUT = Layout(
    title="journal",
    is_durable=True,  # else a power cut could leave files of ours that nobody knows any more
    versions=(
        """CREATE TABLE items (
    output TEXT PRIMARY KEY, key TEXT NOT NULL, stage TEXT NOT NULL,
    size INTEGER, mtime_ns INTEGER, duration_s REAL, characters INTEGER, gaps TEXT
) WITHOUT ROWID""",
        """CREATE TABLE files (
    name TEXT PRIMARY KEY, key TEXT NOT NULL, stage TEXT NOT NULL,
    duration_s REAL, characters INTEGER, gaps TEXT, known TEXT
) WITHOUT ROWID""",
        """CREATE TABLE files (
    name TEXT PRIMARY KEY, key TEXT NOT NULL, stage TEXT NOT NULL,
    duration_s REAL, characters INTEGER, gaps TEXT, known TEXT
, options TEXT) WITHOUT ROWID""",  # as the upgrade leaves it
    ),
    upgrades=(
        """CREATE TABLE files (
    name TEXT PRIMARY KEY, key TEXT NOT NULL, stage TEXT NOT NULL,
    duration_s REAL, characters INTEGER, gaps TEXT, known TEXT
) WITHOUT ROWID;
INSERT INTO files SELECT output, key, stage, duration_s, characters, gaps,
    CASE WHEN stage = 'done' THEN '[[' || size || ',' || mtime_ns || ',null]]' END FROM items;
DROP TABLE items""",
        "ALTER TABLE files ADD COLUMN options TEXT",
    ),
)


@unique
class Stage(StrEnum):
    BEGUN = "begun"
    STOPPED = "stopped"
    FAILED = "failed"
    DONE = "done"


_STAGES = {stage.value: stage for stage in Stage}


class Noted(Protocol):
    """What has a row by its name, and a file."""

    @property
    def name(self) -> str: ...

    @property
    def where(self) -> str: ...


_Size = Annotated[int, Meta(ge=0, le=_MOST)]
_Time = Annotated[int, Meta(ge=-_MOST, le=_MOST)]
# No more is asked of a digest: it is only compared with others.
_Digest = Annotated[str, Meta(min_length=_DIGEST_LENGTH, max_length=_DIGEST_LENGTH)]


class FileFacts(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What tells a file from others; version 0.1.0 noted no digest."""

    size: _Size
    mtime_ns: _Time
    digest: _Digest | None

    @classmethod
    def of(cls, file: IO[bytes]) -> FileFacts:
        """Look at an open file, from its first byte to its last."""
        import hashlib

        facts = os.fstat(file.fileno())
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type] # any file will do
        return cls(size=facts.st_size, mtime_ns=facts.st_mtime_ns, digest=digest)

    @classmethod
    def at(cls, path: Path) -> FileFacts | None:
        """Look at the very file that is there; `None` if it cannot be read."""
        try:
            flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
            with os.fdopen(os.open(path, flags), "rb") as file:
                return cls.of(file)
        except OSError:
            return None

    def is_same(self, there: FileFacts) -> bool:
        """Whether a file is this one, by all it holds; without a digest, by its time."""
        if self.digest is None:
            return (self.size, self.mtime_ns) == (there.size, there.mtime_ns)
        return (self.size, self.digest) == (there.size, there.digest)


_KNOWN = msgspec.json.Decoder(tuple[FileFacts, ...])


class Entry(Struct, frozen=True, kw_only=True):
    """What is known of one item; all but `stage` and `known` only of a finished one.

    `known` are the files of this name that are ours, the last one, and a newer one that may have its name
    already; `None` where nobody knows. `options` are what it was made with, as JSON, if that was noted.
    """

    stage: Stage
    key: str = ""
    duration_s: float = 0.0
    characters: int = 0
    gaps: tuple[Gap, ...] = ()
    known: tuple[FileFacts, ...] | None = ()
    options: str | None = None

    @property
    def size(self) -> int | None:
        return self.known[-1].size if self.known else None

    @property
    def mtime_ns(self) -> int | None:
        return self.known[-1].mtime_ns if self.known else None

    def fits(self, facts: os.stat_result | None) -> bool:
        """Whether the file is as it was when this was noted, by what a glance can tell."""
        if not (facts and self.known):
            return False
        last = self.known[-1]
        return last.size == facts.st_size and last.mtime_ns == facts.st_mtime_ns

    def may_be(self, facts: os.stat_result) -> bool:
        """Whether the file can be one of ours; only its content can tell for sure."""
        return self.known is None or any(known.size == facts.st_size for known in self.known)


def row_of(entry: Entry) -> tuple[object, ...]:
    """The columns of a row behind its name."""
    gaps = json.dumps([(gap.line, gap.column, gap.characters) for gap in entry.gaps])
    known = None
    if entry.known is not None:
        known = msgspec.json.encode(entry.known).decode()
    return entry.key, entry.stage.value, entry.duration_s, entry.characters, gaps, known, entry.options


def read_row(row: Sequence[object]) -> Entry:
    """What a row says; of one that cannot be ours, that nobody knows anything."""
    try:
        return _checked(row)
    except (ValueError, TypeError, KeyError, RecursionError):
        return Entry(stage=Stage.STOPPED, known=None)


def _checked(row: Sequence[Any]) -> Entry:
    _, key, stage, duration_s, characters, gaps, known, options = row
    if len(key) not in {0, _DIGEST_LENGTH} or not 0 <= duration_s <= _LONGEST_S:
        raise ValueError
    files = None if known is None else _KNOWN.decode(known)
    entry = Entry(
        stage=_STAGES[stage],
        key=key,
        duration_s=duration_s,
        characters=_count(characters),
        gaps=() if gaps == _NO_GAPS else tuple(Gap(*map(_count, gap)) for gap in json.loads(gaps)),
        known=files,
        options=options if isinstance(options, str) else None,
    )
    if len(files or ()) > _MOST_KNOWN or (not files and entry.stage is Stage.DONE):
        raise ValueError
    return entry


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _MOST:
        raise ValueError
    return value


def begin_key(*facts: object) -> Hash:
    """A digest of facts, to which more can be added."""
    import hashlib

    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode())


class Change(Struct, frozen=True):
    """An option that is another one than when the file was made; of the text, only that it is another one."""

    option: str
    before: str | None = None
    after: str | None = None

    def __str__(self) -> str:
        if self.option == _TEXT:
            return "text changed"
        return f"{self.option}: {self.before or 'none'} → {self.after or 'none'}"

    def document(self) -> dict[str, str | None]:
        return {"option": self.option, "before": self.before, "after": self.after}


def find_changes(before: str | None, after: str) -> tuple[Change, ...]:
    """Name what is another one now: options, else the text; nothing where nobody noted the options."""
    was, now = _read_options(before), _read_options(after)
    if not was:
        return ()
    changes = [Change(name, was.get(name), now.get(name)) for name in dict.fromkeys([*now, *was])]
    return tuple(change for change in changes if change.before != change.after) or (Change(_TEXT),)


def _read_options(text: str | None) -> dict[str, str]:
    """The options by their names; none of what cannot be ours, since a folder may come from somebody else."""
    try:
        found = _OPTIONS.decode(text or "{}")
    except (msgspec.DecodeError, RecursionError):
        return {}
    return {name[:_LONGEST_OPTION]: value[:_LONGEST_OPTION] for name, value in found.items()}
