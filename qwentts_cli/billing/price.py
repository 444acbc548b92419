"""What requests cost: the price list of one region."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.catalog.rows import TokenPrice
from qwentts_cli.metered import Metered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwentts_cli.dashscope.catalog.rows import Price, Source
    from qwentts_cli.dashscope.request import SynthesisRequest
    from qwentts_cli.metered import Tally

# No voice that says what it was given takes so many times longer than the usual one.
_MOST_TIMES = 3

_DECIMALS = 2


class Cost(NamedTuple):
    amount: Decimal
    currency: str


class PriceList(Struct, frozen=True):
    """Prices by model; it is empty for a server of which none are known.

    With `is_pretended` they are those of `region`, and nothing is billed: it is the sandbox that is asked.
    """

    prices: Mapping[str, Price | TokenPrice] = field(default_factory=dict)
    region: str = ""
    is_pretended: bool = False

    def cost(self, model: str, metered: Metered) -> Cost | None:
        """What was metered costs; `None` if the model has no known price."""
        price = self.prices.get(model)
        return Cost(price.cost(metered), price.currency) if price else None

    def fee(self, name: str) -> Cost | None:
        """What it costs to have one voice made, by the name that the ledger has for it."""
        from qwentts_cli.dashscope.own_voices.makers import making_price

        price = making_price(name, self.region)
        return Cost(price.amount, price.currency) if price else None

    def billed(self, model: str, metered: Metered, requests: int) -> Cost | None:
        """What a row of the ledger costs: what was spoken, or voices that were made."""
        fee = self.fee(model)
        return Cost(fee.amount * requests, fee.currency) if fee else self.cost(model, metered)

    def total(self, tally: Tally) -> Cost | None:
        """The cost of all; `None` if one of the models has no known price."""
        amount, currency = Decimal(0), self.currency
        for model, metered in tally.items():
            cost = self.cost(model, metered)
            if cost is None:
                return None
            amount, currency = amount + cost.amount, cost.currency
        return Cost(amount, currency) if currency else None

    def foresee(self, request: SynthesisRequest) -> Metered:
        """What a request will be billed for: its characters, or at most so many tokens where these count.

        A token of text has at least a byte, and a sound is taken to be far longer than usual.
        """
        from qwentts_cli.text.sound_length import reckon_length
        from qwentts_cli.text.units import count_units

        characters, price = count_units(request.text), self.prices.get(request.model)
        if not isinstance(price, TokenPrice):
            return Metered(characters)
        length = reckon_length(request.text)
        most_s = (length.usual_s * _MOST_TIMES + length.slack_s) / (request.tuning.speed or 1.0)
        return Metered(
            characters,
            input_tokens=len(f"{request.text}{request.instructions or ''}".encode()),
            output_tokens=math.ceil(most_s * float(price.tokens_per_s)),
        )

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
    def where(self) -> str:
        """The region in words, such as " in Singapore (intl)"; empty where it is not known."""
        region = load_catalog().regions.get(self.region)
        return f" in {region.title} ({region.name})" if region else ""

    @property
    def currency(self) -> str:
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
