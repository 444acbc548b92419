"""What a run may spend: asked before each request, told after it."""

from __future__ import annotations

import threading
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from qwentts_cli.errors import BudgetError, UsageError

if TYPE_CHECKING:
    from qwentts_cli.billing.price import PriceList


class Budget:
    """Shared by all workers. A request reserves what it will cost, so that together they cannot cross it.

    Args:
        most: the limit; `None` for none.
        prices: what characters cost; without them the limit is a number of characters.
    """

    def __init__(self, most: Decimal | None = None, prices: PriceList | None = None) -> None:
        self._most = most
        self._prices = prices
        self._spent = Decimal(0)
        self._lock = threading.Lock()

    def check(self, model: str) -> None:
        """Find out before anything is sent whether requests to `model` can be counted.

        Raises:
            UsageError: it has no known price.
        """
        self._cost(model, 0)

    def reserve(self, model: str, characters: int) -> Decimal:
        """Set aside what a request of so many characters will cost; gives the amount.

        Raises:
            BudgetError: it would cross the limit.
        """
        cost, unit = self._cost(model, characters)
        if self._most is None:
            return cost
        with self._lock:
            if self._spent + cost > self._most:
                raise BudgetError(
                    f"the next request would cross this run's limit of {self._most} {unit}: "
                    f"{self._spent.normalize():f} {unit} spent or reserved so far",
                    hint="What is done is kept. The limit is for each run: the same command may spend "
                    "as much again. 'qwentts config set budget \"20 USD/month\"' limits them all.",
                )
            self._spent += cost
        return cost

    def release(self, reserved: Decimal) -> None:
        """The request was not billed."""
        with self._lock:
            self._spent -= reserved

    def bill(self, model: str, characters: int, reserved: Decimal) -> None:
        """The request was billed, perhaps for other characters than were reserved."""
        cost, _ = self._cost(model, characters)
        with self._lock:
            self._spent += cost - reserved

    def _cost(self, model: str, characters: int) -> tuple[Decimal, str]:
        if self._prices is None:
            return Decimal(characters), "characters"
        cost = self._prices.cost(model, characters)
        if cost is None:
            raise UsageError(f"the price of {model} is not known", hint="Use --max-characters instead.")
        return cost


def open_budget(prices: PriceList, model: str, *, max_cost: str | None, max_characters: int | None) -> Budget:
    """What one run may spend, from `--max-cost` or `--max-characters`; without limit if neither is given.

    Raises:
        UsageError: the amount is not a number, both limits are given, or `model` has no known price.
    """
    if max_cost is not None and max_characters is not None:
        raise UsageError("--max-cost and --max-characters are two limits", hint="Give one of them.")
    if max_cost is None:
        return Budget(None if max_characters is None else Decimal(max_characters))
    budget = Budget(_amount(max_cost), prices)
    budget.check(model)
    return budget


def _amount(typed: str) -> Decimal:
    try:
        amount = Decimal(typed)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise UsageError(f"--max-cost {typed!r} is not an amount", hint="For example --max-cost 2.50.")
    return amount
