"""The circuit breaker: when a host is down, everybody waits while one request at a time probes it."""

from __future__ import annotations

import math
import threading

from msgspec import Struct

from qwentts_cli.errors import NetworkError
from qwentts_cli.observer import Observer
from qwentts_cli.synthesis.timing import Timing
from qwentts_cli.wording import plural

_FAILURES = 20
_SLOW_FAILURES = 10
_SLOW_S = 30.0
_PROBE_PAUSES_S = (5.0, 10.0, 20.0, 40.0, 60.0)
_SPREAD = 0.2
_PATIENCE_S = 600.0
_RECHECK_S = 0.5


class HostDown(NetworkError):
    """The host did not answer for so long that the run ends."""

    retryable = False


class Patience(Struct, frozen=True):
    """Seconds for which a host that is down is waited for: usually, and where it has never answered."""

    usual_s: float = _PATIENCE_S
    at_first_s: float = _PATIENCE_S

    @property
    def is_endless(self) -> bool:
        return self.usual_s == math.inf


PATIENCE = Patience()
ENDLESS = Patience(math.inf, math.inf)


class Breaker:
    """Watches the requests of all workers to one host.

    It opens after 20 failures in a row, or after 10 in a row over 30 seconds or more. While it is open, one
    request is let through after 5, 10, 20, 40 and then each 60 seconds, give or take a fifth. A success
    closes it. A throttled answer is not a failure: the host is up.

    Args:
        host: its name, for the message.
        patience: how long it is waited for.
        timing: clock, waiting and chance. What `wait` raises leaves `admit`.
        observer: told when the host goes down and when it is up again.
    """

    def __init__(
        self,
        host: str,
        *,
        patience: Patience = PATIENCE,
        timing: Timing | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._host = host
        self._patience = patience
        self._has_answered = False
        self._cause = ""
        self._timing = timing if timing is not None else Timing()
        self._observer = observer if observer is not None else Observer()
        self._lock = threading.Lock()
        self._failures = 0
        self._failing_since = 0.0
        self._opened_at: float | None = None
        self._down_since = 0.0
        self._probes = 0
        self._probe_at = 0.0

    @property
    def is_open(self) -> bool:
        return self._opened_at is not None

    def admit(self) -> None:
        """Wait until a request may be sent.

        Raises:
            HostDown: the host has been down for longer than patience lasts.
        """
        while wait_s := self._wait_s():
            self._timing.wait(min(wait_s, _RECHECK_S))

    def succeeded(self) -> bool:
        """A request was answered, be it with a refusal; gives whether this closed the breaker."""
        with self._lock:
            self._has_answered = True
            closed = self._opened_at is not None
            self._opened_at = None
            self._failures = 0
        if closed:
            self._observer.host_up(self._host)
        return closed

    def failed(self, error: NetworkError) -> None:
        """A request was not answered, or with a 5xx."""
        now = self._timing.now()
        with self._lock:
            self._cause = error.message
            self._failures += 1
            if self._failures == 1:
                self._failing_since = now
            opens = self._opened_at is None and self._is_outage(now)
            if opens:
                self._opened_at = now
                # Nobody doubts that what never answered was down before it was taken for that.
                self._down_since = now if self._has_answered else self._failing_since
                self._probes = 0
                self._schedule_probe(now)
        if opens:
            left_s = self._patience_s - (now - self._down_since)
            self._observer.host_down(self._host, error, patience_s=left_s)

    def _is_outage(self, now: float) -> bool:
        slowly = self._failures >= _SLOW_FAILURES and now - self._failing_since >= _SLOW_S
        return slowly or self._failures >= _FAILURES

    def _wait_s(self) -> float:
        now = self._timing.now()
        with self._lock:
            if self._opened_at is None:
                return 0.0
            if now - self._down_since >= self._patience_s:
                raise self._give_up()
            if now < self._probe_at:
                return max(self._probe_at - now, 1e-4)
            self._probes += 1
            self._schedule_probe(now)
            return 0.0

    @property
    def _patience_s(self) -> float:
        return self._patience.usual_s if self._has_answered else self._patience.at_first_s

    def _give_up(self) -> HostDown:
        minutes = round(self._patience_s / 60)
        return HostDown(
            f"{self._host} has not answered for {plural(minutes, 'minute')}: {self._cause}",
            hint="Run the same command again when it is back; what is done is kept. "
            "--wait-network waits for as long as it takes.",
        )

    def _schedule_probe(self, now: float) -> None:
        pause_s = _PROBE_PAUSES_S[min(self._probes, len(_PROBE_PAUSES_S) - 1)]
        self._probe_at = now + pause_s * (1 - _SPREAD + 2 * _SPREAD * self._timing.chance())
