"""What the ledger has, added up."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from qwentts_cli.billing.price import price_list
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.metered import Metered

if TYPE_CHECKING:
    from collections.abc import Iterable

_HOUR_S = 3600


@unique
class By(StrEnum):
    """What usage is added up by."""

    DAY = "day"
    VOICE = "voice"
    MODEL = "model"
    PROFILE = "profile"
    REGION = "region"


class UsageRow(Struct):
    """A sum. `costs`, by currency, is by today's price list.

    Of the characters, `unpriced` are the service's and in no price list, `elsewhere` those of other servers,
    a sandbox among them.
    """

    name: str
    metered: Metered = field(default_factory=Metered)
    requests: int = 0
    unpriced: int = 0
    elsewhere: int = 0
    costs: dict[str, Decimal] = field(default_factory=dict)

    def add(self, other: UsageRow) -> None:
        self.metered += other.metered
        self.requests += other.requests
        self.unpriced += other.unpriced
        self.elsewhere += other.elsewhere
        for currency, cost in other.costs.items():
            self.costs[currency] = self.costs.get(currency, Decimal(0)) + cost


def total(rows: Iterable[UsageRow]) -> UsageRow:
    everything = UsageRow("total")
    for row in rows:
        everything.add(row)
    return everything


def add_up(found: Iterable[tuple[Any, ...]], since: float, by: str) -> list[UsageRow]:
    """Add up rows of the ledger; days are local and in order, else the most characters come first."""
    sums: dict[str, UsageRow] = {}
    for hour, profile, region, model, voice, *counts, requests in found:
        day = datetime.fromtimestamp(max(hour * _HOUR_S, since)).astimezone().date().isoformat()
        name = {By.DAY: day, By.VOICE: voice, By.MODEL: model, By.PROFILE: profile, By.REGION: region}[By(by)]
        sums.setdefault(name, UsageRow(name)).add(_priced(region, model, Metered(*counts), requests))
    if by == By.DAY:
        return list(sums.values())
    return sorted(sums.values(), key=lambda row: (-row.metered.characters, row.name))


def _priced(region: str, model: str, metered: Metered, requests: int) -> UsageRow:
    row = UsageRow("", metered, requests)
    if region not in load_catalog().regions:
        row.elsewhere = metered.characters
    elif cost := price_list(region).billed(model, metered, requests):
        row.costs = {cost.currency: cost.amount}
    else:
        row.unpriced = metered.characters
    return row
