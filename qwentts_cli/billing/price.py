"""What characters cost: the price list of one region, and the one formula."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from qwentts_cli.dashscope.catalog import load_catalog

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwentts_cli.dashscope.catalog import Price

# The catalogue has prices of 10,000 characters, as the service's own list does.
_PRICED_EXPONENT = -4

_DECIMALS = 2


class Cost(NamedTuple):
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices by model; it is empty for a server of which none are known."""

    prices: Mapping[str, Price]

    def cost(self, model: str, characters: int) -> Cost | None:
        """What `characters` billed characters cost; `None` if the model has no known price."""
        price = self.prices.get(model)
        return Cost(price.amount.scaleb(_PRICED_EXPONENT) * characters, price.currency) if price else None

    def total(self, characters: Mapping[str, int]) -> dict[str, Decimal] | None:
        """Amounts by currency of characters by model; `None` if one of the models has no known price."""
        amounts: dict[str, Decimal] = {}
        for model, number in characters.items():
            cost = self.cost(model, number)
            if cost is None:
                return None
            amounts[cost.currency] = amounts.get(cost.currency, Decimal(0)) + cost.amount
        return amounts


@cache
def price_list(region: str | None) -> PriceList:
    """The prices of a region by its name in the catalogue; `None` is a server of nobody's list."""
    models = load_catalog().models.values()
    return PriceList(
        {model.id: model.prices[region] for model in models if region and region in model.prices}
    )


def price_tag(amounts: Mapping[str, Decimal] | None) -> str | None:
    """Amounts for people, such as "23.42 CNY" or "0.0044 USD"; `None` where they are not known."""
    if amounts is None:
        return None
    return ", ".join(f"{round_amount(amount)} {currency}" for currency, amount in amounts.items()) or "0"


def round_amount(amount: Decimal) -> str:
    """With two decimals, and less than 0.1 with two significant digits."""
    if not amount:
        return "0"
    decimals = max(_DECIMALS, _DECIMALS - 1 - amount.adjusted())
    return f"{amount:.{decimals}f}"
