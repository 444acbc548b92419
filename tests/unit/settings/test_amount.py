"""Amounts of money as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qwentts_cli.settings.amount import read_amount
from qwentts_cli.settings.schema import SETTINGS


@pytest.mark.parametrize(
    ("typed", "number", "currency"),
    [
        ("2.50", "2.50", None),
        (" 2.50USD ", "2.50", "USD"),
        ("2.50 usd", "2.50", "USD"),
        ("$2.50", "2.50", "USD"),
        ("US$ 3", "3", "USD"),
        ("10CNY", "10", "CNY"),
        ("CNY 10", "10", "CNY"),
        ("\u00a510", "10", "CNY"),
        ("\uffe510", "10", "CNY"),
        ("10 RMB", "10", "CNY"),
        ("10\u5143", "10", "CNY"),
        (".5", "0.5", None),
        ("5 eur", "5", "EUR"),
        ("\u20ac5", "5", "\u20ac"),
        ("0", "0", None),
    ],
)
def test_an_amount_may_name_its_currency(typed: str, number: str, currency: str | None) -> None:
    """Before it or behind it, by its sign or its name; whoever bills in another one says so."""
    assert read_amount(typed) == (Decimal(number), currency)


@pytest.mark.parametrize(
    "typed", ["", "USD", "-1", "2,50", "1e3", "1_000", "5 apples", "$5CNY", "nan", "inf", "1.2.3", "\u0663"]
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    """Rather than guessed at."""
    with pytest.raises(ValueError, match="such as"):
        read_amount(typed)


@pytest.mark.parametrize(
    ("typed", "budget"),
    [
        ("20 usd / month", "20 USD/month"),
        ("$20/month", "20 USD/month"),
        ("\u00a55/Day", "5 CNY/day"),
        ("2.50CNY/day", "2.50 CNY/day"),
        (" None ", "none"),
    ],
)
def test_a_budget_is_an_amount_for_a_time(typed: str, budget: str) -> None:
    """It is kept in one form."""
    assert SETTINGS["budget"].parse(typed) == budget


@pytest.mark.parametrize("typed", ["20", "20/month", "20 EUR/month", "\u20ac20/month", "20 USD/week"])
def test_a_budget_is_in_a_currency_that_is_billed(typed: str) -> None:
    """For a day or a month."""
    with pytest.raises(ValueError, match="20 USD/month"):
        SETTINGS["budget"].parse(typed)
