"""What a profile may spend in a day or a month, kept in the ledger for all runs and processes of a user."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, Self

from msgspec import Struct

from qwentts_cli.billing.ledger import SANDBOX_REGION
from qwentts_cli.billing.price import Cost, price_list, price_tag
from qwentts_cli.errors import BudgetError, UsageError
from qwentts_cli.metered import Metered
from qwentts_cli.settings.schema import BUDGET

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwentts_cli.billing.ledger import Billed, UsageLedger
    from qwentts_cli.billing.price import PriceList

_NOTHING = Metered()
_DAY = "day"
_MONTHS_IN_A_YEAR = 12


class PeriodLimit(Struct, frozen=True, kw_only=True):
    """The setting `budget`, such as "20 USD/month"; days and months are those of the local calendar."""

    amount: Decimal
    currency: str
    period: str

    @classmethod
    def parse(cls, setting: str) -> Self | None:
        """Read a value that was checked; `None` for "none"."""
        found = re.fullmatch(BUDGET, setting)
        if not found:
            return None
        return cls(amount=Decimal(found["amount"]), currency=found["currency"], period=found["period"])

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}/{self.period}"

    @property
    def start(self) -> datetime:
        """When the day or the month began."""
        today = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        return (today if self.period == _DAY else today.replace(day=1)).astimezone()

    @property
    def end(self) -> datetime:
        """When the next one begins."""
        start = self.start.replace(tzinfo=None)
        if self.period == _DAY:
            return (start + timedelta(days=1)).astimezone()
        years, month = divmod(start.month, _MONTHS_IN_A_YEAR)
        return start.replace(year=start.year + years, month=month + 1).astimezone()

    def spent(self, billed: Iterable[Billed], prices: PriceList | None = None) -> Decimal:
        """Add up what was billed in this currency, by `prices` or else by those of each region."""
        costs = (
            (prices or price_list(row.region)).billed(row.model, row.metered, row.requests) for row in billed
        )
        return sum((cost.amount for cost in costs if cost and cost.currency == self.currency), Decimal(0))


class BudgetLeft(Struct, frozen=True, kw_only=True):
    """What is left of a budget."""

    limit: PeriodLimit
    spent: Decimal

    @property
    def amount(self) -> Decimal:
        return max(self.limit.amount - self.spent, Decimal(0))

    def __str__(self) -> str:
        spent, left = (price_tag(Cost(amount, self.limit.currency)) for amount in (self.spent, self.amount))
        return f"budget of {self.limit}: {spent} spent, {left} left until {self.limit.end:%Y-%m-%d}"

    def document(self) -> dict[str, str | float]:
        """The stable shape for scripts."""
        limit = self.limit
        return {
            "amount": float(limit.amount),
            "currency": limit.currency,
            "period": limit.period,
            "since": limit.start.isoformat(timespec="seconds"),
            "spent": float(self.spent),
            "left": float(self.amount),
        }


class Held(NamedTuple):
    """What was set aside for a request, in the row of the ledger that belongs to `hour`."""

    hour: int
    model: str
    metered: Metered
    requests: int


class PeriodBudget:
    """Shared by all workers.

    Args:
        limit: what may be spent, in a day or a month.
        ledger: what was spent until now, by whatever process.
        profile: whose spending is counted.
        region: which server is asked; the sandbox's spending is counted by itself.
        prices: what requests cost there.
    """

    def __init__(
        self, limit: PeriodLimit, *, ledger: UsageLedger, profile: str, region: str, prices: PriceList
    ) -> None:
        self._limit = limit
        self._ledger = ledger
        self._profile = profile
        self._region = region
        self._prices = prices

    def reserve(self, model: str, foreseen: Metered) -> Held:
        """Set aside what a request may cost at most.

        Raises:
            BudgetError: it would cross the budget.
            UsageError: its price is not known, or is in another currency.
            LocalError: the ledger cannot be used, so that nobody knows what was spent.
        """
        return self._reserve(self.check(model, foreseen), model, foreseen)

    def reserve_fee(self, name: str) -> Held:
        """Set aside what it costs to have a voice made; `name` is what the ledger calls that.

        Raises:
            QwenTTSError: as `reserve`.
        """
        return self._reserve(self._fee(name), name, _NOTHING, requests=1)

    def _reserve(self, cost: Decimal, model: str, metered: Metered, requests: int = 0) -> Held:
        hour = self._ledger.reserve(
            lambda billed: self._check_room(cost, self._spent(billed)),
            since=self._limit.start.timestamp(),
            profile=self._profile,
            region=self._region,
            model=model,
            metered=metered,
            requests=requests,
        )
        return Held(hour, model, metered, requests)

    def release(self, held: Held) -> None:
        """The request was not billed, or what was billed for it is in the ledger."""
        self._ledger.release(
            hour=held.hour,
            profile=self._profile,
            region=self._region,
            model=held.model,
            metered=held.metered,
            requests=held.requests,
        )

    def check(self, model: str, metered: Metered = _NOTHING) -> Decimal:
        """What a request to `model` will cost, found out before anything is sent.

        Raises:
            UsageError: its price is not known, or is in another currency.
        """
        return self._checked(model, self._prices.cost(model, metered))

    def _checked(self, model: str, cost: Cost | None) -> Decimal:
        hint = "Set the budget of this profile to 'none', or use another profile."
        if cost is None:
            raise UsageError(
                f"the price of {model} is not known, so the budget of {self._limit} cannot be kept", hint=hint
            )
        if cost.currency != self._limit.currency:
            raise UsageError(
                f"the budget is in {self._limit.currency}, but {model} is billed in "
                f"{cost.currency}{self._prices.where}",
                hint=f"Set it in {cost.currency}; no exchange rates are known here.",
            )
        return cost.amount

    def check_fee(self, name: str) -> None:
        """Refuse to have a voice made that would cross the budget, before anything is asked or sent for it.

        Raises:
            QwenTTSError: as `reserve`.
        """
        self._check_room(self._fee(name), self.left().spent)

    def _fee(self, name: str) -> Decimal:
        return self._checked(name, self._prices.fee(name))

    def _check_room(self, cost: Decimal, spent: Decimal) -> None:
        if spent + cost > self._limit.amount:
            raise self._crossed(spent)

    def left(self) -> BudgetLeft:
        """What may still be spent; what is reserved counts as spent.

        Raises:
            LocalError: the ledger cannot be read.
        """
        since = self._limit.start.timestamp()
        billed = self._ledger.billed(since=since, profile=self._profile, region=self._region)
        return BudgetLeft(limit=self._limit, spent=self._spent(billed))

    def _spent(self, billed: list[Billed]) -> Decimal:
        return self._limit.spent(billed, self._prices if self._region == SANDBOX_REGION else None)

    def _crossed(self, spent: Decimal) -> BudgetError:
        limit = self._limit
        whose = f" of profile {self._profile}" if self._profile else ""
        return BudgetError(
            f"the next request would cross the budget of {limit}{whose}: "
            f"{price_tag(Cost(spent, limit.currency))} spent or reserved this {limit.period}",
            hint=f"What is done is kept; the next {limit.period} begins on {limit.end:%Y-%m-%d}. "
            "'qwentts config set budget' changes it.",
        )
