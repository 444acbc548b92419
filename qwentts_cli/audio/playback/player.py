"""What plays a recording."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

PATIENCE_S = 10.0
PREBUFFER_S = 0.2


class Player(ABC):
    """Plays one recording; leaving the `with` block before `finish` silences it at once."""

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def write(self, pcm: bytes) -> None:
        """Play whole frames of signed 16-bit little-endian samples after those before; waits for room.

        Raises:
            LocalError: the player failed, or takes no more sound.
        """

    @abstractmethod
    def finish(self) -> None:
        """Wait until everything was heard. Raises what `write` does."""

    @abstractmethod
    def stop(self) -> None:
        """Be silent at once and let go of everything; may be called at any time and again."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
