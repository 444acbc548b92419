"""What may be spent in a day or a month, whoever spends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Self

import pytest

from qwentts_cli.billing import period_budget
from qwentts_cli.billing.ledger import SANDBOX_REGION, UsageLedger
from qwentts_cli.billing.period_budget import BudgetLeft, PeriodBudget, PeriodLimit
from qwentts_cli.billing.price import price_list
from qwentts_cli.errors import BudgetError, UsageError
from qwentts_cli.metered import Metered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo
    from pathlib import Path

FLASH = "qwen3-tts-flash"
PRICES = price_list("intl")
EACH = PRICES.prices[FLASH].cost(Metered(1))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[UsageLedger]:
    with UsageLedger(tmp_path / "state" / "usage.sqlite", warn=pytest.fail) as ledger:
        yield ledger


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Let it be another moment."""

    def set_to(moment: datetime) -> None:
        class Fixed(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Self:
                assert tz is None
                return cls(*moment.timetuple()[:6])

        monkeypatch.setattr(period_budget, "datetime", Fixed)

    return set_to


def open_period(
    ledger: UsageLedger, characters: int, *, currency: str = "USD", profile: str = "", region: str = "intl"
) -> PeriodBudget:
    limit = PeriodLimit(amount=characters * EACH, currency=currency, period="month")
    return PeriodBudget(limit, ledger=ledger, profile=profile, region=region, prices=PRICES)


@pytest.mark.parametrize(
    ("now", "period", "start", "end"),
    [
        ((2026, 2, 28, 23, 59), "day", (2026, 2, 28), (2026, 3, 1)),
        ((2026, 2, 28, 23, 59), "month", (2026, 2, 1), (2026, 3, 1)),
        ((2026, 11, 1, 0, 0), "month", (2026, 11, 1), (2026, 12, 1)),
        ((2026, 12, 31, 12, 0), "month", (2026, 12, 1), (2027, 1, 1)),
        ((2026, 12, 31, 12, 0), "day", (2026, 12, 31), (2027, 1, 1)),
    ],
)
def test_a_period_is_one_of_the_calendar(
    at: Callable[[datetime], None],
    now: tuple[int, ...],
    period: str,
    start: tuple[int, int, int],
    end: tuple[int, int, int],
) -> None:
    """From its first midnight to the first of the next."""
    at(datetime(*now))  # type: ignore[arg-type]  # noqa: DTZ001 - local time, five numbers
    limit = PeriodLimit(amount=Decimal(1), currency="USD", period=period)
    assert limit.start == datetime(*start).astimezone()
    assert limit.end == datetime(*end).astimezone()


def test_a_setting_is_read_and_written_alike() -> None:
    limit = PeriodLimit.parse("20.50 USD/month")
    assert limit is not None
    assert (limit.amount, limit.currency, limit.period) == (Decimal("20.50"), "USD", "month")
    assert str(limit) == "20.50 USD/month"
    assert PeriodLimit.parse("none") is None


def test_a_budget_may_be_spent_to_its_last_character(ledger: UsageLedger) -> None:
    """By all that share it; what is released may be spent again."""
    ten, other = open_period(ledger, 10), open_period(ledger, 10)
    held = ten.reserve(FLASH, Metered(10))
    assert other.left().amount == 0
    with pytest.raises(BudgetError, match="spent or reserved this month"):
        other.reserve(FLASH, Metered(1))
    ten.release(held)
    assert other.left().amount == 10 * EACH
    other.reserve(FLASH, Metered(10))


def test_every_profile_has_its_own(ledger: UsageLedger) -> None:
    open_period(ledger, 10, profile="work").reserve(FLASH, Metered(10))
    open_period(ledger, 10).reserve(FLASH, Metered(10))
    with pytest.raises(BudgetError, match="of profile work"):
        open_period(ledger, 10, profile="work").reserve(FLASH, Metered(1))


def test_what_the_sandbox_pretends_is_counted_by_itself(ledger: UsageLedger) -> None:
    """Trying costs nothing of what is real, and the other way round."""
    sandbox = open_period(ledger, 10, region=SANDBOX_REGION)
    sandbox.reserve(FLASH, Metered(8))
    assert open_period(ledger, 10).left().spent == 0
    assert sandbox.left().spent == 8 * EACH
    ledger.record(model=FLASH, voice="Cherry", profile="", region="intl", metered=Metered(5))
    assert sandbox.left().spent == 8 * EACH
    assert open_period(ledger, 10).left().spent == 5 * EACH


def test_what_cannot_be_counted_is_refused(ledger: UsageLedger) -> None:
    """A model without a price, and a bill in another currency."""
    with pytest.raises(UsageError, match="unheard-of is not known"):
        open_period(ledger, 10).check("unheard-of")
    with pytest.raises(UsageError, match=r"budget is in CNY, but .* billed in USD in Singapore"):
        open_period(ledger, 10, currency="CNY").reserve(FLASH, Metered(1))
    assert open_period(ledger, 10).check(FLASH, Metered(3)) == 3 * EACH


def test_what_is_left_is_told() -> None:
    """To people and to scripts; what is overdrawn is nothing."""
    limit = PeriodLimit(amount=Decimal(20), currency="USD", period="month")
    left = BudgetLeft(limit=limit, spent=Decimal("7.5"))
    assert str(left).startswith("budget of 20 USD/month: 7.50 USD spent, 12.50 USD left until 20")
    document = left.document()
    assert (document["spent"], document["left"], document["amount"]) == (7.5, 12.5, 20.0)
    since = datetime.fromisoformat(str(document["since"]))
    assert timedelta() <= datetime.now(UTC) - since <= timedelta(days=32)
    assert BudgetLeft(limit=limit, spent=Decimal(21)).amount == 0
