"""What is reserved before a request, and what is billed after it."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.billing.budget import Budget
from qwentts_cli.billing.ledger import UsageLedger
from qwentts_cli.billing.meter import Meter
from qwentts_cli.billing.payments import Bill, Payments
from qwentts_cli.billing.period_budget import PeriodBudget, PeriodLimit
from qwentts_cli.billing.price import price_list
from qwentts_cli.dashscope.request import SynthesisRequest, Tuning
from qwentts_cli.errors import (
    BadAudioError,
    BudgetError,
    LocalError,
    NetworkError,
    QwenTTSError,
    RefusedText,
)
from qwentts_cli.metered import Metered

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TOKENS, CHARACTERS = "qwen-audio-3.1-tts-flash", "qwen3-tts-flash"
PRICES = price_list("intl")
TEXT = "Nobody had asked her why."


def ask(model: str, speed: float | None = None) -> SynthesisRequest:
    return SynthesisRequest(TEXT, "Abby_v3.1", model, tuning=Tuning(speed=speed))


@pytest.mark.parametrize(
    ("model", "said", "billed"),
    [
        (CHARACTERS, Metered(30), Metered(30)),
        (CHARACTERS, Metered(30, 5, 9), Metered(30)),
        (CHARACTERS, None, Metered(25)),
        (CHARACTERS, Metered(0, 5, 9), Metered(25, 5, 9)),
        (TOKENS, Metered(0, 5, 9), Metered(25, 5, 9)),
        (TOKENS, Metered(30, 5, 9), Metered(30, 5, 9)),
        (TOKENS, Metered(30), Metered(30, 25, 73)),
        (TOKENS, None, Metered(25, 25, 73)),
    ],
)
def test_what_the_service_does_not_say_is_reckoned(model: str, said: Metered | None, billed: Metered) -> None:
    """The characters are counted; of tokens, without a word on them, the most is taken."""
    meter = Meter()
    with Payments(Budget(), PRICES, meter).request(ask(model)) as bill:
        assert bill.pay(said) == billed
    assert meter.billed[model] == billed


def test_the_most_is_set_aside_and_what_is_too_much_given_back() -> None:
    """So that a request in flight cannot cross the limit, and the next has room again."""
    most = PRICES.foresee(ask(TOKENS))
    limit = Decimal("1.5") * PRICES.prices[TOKENS].cost(most)
    payments = Payments(Budget(limit, PRICES), PRICES, Meter())
    with payments.request(ask(TOKENS)) as bill:
        with pytest.raises(BudgetError), payments.request(ask(TOKENS)):
            pass
        bill.pay(Metered(0, 5, 20))
    with payments.request(ask(TOKENS)) as bill:
        bill.pay(Metered(0, 5, 20))


def test_what_may_have_been_billed_stays_set_aside() -> None:
    """As the most it can have cost; what was not billed is free again."""
    limit = Decimal("1.5") * PRICES.prices[TOKENS].cost(PRICES.foresee(ask(TOKENS)))
    payments = Payments(Budget(limit, PRICES), PRICES, Meter())
    with pytest.raises(NetworkError), payments.request(ask(TOKENS)):
        raise NetworkError("refused")
    with pytest.raises(NetworkError), payments.request(ask(TOKENS)):
        raise NetworkError("cut", maybe_billed=True)
    with pytest.raises(BudgetError), payments.request(ask(TOKENS)):
        pass


def test_slow_speech_has_more_tokens() -> None:
    """At half the speed a sound is twice as long."""
    usual, slow = (PRICES.foresee(ask(TOKENS, speed)).output_tokens for speed in (None, 0.5))
    assert slow == pytest.approx(2 * usual, abs=1)


def test_a_request_that_the_period_has_no_room_for_takes_none_of_the_run(tmp_path: Path) -> None:
    """And one that was not billed takes none of either; one that was billed is in the ledger instead."""
    foreseen = PRICES.foresee(ask(CHARACTERS))
    cost = PRICES.prices[CHARACTERS].cost(foreseen)
    limit = PeriodLimit(amount=Decimal("1.5") * cost, currency="USD", period="month")
    run, meter = Budget(Decimal("1.5") * cost, PRICES), Meter()
    with UsageLedger(tmp_path / "state" / "usage.sqlite", warn=pytest.fail) as ledger:
        period = PeriodBudget(limit, ledger=ledger, profile="", region="intl", prices=PRICES)
        record = partial(ledger.record, profile="", region="intl")
        payments = Payments(run, PRICES, meter, record, period)
        with pytest.raises(NetworkError), payments.request(ask(CHARACTERS)):
            raise NetworkError("refused")
        assert period.left().spent == 0
        held = period.reserve(CHARACTERS, foreseen)
        with pytest.raises(BudgetError, match="month"), payments.request(ask(CHARACTERS)):
            pass
        period.release(held)
        with payments.request(ask(CHARACTERS)) as bill:
            assert period.left().spent == cost
            bill.pay(foreseen)
        assert period.left().spent == cost
        with pytest.raises(BudgetError), payments.request(ask(CHARACTERS)):
            pass
    assert meter.requests == 2


def test_sound_that_is_bad_was_paid_for() -> None:
    """Whoever counts learns of it, and the limit keeps what it cost."""
    meter = Meter()
    cost = PRICES.prices[CHARACTERS].cost(PRICES.foresee(ask(CHARACTERS)))
    payments = Payments(Budget(cost, PRICES), PRICES, meter)
    with pytest.raises(BadAudioError) as caught, payments.request(ask(CHARACTERS)):
        raise BadAudioError("noise")
    assert caught.value.maybe_billed
    assert meter.maybe_billed == 1
    with pytest.raises(BudgetError), payments.request(ask(CHARACTERS)):
        pass


def fail(payments: Payments, error: BaseException, *steps: Callable[[Bill], object]) -> None:
    """Have a request fail with `error` after what the steps tell its bill."""
    with payments.request(ask(CHARACTERS)) as bill:
        for step in steps:
            step(bill)
        raise error


def limited_to_one(meter: Meter) -> Payments:
    cost = PRICES.prices[CHARACTERS].cost(PRICES.foresee(ask(CHARACTERS)))
    return Payments(Budget(cost, PRICES), PRICES, meter)


def begin(bill: Bill) -> None:
    bill.open()


def pay(bill: Bill) -> None:
    bill.pay(None)


def test_what_fails_after_the_bill_gives_nothing_back() -> None:
    """What was paid for is spent, even if the disk has no room for it; there is no doubt about it."""
    meter = Meter()
    payments = limited_to_one(meter)
    with pytest.raises(LocalError) as caught:
        fail(payments, LocalError("the disk is full"), begin, pay)
    assert not caught.value.maybe_billed
    assert meter.maybe_billed == 0
    with pytest.raises(BudgetError):
        fail(payments, KeyboardInterrupt())


@pytest.mark.parametrize("error", [NetworkError("503"), RefusedText("no"), LocalError("the disk is full")])
def test_a_request_whose_sound_has_begun_may_be_billed(error: QwenTTSError) -> None:
    """Whoever failed then, and however: an error is no refusal any more, and stays set aside."""
    meter = Meter()
    payments = limited_to_one(meter)
    with pytest.raises(type(error)) as caught:
        fail(payments, error, begin)
    assert caught.value.maybe_billed
    assert meter.maybe_billed == 1
    with pytest.raises(BudgetError):
        fail(payments, KeyboardInterrupt())


def test_an_interrupted_request_may_be_billed() -> None:
    """Where no other thread goes on with it; one that was paid for is no loss."""
    meter = Meter()
    payments = Payments(Budget(), PRICES, meter)
    with pytest.raises(KeyboardInterrupt):
        fail(payments, KeyboardInterrupt(), begin, pay)
    assert meter.maybe_billed == 0
    with pytest.raises(KeyboardInterrupt):
        fail(payments, KeyboardInterrupt())
    assert meter.maybe_billed == 1
