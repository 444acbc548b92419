"""An observer that writes down what it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.observer import Observer

if TYPE_CHECKING:
    from qwentts_cli.errors import QwenTTSError


class Listener(Observer):
    """`hosts` has `True` for each time that one went down and `False` for each time that it came back."""

    def __init__(self) -> None:
        self.hosts: list[bool] = []
        self.failed: list[QwenTTSError] = []
        self.repeated: list[tuple[QwenTTSError, int, float]] = []
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def host_down(self, host: str, error: QwenTTSError, *, patience_s: float) -> None:
        assert host
        assert error
        assert patience_s > 0
        self.hosts.append(True)

    def host_up(self, host: str) -> None:
        assert host
        self.hosts.append(False)

    def request_failed(self, error: QwenTTSError) -> None:
        self.failed.append(error)

    def attempt_repeated(self, error: QwenTTSError, *, number: int, pause_s: float) -> None:
        self.repeated.append((error, number, pause_s))
