"""A limit on how slowly a body may arrive, which single bytes or comments now and then cannot stretch."""

from __future__ import annotations


class Pace:
    """From one `least` of gain to the next, at most `seconds` are spent waiting.

    Only waiting counts: whoever takes the pieces may take as long as a player needs.
    """

    def __init__(self, seconds: float, *, least: int) -> None:
        self._seconds = seconds
        self._least = least
        self._waited_s = 0.0
        self._gained = 0

    def gain(self, amount: int) -> None:
        self._gained += amount
        if self._gained >= self._least:
            self._gained, self._waited_s = 0, 0.0

    def wait(self, seconds: float) -> None:
        """Count time spent waiting.

        Raises:
            TimeoutError: it is too much for what was gained.
        """
        self._waited_s += seconds
        if self._waited_s > self._seconds:
            raise TimeoutError
