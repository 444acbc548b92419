"""Where the limiter's state lives: in this process, or in a locked file that all processes share."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import threading
import time
from typing import TYPE_CHECKING, Protocol, TypeVar

from qwentts_cli.errors import LocalError
from qwentts_cli.storage.locks import try_lock
from qwentts_cli.storage.private import check_own_folder, make_private_folder, open_private
from qwentts_cli.synthesis.limiter_rules import LimiterState, fresh

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

_RECORD_BYTES = 512
_LOCK_TRIES = 500
_LOCK_PAUSE_S = 0.002
_KINDS = {name: type(getattr(fresh(0.0), name)) for name in LimiterState.__struct_fields__}


class RateState(Protocol):
    """Holds the state between events."""

    def transact(self, change: Callable[[LimiterState | None], tuple[LimiterState, T]]) -> T:
        """Replace the state, None if nothing is known, by what `change` makes of it; return its result.

        One change runs at a time. It must not call this object.
        """


class OwnState:
    """The state of one process and its threads."""

    def __init__(self) -> None:
        self._state: LimiterState | None = None
        self._lock = threading.Lock()

    def transact(self, change: Callable[[LimiterState | None], tuple[LimiterState, T]]) -> T:
        with self._lock:
            self._state, result = change(self._state)
            return result


class SharedState:
    """The state in a file of one record, mode 0600, under a lock that the system frees when a process dies.

    The record is written in place, by one call and always of the same length, so a killed writer leaves it
    old or new. What is not a record (damaged, foreign, oversized) counts as nothing known and is overwritten.
    Once the file cannot be used (no permission, disk full, not a file of ours, lock held for over a second)
    the process goes on with a state of its own: `is_shared` tells.

    Args:
        path: the file; its folder is made, and what is missing above it.
        pause: waits between tries to get the lock, in seconds.
    """

    def __init__(self, path: Path, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.is_shared = True
        self._path = path
        self._pause = pause
        self._last: LimiterState | None = None
        self._lock = threading.Lock()

    def transact(self, change: Callable[[LimiterState | None], tuple[LimiterState, T]]) -> T:
        with self._lock:
            file = self._open_locked() if self.is_shared else None
            if file is None:
                self._last, result = change(self._last)
                return result
            try:
                self._last, result = change(self._read(file))
                self._write(file, self._last)
            finally:
                os.close(file)
            return result

    def _open_locked(self) -> int | None:
        try:
            file = self._open()
        except (OSError, LocalError):
            self.is_shared = False
            return None
        try:
            self._acquire_lock(file)
        except BaseException as error:
            os.close(file)
            if not isinstance(error, OSError):
                raise
            self.is_shared = False
            return None
        return file

    def _open(self) -> int:
        check_own_folder(self._path.parent)
        try:
            return open_private(self._path)
        except FileNotFoundError:
            make_private_folder(self._path.parent)
            return open_private(self._path)

    def _acquire_lock(self, file: int) -> None:
        for _ in range(_LOCK_TRIES):
            if try_lock(file):
                return
            self._pause(_LOCK_PAUSE_S)
        # Its holder is stopped: it would have needed microseconds.
        raise TimeoutError

    def _read(self, file: int) -> LimiterState | None:
        try:
            return decode(os.read(file, _RECORD_BYTES + 1))
        except OSError:
            self.is_shared = False
            return self._last

    def _write(self, file: int, state: LimiterState) -> None:
        try:
            if os.fstat(file).st_size > _RECORD_BYTES:
                os.ftruncate(file, _RECORD_BYTES)
            os.lseek(file, 0, os.SEEK_SET)
            self.is_shared &= os.write(file, encode(state)) == _RECORD_BYTES
        except OSError:
            self.is_shared = False


def encode(state: LimiterState) -> bytes:
    """A record of 512 bytes: JSON, filled up with blanks."""
    text = json.dumps({name: getattr(state, name) for name in _KINDS}, separators=(",", ":"))
    return text.ljust(_RECORD_BYTES - 1).encode() + b"\n"


def decode(record: bytes) -> LimiterState | None:
    """The state in `record`, or None if it is anything but a record."""
    if len(record) != _RECORD_BYTES:
        return None
    try:
        data = json.loads(record)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or {name: type(value) for name, value in data.items()} != _KINDS:
        return None
    return LimiterState(**data)


def shared_state(folder: Path, host: str, model: str) -> RateState:
    """The state that all processes of the user on this machine share for one API host and model."""
    # The machine's name, because a home folder may be on several machines, each with a clock of its own.
    scope = f"{platform.node()}\0{host}\0{model}"
    return SharedState(folder / f"rate-{hashlib.sha256(scope.encode()).hexdigest()[:32]}.json")
