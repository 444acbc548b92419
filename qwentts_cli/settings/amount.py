"""Amounts of money as people type them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

_CURRENCIES = {"": None, "$": "USD", "usd": "USD", "us$": "USD"} | dict.fromkeys(
    ("\u00a5", "\uffe5", "cny", "rmb", "\u5143"), "CNY"
)
# What accounts are billed in.
BILLED_IN = frozenset({"USD", "CNY"})
# By its code or its sign.
_OTHER = r"[A-Za-z]{3}|[\u00a3\u20a0-\u20cf]"
_SHAPE = r"(?a)(?P<before>[^\d.\s]*)\s*(?P<number>\d{1,9}(\.\d{1,12})?|\.\d{1,12})\s*(?P<behind>\D*)"


class Amount(NamedTuple):
    """`currency` is `None` where none was named; it may be one that the service doesn't bill in."""

    number: Decimal
    currency: str | None


def read_amount(typed: str) -> Amount:
    """Read "2.50", "2.50 USD", "$2.50" or "10CNY".

    Raises:
        ValueError: it is no amount of money.
    """
    found = re.fullmatch(_SHAPE, typed.strip())
    names = {found["before"], found["behind"]} - {""} if found else set()
    name = names.pop() if len(names) == 1 else ""
    if not found or names or not (name.lower() in _CURRENCIES or re.fullmatch(_OTHER, name)):
        raise ValueError("expected an amount such as 2.50, 2.50USD or 10CNY")
    return Amount(Decimal(found["number"]), _CURRENCIES.get(name.lower(), name.upper()))
