"""What a run may spend: asked before each request, told after it."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import TYPE_CHECKING

from qwentts_cli.errors import BudgetError, UsageError
from qwentts_cli.metered import Metered
from qwentts_cli.settings.amount import read_amount

if TYPE_CHECKING:
    from qwentts_cli.billing.price import PriceList
    from qwentts_cli.metered import Tally
    from qwentts_cli.settings.amount import Amount


class Budget:
    """Shared by all workers. A request reserves what it will cost, so that together they cannot cross it.

    Args:
        most: the limit; `None` for none.
        prices: what requests cost; without them the limit is a number of characters.
        currency: that of the limit; `None` for the one that is billed.
    """

    def __init__(
        self, most: Decimal | None = None, prices: PriceList | None = None, currency: str | None = None
    ) -> None:
        self._most = most
        self._prices = prices
        self._currency = currency
        self._spent = Decimal(0)
        self._lock = threading.Lock()

    def check(self, model: str) -> None:
        """Find out before anything is sent whether requests to `model` can be counted.

        Raises:
            UsageError: it has no known price, or one in another currency than the limit.
        """
        self._cost(model, Metered())

    def has_room(self, tally: Tally) -> bool:
        """Whether all of that could be billed within the limit."""
        cost = sum((self._cost(model, metered)[0] for model, metered in tally.items()), Decimal(0))
        return self._most is None or self._spent + cost <= self._most

    def reserve(self, model: str, foreseen: Metered) -> Decimal:
        """Set aside what a request may cost at most; gives the amount.

        Raises:
            BudgetError: it could cross the limit.
        """
        cost, unit = self._cost(model, foreseen)
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

    def bill(self, model: str, metered: Metered, reserved: Decimal) -> None:
        """The request was billed, perhaps for something else than was reserved."""
        cost, _ = self._cost(model, metered)
        with self._lock:
            self._spent += cost - reserved

    def _cost(self, model: str, metered: Metered) -> tuple[Decimal, str]:
        if self._prices is None:
            return Decimal(metered.characters), "characters"
        cost = self._prices.cost(model, metered)
        if cost is None:
            raise UsageError(f"the price of {model} is not known", hint="Use --max-characters instead.")
        if self._currency not in {None, cost.currency}:
            billed_in = f"{cost.currency}{self._prices.where}"
            raise UsageError(
                f"--max-cost is in {self._currency}, but {model} is billed in {billed_in}",
                hint=f"Give it in {cost.currency}; no exchange rates are known here.",
            )
        return cost


def open_budget(prices: PriceList, model: str, *, max_cost: str | None, max_characters: int | None) -> Budget:
    """What one run may spend, from `--max-cost` or `--max-characters`; without limit if neither is given.

    Raises:
        UsageError: `max_cost` is not an amount, both limits are given, or `model` cannot be counted.
    """
    if max_cost is not None and max_characters is not None:
        raise UsageError("--max-cost and --max-characters are two limits", hint="Give one of them.")
    if max_cost is None:
        return Budget(None if max_characters is None else Decimal(max_characters))
    amount = _read_max_cost(max_cost)
    budget = Budget(amount.number, prices, amount.currency)
    budget.check(model)
    return budget


def _read_max_cost(typed: str) -> Amount:
    try:
        return read_amount(typed)
    except ValueError:
        raise UsageError(
            f"--max-cost {typed!r} is not an amount", hint="For example --max-cost 2.50, 2.50USD or 10CNY."
        ) from None
