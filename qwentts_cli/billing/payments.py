"""Around each request that costs: its price is reserved, and what was billed is noted."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple, Protocol

from msgspec.structs import replace

from qwentts_cli.errors import BadAudioError, LocalError, QwenTTSError
from qwentts_cli.metered import Metered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from qwentts_cli.billing.budget import Budget
    from qwentts_cli.billing.period_budget import Held, PeriodBudget
    from qwentts_cli.billing.price import PriceList
    from qwentts_cli.dashscope.request import SynthesisRequest
    from qwentts_cli.observer import Observer


class Record(Protocol):
    """Notes a billed request for good; false if that failed."""

    def __call__(self, *, model: str, voice: str, metered: Metered) -> bool: ...


class _Reserved(NamedTuple):
    """What is set aside for one request, of this run's budget and of its period's."""

    amount: Decimal
    held: Held | None = None


class Bill:
    """What becomes of one request: its sound begins, and in the end it is paid.

    Attributes:
        is_open: some of its sound has come, so it was made, and is billed however it ends.
        is_paid: what it costs is known and noted.
    """

    def __init__(self, pay: Callable[[Metered | None], Metered]) -> None:
        self._pay = pay
        self.is_open = self.is_paid = False

    def open(self) -> None:
        """Some of the sound has come."""
        self.is_open = True

    def pay(self, said: Metered | None) -> Metered:
        """Note what the service says it metered; gives what is billed, or foreseen where it says nothing."""
        self.is_open, self.is_paid = False, True
        return self._pay(said)


class Payments:
    """Shared by all workers.

    Args:
        budget: what may be spent.
        prices: what requests cost.
        observer: told of each request that is sent, billed, failed or lost.
        record: notes what was billed in the ledger; `None` for what costs nothing.
        period: what may be spent over all runs, if that is limited.
    """

    def __init__(
        self,
        budget: Budget,
        prices: PriceList,
        observer: Observer,
        record: Record | None = None,
        period: PeriodBudget | None = None,
    ) -> None:
        self._budget = budget
        self._prices = prices
        self._observer = observer
        self._record = record
        self._period = period

    @contextmanager
    def request(self, request: SynthesisRequest) -> Iterator[Bill]:
        """Send a request in this block, and tell the bill that it gives what comes of it.

        Only an answer that is an error, and no sound before it, has certainly cost nothing; what fails after
        that is marked as `maybe_billed`, and stays set aside.

        Raises:
            BudgetError: the request could cross the limit.
        """
        foreseen = self._prices.foresee(request)
        reserved = self._reserve(request.model, foreseen)
        self._observer.request_sent()
        bill = Bill(lambda said: self._bill(request, _settle(said or foreseen, foreseen), reserved))
        try:
            yield bill
        except QwenTTSError as error:
            if isinstance(error, BadAudioError) or bill.is_open:
                failed = error.replace(maybe_billed=True)
                self._observer.request_failed(failed)
                raise failed from error
            if not (bill.is_paid or error.maybe_billed):
                self._release(reserved)
            self._observer.request_failed(error)
            raise
        except BaseException:  # such as Ctrl-C, where no other thread waits for the answer
            if not bill.is_paid:
                self._observer.requests_lost(1)
            raise

    def _bill(self, request: SynthesisRequest, billed: Metered, reserved: _Reserved) -> Metered:
        self._budget.bill(request.model, billed, reserved.amount)
        record = self._record
        if record and record(model=request.model, voice=request.voice, metered=billed):
            self._release_period(reserved)
        self._observer.request_billed(request.model, billed)
        return billed

    def _reserve(self, model: str, foreseen: Metered) -> _Reserved:
        amount = self._budget.reserve(model, foreseen)
        if not self._period:
            return _Reserved(amount)
        try:
            return _Reserved(amount, self._period.reserve(model, foreseen))
        except QwenTTSError:
            self._budget.release(amount)
            raise

    def _release(self, reserved: _Reserved) -> None:
        self._budget.release(reserved.amount)
        self._release_period(reserved)

    def _release_period(self, reserved: _Reserved) -> None:
        if self._period and reserved.held:
            with suppress(LocalError):  # rather counted twice than the sound lost that was paid for
                self._period.release(reserved.held)

    def lose(self) -> None:
        """The audio of a request that was billed cannot be had."""
        self._observer.audio_lost()


def _settle(said: Metered, foreseen: Metered) -> Metered:
    """What the service said, completed where it did not say what this model is billed by."""
    characters = said.characters or foreseen.characters
    if foreseen.tokens and not said.output_tokens:
        return replace(foreseen, characters=characters)
    if said.characters and not foreseen.tokens:
        return Metered(characters)
    return replace(said, characters=characters)
