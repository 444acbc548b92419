"""A disk that fails at one moment of a run, in a process of its own."""

from __future__ import annotations

import io
import itertools
import os
import resource
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

KILL = -1


class Broken(NamedTuple):
    """At the `at`-th opening to write, writing, syncing, naming or removing, that fails with `error`.

    That it did is shown by the folder `fired` in the home. `KILL` as the error ends the process there. With
    `largest` no file can grow beyond so many bytes.
    """

    at: int = 0
    error: int = 0
    largest: int = 0


def break_disk(broken: Broken) -> None:
    """Replace what this process uses of `os`; a file is written as before, through one more layer."""
    if broken.largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (broken.largest, broken.largest))
    moments = itertools.count(1)

    def meet(*_: object) -> None:
        if next(moments) != broken.at:
            return
        (Path.home() / "fired").mkdir()
        if broken.error == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(broken.error, os.strerror(broken.error))

    class File(io.FileIO):
        def write(self, data: Any) -> int:
            meet()
            return super().write(data)

    def reopen(descriptor: int, _mode: str) -> io.BufferedRandom:
        return io.BufferedRandom(File(descriptor, "r+b"))

    for name in ("fsync", "replace", "link", "unlink"):
        setattr(os, name, _met(getattr(os, name), meet))
    to_read, to_write = os.open, _met(os.open, meet)

    def open_either(path: Any, flags: int, *rest: Any, **kwargs: Any) -> int:
        is_written = flags & (os.O_WRONLY | os.O_RDWR)
        return int((to_write if is_written else to_read)(path, flags, *rest, **kwargs))

    os.open = open_either
    os.fdopen = reopen  # type: ignore[assignment]


def _met(function: Callable[..., Any], meet: Callable[[], None]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        meet()
        return function(*args, **kwargs)

    return call
