"""Around each request that costs: its price is reserved, and what was billed is noted."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Protocol

from qwentts_cli.errors import BadAudioError, QwenTTSError
from qwentts_cli.text.units import count_units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from qwentts_cli.billing.budget import Budget
    from qwentts_cli.billing.period_budget import Held, PeriodBudget
    from qwentts_cli.dashscope.request import SynthesisRequest
    from qwentts_cli.observer import Observer


class Record(Protocol):
    """Notes a billed request for good; false if that failed."""

    def __call__(self, *, model: str, voice: str, characters: int) -> bool: ...


class _Reserved(NamedTuple):
    """What is set aside for one request, of this run's budget and of its period's."""

    amount: Decimal
    held: Held | None = None


class Payments:
    """Shared by all workers.

    Args:
        budget: what may be spent.
        observer: told of each request that is sent, billed, failed or lost.
        record: notes what was billed in the ledger; `None` for what costs nothing.
        period: what may be spent over all runs, if that is limited.
    """

    def __init__(
        self,
        budget: Budget,
        observer: Observer,
        record: Record | None = None,
        period: PeriodBudget | None = None,
    ) -> None:
        self._budget = budget
        self._observer = observer
        self._record = record
        self._period = period

    @contextmanager
    def request(self, request: SynthesisRequest) -> Iterator[Callable[[int | None], int]]:
        """Send a request in this block, and call what it gives with the characters the service billed.

        That returns the characters, counted here where the service does not say.

        Raises:
            BudgetError: the request would cross the limit.
        """
        counted = count_units(request.text)
        reserved = self._reserve(request.model, counted)
        self._observer.request_sent()

        def bill(characters: int | None) -> int:
            characters = characters or counted
            self._budget.bill(request.model, characters, reserved.amount)
            record = self._record
            is_noted = record and record(model=request.model, voice=request.voice, characters=characters)
            if is_noted and self._period and reserved.held:
                self._period.release(reserved.held)
            self._observer.request_billed(request.model, characters)
            return characters

        try:
            yield bill
        except BadAudioError as error:  # it was made, and paid for
            failed = error.replace(maybe_billed=True)
            self._observer.request_failed(failed)
            raise failed from error
        except QwenTTSError as error:
            if not error.maybe_billed:
                self._release(reserved)
            self._observer.request_failed(error)
            raise

    def _reserve(self, model: str, characters: int) -> _Reserved:
        amount = self._budget.reserve(model, characters)
        if not self._period:
            return _Reserved(amount)
        try:
            return _Reserved(amount, self._period.reserve(model, characters))
        except QwenTTSError:
            self._budget.release(amount)
            raise

    def _release(self, reserved: _Reserved) -> None:
        self._budget.release(reserved.amount)
        if self._period and reserved.held:
            self._period.release(reserved.held)

    def lose(self) -> None:
        """The audio of a request that was billed cannot be had."""
        self._observer.requests_lost(1)
