"""What things cost, and how that is told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qwentts_cli.billing.price import Cost, PriceList, price_list, price_tag
from qwentts_cli.metered import Metered, Tally

FLASH = "qwen3-tts-flash"
PRICES = price_list("intl")


@pytest.mark.parametrize(
    ("amount", "tag"),
    [
        ("0", "0 USD"),
        ("23.416", "23.42 USD"),
        ("1", "1.00 USD"),
        ("0.1", "0.10 USD"),
        ("0.00444", "0.0044 USD"),
        ("0.0999", "0.100 USD"),
    ],
)
def test_small_amounts_have_two_digits_that_count(amount: str, tag: str) -> None:
    """And larger ones two decimals."""
    assert price_tag(Cost(Decimal(amount), "USD")) == tag


def test_a_total_needs_the_price_of_each() -> None:
    """Nothing is left out of it in silence."""
    each = PRICES.prices[FLASH].cost(Metered(1))
    assert PRICES.total(Tally({FLASH: Metered(3)})) == Cost(3 * each, "USD")
    assert PRICES.total(Tally({FLASH: Metered(3), "unheard-of": Metered(1)})) is None
    assert PRICES.total(Tally()) == Cost(Decimal(0), "USD")
    assert PriceList().total(Tally()) is None


def test_a_pretended_price_is_told_as_such() -> None:
    cost = Cost(Decimal(1), "USD")
    assert PRICES.tag(cost) == "1.00 USD"
    assert PRICES.tag(None) == ""
    assert PriceList(PRICES.prices, "intl", is_pretended=True).tag(cost) == (
        "1.00 USD as in intl; nothing is billed"
    )


def test_a_region_is_told_in_words() -> None:
    assert PRICES.where == " in Singapore (intl)"
    assert PriceList().where == ""
    assert (PRICES.currency, PriceList().currency) == ("USD", "")
    assert price_list(None).prices == {}
    assert PRICES.source("unheard-of") is None
    assert PRICES.source(FLASH) is not None
