"""What a run may spend, and what it spent: asked before each request, told after it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from qwentts_cli.errors import BudgetError
from qwentts_cli.text.units import count_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.dashscope.request import SynthesisRequest


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` of `unit`, "characters" or "CNY"; `rate` is what one character of a model costs."""

    amount: Decimal
    unit: str
    rate: Callable[[str], Decimal]


class Account:
    """Shared by all workers. A request reserves what it will cost, so that workers cannot cross it together.

    Args:
        limit: `None` for none.
        on_billed: told of each billed request and its characters.
        on_request: told of each request before it is sent.
    """

    def __init__(
        self,
        limit: Limit | None = None,
        on_billed: Callable[[SynthesisRequest, int], None] = lambda _request, _characters: None,
        on_request: Callable[[], None] = lambda: None,
    ) -> None:
        self._limit = limit
        self._on_billed = on_billed
        self._on_request = on_request
        self._spent = Decimal(0)
        self._lock = threading.Lock()

    def reserve(self, request: SynthesisRequest) -> Decimal:
        """Set aside what `request`, which is sent then, will cost.

        Raises:
            BudgetError: it would cross the limit.
        """
        reserved = self._reserved(request, self._limit) if self._limit else Decimal(0)
        self._on_request()
        return reserved

    def _reserved(self, request: SynthesisRequest, limit: Limit) -> Decimal:
        cost = self._cost(request, count_units(request.text))
        with self._lock:
            if self._spent + cost > limit.amount:
                raise BudgetError(
                    f"the next request would cross the limit of {limit.amount} {limit.unit}: "
                    f"{self._spent.normalize():f} are spent or on the way",
                    hint="What is done is kept; raise the limit and run the same command again.",
                )
            self._spent += cost
        return cost

    def release(self, reserved: Decimal) -> None:
        """The request was not billed."""
        with self._lock:
            self._spent -= reserved

    def bill(self, request: SynthesisRequest, characters: int, reserved: Decimal) -> None:
        """The request was billed."""
        self._on_billed(request, characters)
        if self._limit is not None:
            cost = self._cost(request, characters)
            with self._lock:
                self._spent += cost - reserved

    def _cost(self, request: SynthesisRequest, characters: int) -> Decimal:
        return self._limit.rate(request.model) * characters if self._limit else Decimal(0)
