"""Amounts of money as people type them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

_CURRENCIES = {"": None, "$": "USD", "usd": "USD", "us$": "USD"} | dict.fromkeys(
    ("\u00a5", "\uffe5", "cny", "rmb", "\u5143"), "CNY"
)
_SHAPE = re.compile(
    r"(?P<before>[^\d.\s]*)\s*(?P<number>\d{1,9}(\.\d{1,12})?|\.\d{1,12})\s*(?P<behind>\D*)", re.ASCII
)


class Amount(NamedTuple):
    """`currency` is `None` where none was named."""

    number: Decimal
    currency: str | None


def read_amount(typed: str) -> Amount:
    """Read "2.50", "2.50 USD", "$2.50" or "10CNY".

    Raises:
        ValueError: it is no amount in a currency of the service.
    """
    found = _SHAPE.fullmatch(typed.strip())
    names = {found["before"].lower(), found["behind"].lower()} - {""} if found else set()
    if not found or len(names) > 1 or not names <= _CURRENCIES.keys():
        raise ValueError("expected an amount such as 2.50, 2.50USD or 10CNY")
    return Amount(Decimal(found["number"]), _CURRENCIES[names.pop() if names else ""])
