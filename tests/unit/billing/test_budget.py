"""What one run may spend."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qwentts_cli.billing.budget import Budget, open_budget
from qwentts_cli.billing.price import price_list
from qwentts_cli.errors import BudgetError, UsageError
from qwentts_cli.metered import Metered, Tally

FLASH = "qwen3-tts-flash"
PRICES = price_list("intl")


def test_a_limit_may_be_spent_to_its_last_character() -> None:
    """The next one crosses it."""
    budget = Budget(Decimal(10))
    budget.reserve(FLASH, Metered(10))
    with pytest.raises(BudgetError, match="10 characters spent"):
        budget.reserve(FLASH, Metered(1))


def test_what_was_billed_takes_the_place_of_what_was_reserved() -> None:
    """Be it more or less."""
    budget = Budget(Decimal(10))
    budget.bill(FLASH, Metered(4), budget.reserve(FLASH, Metered(6)))
    assert budget.has_room(Tally({FLASH: Metered(6)}))
    assert not budget.has_room(Tally({FLASH: Metered(7)}))
    budget.release(budget.reserve(FLASH, Metered(6)))
    assert budget.has_room(Tally({FLASH: Metered(6)}))


def test_without_a_limit_there_is_always_room() -> None:
    budget = Budget()
    budget.reserve(FLASH, Metered(10**9))
    assert budget.has_room(Tally({FLASH: Metered(10**9)}))


def test_an_amount_counts_in_money() -> None:
    """By the price of the model."""
    each = PRICES.prices[FLASH].cost(Metered(1))
    budget = open_budget(PRICES, FLASH, max_cost=f"{10 * each:f} USD", max_characters=None)
    assert budget.has_room(Tally({FLASH: Metered(10)}))
    assert not budget.has_room(Tally({FLASH: Metered(11)}))
    characters = open_budget(PRICES, FLASH, max_cost=None, max_characters=10)
    assert characters.has_room(Tally({FLASH: Metered(10)}))
    assert not characters.has_room(Tally({FLASH: Metered(11)}))


@pytest.mark.parametrize(
    ("max_cost", "max_characters", "model", "message"),
    [
        ("1", 5, FLASH, "two limits"),
        ("-1", None, FLASH, "not an amount"),
        ("2,50", None, FLASH, "not an amount"),
        ("nan", None, FLASH, "not an amount"),
        ("1 CNY", None, FLASH, "in CNY, but .* billed in USD in Singapore"),
        ("2EUR", None, FLASH, "in EUR, but .* billed in USD in Singapore"),
        ("\u20ac2", None, FLASH, "in \u20ac, but .* billed in USD in Singapore"),
        ("1", None, "unheard-of", "price of unheard-of is not known"),
    ],
)
def test_a_limit_that_cannot_be_kept_is_refused(
    max_cost: str, max_characters: int | None, model: str, message: str
) -> None:
    """Before anything is sent."""
    with pytest.raises(UsageError, match=message):
        open_budget(PRICES, model, max_cost=max_cost, max_characters=max_characters)
