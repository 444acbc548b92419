"""What characters cost: the price list of one region, and the one formula."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.own_voices.makers import making_price

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwentts_cli.dashscope.catalog import Price, Source

# The catalogue has prices of 10,000 characters, as the service's own list does.
_PRICED_EXPONENT = -4

_DECIMALS = 2


class Cost(NamedTuple):
    amount: Decimal
    currency: str


class PriceList(Struct, frozen=True):
    """Prices by model; it is empty for a server of which none are known.

    With `is_pretended` they are those of `region`, and nothing is billed: it is the sandbox that is asked.
    """

    prices: Mapping[str, Price]
    region: str = ""
    is_pretended: bool = False

    def cost(self, model: str, characters: int) -> Cost | None:
        """What `characters` billed characters cost; `None` if the model has no known price."""
        price = self.prices.get(model)
        return Cost(price.amount.scaleb(_PRICED_EXPONENT) * characters, price.currency) if price else None

    def fee(self, name: str) -> Cost | None:
        """What it costs to have one voice made, by the name that the ledger has for it."""
        price = making_price(name, self.region)
        return Cost(price.amount, price.currency) if price else None

    def billed(self, model: str, characters: int, requests: int) -> Cost | None:
        """What a row of the ledger costs: characters that were spoken, or voices that were made."""
        fee = self.fee(model)
        return Cost(fee.amount * requests, fee.currency) if fee else self.cost(model, characters)

    def total(self, characters: Mapping[str, int]) -> Cost | None:
        """The cost of characters by model; `None` if one of the models has no known price."""
        amount, currency = Decimal(0), self._currency
        for model, number in characters.items():
            cost = self.cost(model, number)
            if cost is None:
                return None
            amount, currency = amount + cost.amount, cost.currency
        return Cost(amount, currency) if currency else None

    def tag(self, cost: Cost | None) -> str:
        """A cost for people; empty where it is not known."""
        if cost is None:
            return ""
        note = f" as in {self.region}; nothing is billed" if self.is_pretended else ""
        return f"{price_tag(cost)}{note}"

    def source(self, model: str) -> Source | None:
        """Where the price of `model` is from, with the date of the list."""
        price = self.prices.get(model)
        return load_catalog().sources.get(price.source) if price else None

    @property
    def _currency(self) -> str:
        """All accounts of a region are billed in one currency."""
        return next((price.currency for price in self.prices.values()), "")


@cache
def price_list(region: str | None) -> PriceList:
    """The prices of a region by its name in the catalogue; `None` is a server of nobody's list."""
    models = load_catalog().models.values()
    prices = {model.id: model.prices[region] for model in models if region and region in model.prices}
    return PriceList(prices, region or "")


def price_tag(cost: Cost) -> str:
    """A cost such as "23.42 CNY" or "0.0044 USD"."""
    return f"{round_amount(cost.amount)} {cost.currency}"


def round_amount(amount: Decimal) -> str:
    """With two decimals, and less than 0.1 with two significant digits."""
    if not amount:
        return "0"
    decimals = max(_DECIMALS, _DECIMALS - 1 - amount.adjusted())
    return f"{amount:.{decimals}f}"
