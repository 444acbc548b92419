"""What happens while a text is being made into sound, told to whoever wants to know."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.errors import QwenTTSError
    from qwentts_cli.metered import Metered


def once(tell: Callable[[str], None]) -> Callable[[str], None]:
    """Pass each message on once, however often it is told: what is wrong with one file is wrong with all."""
    told: set[str] = set()
    lock = threading.Lock()

    def tell_if_new(message: str) -> None:
        with lock:
            is_new = message not in told
            told.add(message)
        if is_new:
            tell(message)

    return tell_if_new


class Observer:
    """Hears of everything and does nothing; override what you want to know.

    Every method is called from several threads at once, while others wait: be quick and raise nothing.
    """

    def warn(self, message: str) -> None:
        """Something looks wrong, and the work goes on."""

    def warn_once(self, message: str) -> None:
        """Likewise, but what was told before is not told again."""
        self.warn(message)

    def tell(self, message: str) -> None:
        """Something that was done and that the user should know of."""

    def detail(self, message: str) -> None:
        """Something that only those who asked for more want to read."""

    def work_planned(self, *, characters: int | None, items: int = 1) -> None:
        """So much is about to be made; `characters` is `None` where nobody has counted them."""

    def file_encoded(self, done_s: float, total_s: float) -> None:
        """Of a file that could be begun only when all its sound was there, so many seconds are encoded."""

    def request_sent(self) -> None:
        """A request that may cost money is about to be sent."""

    def request_billed(self, model: str, metered: Metered) -> None:
        """The service billed a request."""

    def request_failed(self, error: QwenTTSError) -> None:
        """A request that may cost money failed; it may be repeated."""

    def requests_lost(self, number: int) -> None:
        """So many requests were unanswered at the end, and may be billed for nothing."""

    def audio_lost(self) -> None:
        """A request was billed, and its audio cannot be had."""

    def attempt_repeated(self, error: QwenTTSError, *, number: int, pause_s: float) -> None:
        """A request or a download failed with `error`; repetition `number` follows after `pause_s`."""

    def host_down(self, host: str, error: QwenTTSError, *, patience_s: float) -> None:
        """A host does not answer, lastly with `error`; everybody waits for it, `patience_s` at most."""

    def host_up(self, host: str) -> None:
        """The host answers again."""

    def rate_changed(self, rps: float) -> None:
        """The service is now believed to allow so many requests a second."""

    def text_spoken(self, characters: int, seconds: float) -> None:
        """So much more text has become so much sound; negative if an item that was under way has failed."""
