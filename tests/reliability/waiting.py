"""Waiting for what another process does."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOK_EVERY_S = 0.005


def until(happened: Callable[[], object], *, within_s: float = 15.0) -> None:
    """Return as soon as `happened` gives something true; fails if that takes too long."""
    deadline = time.monotonic() + within_s
    never = threading.Event()
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        never.wait(_LOOK_EVERY_S)
