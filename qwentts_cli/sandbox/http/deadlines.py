"""How long a client may take to send its request, or to take in a piece of the answer."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator


class Deadlines:
    """Knows which connections are late. A socket's own timeout would start anew with each byte.

    Args:
        seconds: what a client has for one step.
        clock: monotonic seconds.
    """

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._ends: dict[socket.socket, float] = {}

    def start(self, connection: socket.socket) -> None:
        """Give the client its time for the step that begins now."""
        with self._lock:
            self._ends[connection] = self._clock() + self._seconds

    def clear(self, connection: socket.socket) -> None:
        """Wait for nothing from this client."""
        with self._lock:
            self._ends.pop(connection, None)

    def late(self) -> Iterator[socket.socket]:
        """Yield the connections whose time is over."""
        now = self._clock()
        with self._lock:
            over = [connection for connection, end in self._ends.items() if end <= now]
        yield from over
