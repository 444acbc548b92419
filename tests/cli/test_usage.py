"""`qwentts usage`: what was spent, for people and for scripts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.billing.ledger import UsageLedger
from qwentts_cli.metered import Metered

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Qwentts

FLASH, INSTRUCT = "qwen3-tts-flash", "qwen3-tts-instruct-flash"


@pytest.fixture
def path(qwentts: Qwentts) -> Path:
    qwentts.env["XDG_STATE_HOME"] = str(qwentts.home / "state")
    return qwentts.home / "state" / "qwentts" / "usage.sqlite"


@pytest.fixture
def spend(path: Path) -> Callable[..., None]:
    """Spend characters so many days ago, at this time of the day."""

    def record(
        characters: int,
        *,
        tokens: tuple[int, int] = (0, 0),
        days_ago: int = 0,
        voice: str = "Cherry",
        model: str = FLASH,
        profile: str = "",
        region: str = "cn",
    ) -> None:
        when = (datetime.now().astimezone() - timedelta(days=days_ago)).timestamp()
        with UsageLedger(path, warn=pytest.fail, now=lambda: when) as ledger:
            amount = Metered(characters, *tokens)
            ledger.record(model=model, voice=voice, profile=profile, region=region, metered=amount)

    return record


def day(days_ago: int = 0) -> str:
    return (datetime.now().astimezone().date() - timedelta(days=days_ago)).isoformat()


def test_days_are_listed_with_a_total(qwentts: Qwentts, spend: Callable[..., None]) -> None:
    """Aligned, the sum last, costs by the price list."""
    spend(123, days_ago=2)
    spend(12_345)
    spend(45, voice="Ethan")
    assert qwentts("usage").text.splitlines() == [
        "day         characters  requests        cost",
        f"{day(2)}         123         1  0.0098 CNY",
        f"{day()}      12,390         2  0.9912 CNY",
        "total           12,513         3  1.0010 CNY",
    ]


def test_voices_models_and_profiles_are_listed(qwentts: Qwentts, spend: Callable[..., None]) -> None:
    """Most first; what has no name is shown as such, and Chinese takes two columns a character."""
    spend(10, voice="我的声音")
    spend(2000, voice="Ethan", model=INSTRUCT, profile="work")
    assert qwentts("usage", "--by", "voice").text.splitlines() == [
        "voice     characters  requests        cost",
        "Ethan          2,000         1  0.1600 CNY",
        "我的声音          10         1  0.0008 CNY",
        "total          2,010         2  0.1608 CNY",
    ]
    assert qwentts("usage", "--by", "model").text.split("\n")[1].startswith(INSTRUCT)
    assert qwentts("usage", "--by", "profile").text.split("\n")[2].startswith("(none)")


def test_tokens_are_listed_where_there_are_any(qwentts: Qwentts, spend: Callable[..., None]) -> None:
    """With their price, beside what is billed by characters."""
    spend(1000, region="intl")
    spend(100, tokens=(90, 400), region="intl", model="qwen-audio-3.1-tts-flash")
    assert qwentts("usage", "--by", "model").text.splitlines() == [
        "model                     characters  tokens  requests        cost",
        "qwen3-tts-flash                1,000       0         1  0.0100 USD",
        "qwen-audio-3.1-tts-flash         100     490         1  0.0008 USD",
        "total                          1,100     490         2  0.0108 USD",
    ]
    assert qwentts("usage", "--json").json["total"]["tokens"] == {"input": 90, "output": 400}


def test_json_is_one_exact_document(qwentts: Qwentts, spend: Callable[..., None]) -> None:
    """Costs are not rounded in it."""
    spend(1, region="intl")
    spend(7, model="qwen-of-tomorrow")
    document = qwentts("usage", "--by", "model", "--json").json
    assert document["by"] == "model"
    assert document["rows"][1] == {
        "model": FLASH,
        "characters": 1,
        "tokens": None,
        "requests": 1,
        "cost": {"USD": 0.00001},
        "unpriced_characters": 0,
        "other_servers_characters": 0,
    }
    assert document["total"]["characters"] == 8
    assert document["total"]["unpriced_characters"] == 7


def test_other_servers_are_not_the_service(online: Qwentts, path: Path) -> None:
    """What a sandbox on another port spoke is listed by region, and costs nothing."""
    assert str(path).endswith("usage.sqlite")
    online("say", "Hello.", "-o", "a.wav")
    result = online("usage", "--by", "region")
    assert [row.split() for row in result.text.splitlines()[1:]] == [
        ["127.0.0.1", "6", "1"],
        ["total", "6", "1"],
    ]
    assert "6 characters were spoken by other servers than the service" in result.stderr


def test_what_has_no_price_is_told(qwentts: Qwentts, spend: Callable[..., None]) -> None:
    """A cost that leaves something out must say so; a cost too small to show is not nothing."""
    spend(7, model="qwen-of-tomorrow")
    spend(1)
    result = qwentts("usage", "--by", "voice")
    assert "<0.0001 CNY" in result.text
    assert result.stderr == "7 characters are of models and regions without a known price.\n"


@pytest.mark.parametrize(
    ("since", "characters"),
    [("1d", 1), ("3d", 21), ("25h", 21), (None, 4321), ("2020-01-01", 54321)],
)
def test_since_is_days_hours_or_a_date(
    qwentts: Qwentts, spend: Callable[..., None], since: str | None, characters: int
) -> None:
    """Days are whole ones, today among them; the last 30 unless told."""
    for days_ago, amount in ((0, 1), (1, 20), (3, 300), (29, 4000), (30, 50_000)):
        spend(amount, days_ago=days_ago)
    args = () if since is None else ("--since", since)
    assert qwentts("usage", "--json", *args).json["total"]["characters"] == characters


@pytest.mark.parametrize("since", ["yesterday", "0d", "99999d9", "2026-13-01"])
def test_a_time_that_is_none_is_refused(qwentts: Qwentts, since: str) -> None:
    """With what would be one."""
    assert "7d, 24h or a day" in qwentts("usage", "--since", since, code=2).stderr


def test_a_wrong_sum_is_refused(qwentts: Qwentts) -> None:
    """With the right ones."""
    assert "'day', 'voice', 'model', 'profile', 'region'" in qwentts("usage", "--by", "week", code=2).stderr


def test_no_usage_is_a_note(qwentts: Qwentts, spend: Callable[..., None]) -> None:
    """Nothing on stdout; with --json an empty document. Nothing at all differs from nothing since then."""
    result = qwentts("usage")
    assert (result.stdout, result.stderr) == (b"", "No usage yet.\n")
    assert qwentts("usage", "--json").json["rows"] == []
    spend(5, days_ago=9)
    result = qwentts("usage", "--since", "2d")
    assert (result.stdout, result.stderr) == (b"", f"No usage since {day(1)} 00:00.\n")


def test_a_damaged_ledger_is_a_warning(qwentts: Qwentts, path: Path) -> None:
    """It is kept aside, and the command goes on."""
    path.parent.mkdir(parents=True)
    path.write_bytes(b"what is this?" * 100)
    assert "Warning: the usage ledger was damaged" in qwentts("usage").stderr
    assert qwentts("usage").stderr == "No usage yet.\n"


def test_a_ledger_that_cannot_be_read_is_exit_7(qwentts: Qwentts, path: Path) -> None:
    """Silence would say that nothing was spent."""
    path.mkdir(parents=True)
    assert str(path) in qwentts("usage", code=7).stderr
