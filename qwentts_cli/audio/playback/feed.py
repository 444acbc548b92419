"""The samples on their way to a sound device that asks for them from its own thread."""

from __future__ import annotations

from threading import Condition


class Feed:
    """A queue of bytes that never makes the device wait: what is missing is silence.

    Sound flows when `prebuffer` bytes are there, at first and after every time it ran dry, or when the end is
    known. One thread writes, another one pulls.
    """

    def __init__(self, *, prebuffer: int, capacity: int) -> None:
        self._prebuffer = prebuffer
        self._capacity = capacity
        self._bytes = bytearray()
        self._flows = False
        self._ended = False
        self._silence_after_end = 0
        self._changed = Condition()

    @property
    def flows(self) -> bool:
        """Whether sound would come out now."""
        with self._changed:
            return self._start_flowing()

    def offer(self, pcm: memoryview, *, timeout_s: float) -> int:
        """Take the part of `pcm` that fits, waiting for room, and return its length; 0 after the timeout."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._bytes) < self._capacity, timeout_s)
            part = pcm[: max(0, self._capacity - len(self._bytes))]
            self._bytes += part
            return len(part)

    def end(self) -> None:
        """Say that nothing follows."""
        with self._changed:
            self._ended = True

    def pull(self, size: int) -> bytes:
        """Return exactly `size` bytes of what is next, filled up with silence."""
        with self._changed:
            data = bytes(self._bytes[:size]) if self._start_flowing() else b""
            del self._bytes[: len(data)]
            missing = size - len(data)
            if missing:
                self._flows = False
            if self._ended:
                self._silence_after_end += missing
            self._changed.notify_all()
            return data + bytes(missing)

    def wait_for_silence(self, size: int, *, timeout_s: float) -> bool:
        """Wait until `size` bytes of silence were pulled after the end; tell whether that came about."""
        with self._changed:
            return self._changed.wait_for(lambda: self._silence_after_end >= size, timeout_s)

    def _start_flowing(self) -> bool:
        self._flows = self._flows or self._ended or len(self._bytes) >= self._prebuffer
        return self._flows
