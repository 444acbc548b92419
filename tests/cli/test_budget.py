"""`budget`: what a profile may spend in a day or a month, over all runs and processes."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.billing.ledger import UsageLedger
from qwentts_cli.metered import Metered
from tests.conftest import KEY
from tests.samples import write_sample

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Qwentts
    from tests.reliability.forked import ForkedQwentts

SANDBOX = ("--region", "sandbox", "-q")
# 27 characters are 0.00027 USD, at 0.10 USD for 10,000.
TEXT = "This text costs so much, {}."
COST = 0.00027


@pytest.fixture
def thrifty(qwentts: ForkedQwentts) -> ForkedQwentts:
    """The program with the price of two texts and a half a month."""
    qwentts.env["QWENTTS_BUDGET"] = "0.000675 usd / month"
    return qwentts


def test_the_same_command_again_stays_within_the_budget(thrifty: Qwentts) -> None:
    """Exit 10 when it is used up, with what is left of the month; what is in the cache is still there."""
    for number in (1, 2):
        thrifty("say", TEXT.format(number), "-o", f"{number}.wav", *SANDBOX)
    result = thrifty("say", TEXT.format(3), "-o", "3.wav", *SANDBOX, code=10)
    assert "would cross the budget of 0.000675 USD/month: 0.00054 USD spent" in result.stderr
    assert "the next month begins on" in result.stderr
    assert not (thrifty.folder / "3.wav").exists()
    thrifty("say", TEXT.format(1), "-o", "again.wav", *SANDBOX)


def test_a_voice_counts_and_one_that_would_cross_the_budget_is_not_made(qwentts: Qwentts) -> None:
    """Each costs 0.01 USD, whoever speaks with it then; where no price is known, nobody can keep a budget."""
    write_sample(qwentts.folder / "me.wav")
    qwentts("config", "set", "budget", "0.015 USD/month")
    args = ("voices", "clone", "me.wav", "--name", "me", "--yes")
    env = {"QWENTTS_API_KEY": KEY}
    path = qwentts.home / ".local" / "state" / "qwentts" / "usage.sqlite"
    with UsageLedger(path, warn=pytest.fail) as ledger:
        ledger.record(model="voice-enrollment clone", voice="v", profile="", region="intl", metered=Metered())
    refused = qwentts(*args, "--region", "intl", code=10, env=env)
    assert "0.015 USD/month: 0.010 USD spent" in refused.stderr
    assert qwentts("usage", "--json", env=env).json["total"]["cost"] == {"USD": 0.01}
    unknown = qwentts(*args, "--base-url", "http://127.0.0.1:9", code=2, env=env)
    assert "the price of voice-enrollment clone is not known" in unknown.stderr


def test_usage_shows_what_is_left(thrifty: Qwentts) -> None:
    """For people in a line, for scripts in numbers with the currency beside."""
    thrifty("say", TEXT.format(1), "-o", "1.wav", *SANDBOX)
    assert "budget of 0.000675 USD/month: 0.00027 USD spent" in thrifty("usage", *SANDBOX).text
    budget = thrifty("usage", *SANDBOX, "--json").json["budget"]
    assert (budget["spent"], budget["currency"], budget["period"]) == (COST, "USD", "month")
    assert budget["left"] == pytest.approx(0.000675 - COST)
    # What the sandbox would have cost is not what the service costs.
    assert thrifty("usage", "--json").json["budget"]["spent"] == 0


def test_processes_share_the_budget(thrifty: ForkedQwentts) -> None:
    """Of four that start at once, two can pay."""
    with ExitStack() as runs:
        started = [
            runs.enter_context(
                thrifty.running("say", TEXT.format(n), "-o", f"{n}.wav", *SANDBOX, "--no-cache")
            )
            for n in range(4)
        ]
        assert sorted(run.wait().code for run in started) == [0, 0, 10, 10]


def test_each_profile_counts_for_itself(qwentts: Qwentts, tmp_path: Path) -> None:
    """One may have used up what is its own."""
    config = tmp_path / "home/.config/qwentts/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[profiles.a]\nbudget = "0.0003 USD/day"\n[profiles.b]\nbudget = "0.0003 USD/day"\n')
    config.chmod(0o600)
    qwentts("say", TEXT.format(1), "-o", "1.wav", *SANDBOX, "--profile", "a")
    result = qwentts("say", TEXT.format(2), "-o", "2.wav", *SANDBOX, "--profile", "a", code=10)
    assert "of profile a" in result.stderr
    qwentts("say", TEXT.format(2), "-o", "2.wav", *SANDBOX, "--profile", "b")


def test_a_budget_that_cannot_be_kept_sends_nothing(thrifty: Qwentts) -> None:
    """In another currency, or at a server without prices."""
    result = thrifty("say", "Hi", "-o", "x.wav", *SANDBOX, env={"QWENTTS_BUDGET": "5 CNY/day"}, code=2)
    assert "the budget is in CNY, but qwen3-tts-flash is billed in USD in Singapore (intl)" in result.stderr
    elsewhere = {"QWENTTS_API_KEY": "sk-0123456789abcdef", "QWENTTS_BASE_URL": "http://127.0.0.1:9/api/v1"}
    assert "cannot be kept" in thrifty("say", "Hi", "-o", "x.wav", env=elsewhere, code=2).stderr


def test_a_failed_request_gives_back_what_was_set_aside(thrifty: Qwentts) -> None:
    """What the service refused was not billed."""
    for _ in range(2):
        thrifty("say", TEXT.format(1), "-o", "1.wav", *SANDBOX, "-v", "Quetzalcoatl", code=6)
    thrifty("say", TEXT.format(1), "-o", "1.wav", *SANDBOX)


@pytest.mark.parametrize("value", ["20", "20/month", "20 EUR/month", "-1 USD/day", "1 USD/week", "lots"])
def test_a_budget_that_is_none_is_refused(qwentts: Qwentts, value: str) -> None:
    """With what would be one."""
    assert "20 USD/month" in qwentts("config", "set", "--", "budget", value, code=2).stderr


def test_a_limit_may_name_its_currency(qwentts: Qwentts) -> None:
    """That in which the region is billed; nobody knows exchange rates here."""
    args = ("say", TEXT.format(1), "-o", "a.wav", *SANDBOX, "--force")
    for amount in ("1USD", "$0.50", "0.5 usd"):
        qwentts(*args, "--max-cost", amount)
    qwentts(*args, "--no-cache", "--max-cost", "0.0001USD", code=10)
    for more in ((), ("--dry-run",)):
        result = qwentts(*args, *more, "--max-cost", "10CNY", code=2)
        assert "qwen3-tts-flash is billed in USD in Singapore (intl)" in result.stderr
        assert "Give it in USD" in result.stderr
    key = {"QWENTTS_API_KEY": "sk-0123456789abcdef", "QWENTTS_REGION": "cn"}
    result = qwentts("say", "Hi", "--dry-run", "--max-cost", "$1", env=key, code=2)
    assert "billed in CNY in China (Beijing) (cn)" in result.stderr
    assert "2.50USD" in qwentts(*args, "--max-cost", "2,50", code=2).stderr


def test_a_dry_run_tells_what_would_not_fit(thrifty: Qwentts) -> None:
    """Within the limit of a run, or what is left of the month; and that a run would be refused."""
    (thrifty.folder / "lines.txt").write_text("".join(f"{TEXT.format(number)}\n" for number in range(3)))
    for args in (("batch", "lines.txt", "--lines", "-d", "out"), ("say", "-f", "lines.txt", "-o", "a.wav")):
        dry = (*args, *SANDBOX, "--dry-run")
        assert "would cross the budget of 0.000675 USD/month: 0 USD spent" in thrifty(*dry).stderr
        roomy = {"QWENTTS_BUDGET": "1 USD/day"}
        assert thrifty(*dry, "--max-cost", "1", env=roomy).stderr == ""
        assert "the limit of this run" in thrifty(*dry, "--max-cost", "0.0005", env=roomy).stderr
        assert "the limit of this run" in thrifty(*dry, "--max-characters", "50", env=roomy).stderr
        refused = thrifty(*dry, env={"QWENTTS_BUDGET": "1 CNY/day"})
        assert "a run would be refused: the budget is in CNY" in refused.stderr
        assert "USD" in refused.text
