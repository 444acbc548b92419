"""What a run may spend: from `--max-cost` and `--max-characters` to an account."""

from __future__ import annotations

import sys
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import typer

from qwentts_cli.billing.budget import Limit
from qwentts_cli.dashscope.catalog import Price, load_catalog
from qwentts_cli.dashscope.endpoint import find_region
from qwentts_cli.errors import BudgetError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwentts_cli.cli.console.invocation import Invocation

_PRICED_CHARACTERS = 10_000
_MUCH = 1_000_000


def open_limit(
    run: Invocation, model: str, *, max_cost: str | None, max_characters: int | None
) -> Limit | None:
    """What one run may spend; `None` for as much as it takes.

    Raises:
        UsageError: the amount is none, both limits are given, or no price is known.
    """
    if max_cost is not None and max_characters is not None:
        raise UsageError("--max-cost and --max-characters are two limits", hint="Give one of them.")
    if max_characters is not None:
        return Limit(Decimal(max_characters), "characters", lambda _model: Decimal(1))
    if max_cost is None:
        return None
    price = price_of(run, model)
    if price is None:
        raise UsageError(f"no price of {model} is known here", hint="Use --max-characters.")
    return Limit(_amount(max_cost), price.currency, lambda other: _rate(run, other))


def agree_to_much(run: Invocation, characters: int) -> None:
    """Ask about an unusually long text, since it costs accordingly.

    Raises:
        BudgetError: the user did not agree, or there is nobody to ask.
    """
    if characters <= _MUCH:
        return
    what = f"the text has more than {_MUCH} characters that are billed"
    if sys.stdin is None or not sys.stdin.isatty() or run.options.json:
        raise BudgetError(what, hint="Add --yes to speak it all the same.")
    if not typer.confirm(f"{what[0].upper()}{what[1:]}. Speak it?", err=True):
        raise BudgetError("the text was not agreed to")


def price_of(run: Invocation, model: str) -> Price | None:
    """The price of a model in the region that is asked; the sandbox pretends to be the default one."""
    found = run.settings.first("base_url", "region")
    if found and found.name == "base_url":
        return None
    catalog = load_catalog()
    region = catalog.default_region if found is None or run.is_sandbox else find_region(str(found.value)).name
    known = catalog.models.get(model)
    return known.prices.get(region) if known else None


def price_tag(run: Invocation, characters: Mapping[str, int]) -> str | None:
    """What so many characters of each model cost, such as "1.2000 CNY"; `None` where a price is not known."""
    if not characters:
        return "0"
    amounts: dict[str, Decimal] = {}
    for model, count in characters.items():
        price = price_of(run, model)
        if price is None:
            return None
        amounts[price.currency] = amounts.get(price.currency, Decimal(0)) + cost(price, count)
    return ", ".join(f"{amount:.4f} {currency}" for currency, amount in amounts.items())


def cost(price: Price, characters: int) -> Decimal:
    return price.amount * characters / _PRICED_CHARACTERS


def _rate(run: Invocation, model: str) -> Decimal:
    price = price_of(run, model)
    if price is None:
        raise UsageError(f"no price of {model} is known here", hint="Use --max-characters.")
    return cost(price, 1)


def _amount(typed: str) -> Decimal:
    try:
        amount = Decimal(typed)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise UsageError(f"--max-cost {typed!r} is not an amount", hint="For example --max-cost 2.50.")
    return amount
