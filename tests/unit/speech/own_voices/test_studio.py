"""Waiting for a voice, and listing many, with answers and a clock of the test's own."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest
from msgspec.structs import replace

from qwentts_cli.billing.ledger import UsageLedger
from qwentts_cli.billing.period_budget import PeriodBudget, PeriodLimit
from qwentts_cli.billing.price import price_list
from qwentts_cli.dashscope.own_voices.makers import Kind, load_makers
from qwentts_cli.dashscope.own_voices.voices import VoiceOrder
from qwentts_cli.errors import BudgetError, NetworkError, QwenTTSError, RejectedError
from qwentts_cli.observer import Observer
from qwentts_cli.settings.own_voices import OwnVoice
from qwentts_cli.speech.own_voices.account import list_account
from qwentts_cli.speech.own_voices.studio import Studio
from qwentts_cli.synthesis.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from qwentts_cli.dashscope.own_voices.client import VoiceClient

    Answer = Callable[[str, dict[str, Any]], dict[str, Any]]

VOICE = OwnVoice(
    name="ann",
    id="cosyvoice-v3.5-flash-ann-1",
    model="cosyvoice-v3.5-flash",
    maker="voice-enrollment",
    server="intl",
    status="DEPLOYING",
)


class Answers:
    """A client whose answers a function makes of what is asked."""

    def __init__(self, answer: Answer) -> None:
        self.asked: list[dict[str, Any]] = []
        self._answer = answer

    def ask(self, maker: str, given: dict[str, Any], **_: object) -> dict[str, Any]:
        self.asked.append(given)
        return self._answer(maker, given)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def wait(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def studio(client: Answers, clock: Clock | None = None, budget: PeriodBudget | None = None) -> Studio:
    clock = clock or Clock()
    return Studio(
        client=cast("VoiceClient", client),
        server="intl",
        profile="",
        is_fleeting=True,
        observer=Observer(),
        ledger=cast("UsageLedger", None),
        budget=budget,
        timing=Timing(now=lambda: clock.now, wait=clock.wait),
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[UsageLedger]:
    with UsageLedger(tmp_path / "state" / "usage.sqlite", warn=pytest.fail) as ledger:
        yield ledger


@pytest.fixture
def budget(ledger: UsageLedger) -> PeriodBudget:
    """With room for one voice, which costs 0.01 USD, and a half."""
    limit = PeriodLimit(amount=Decimal("0.015"), currency="USD", period="month")
    return PeriodBudget(limit, ledger=ledger, profile="", region="intl", prices=price_list("intl"))


def make(answer: Answer, budget: PeriodBudget, ledger: UsageLedger | None = None) -> None:
    """Have a voice made; with `ledger` it is noted and remembered."""
    order = VoiceOrder(
        maker=load_makers()["voice-enrollment"],
        kind=Kind.CLONE,
        model=VOICE.model,
        name="ann",
        sample="oss://a",
    )
    listed: dict[str, Any] = {"voice_list": []}
    client = Answers(lambda maker, given: listed if given["action"] == "list_voice" else answer(maker, given))
    place = studio(client, budget=budget)
    if ledger:
        place = replace(place, is_fleeting=False, ledger=ledger)
    place.make(order)


def test_a_voice_that_was_made_counts_once(
    budget: PeriodBudget, ledger: UsageLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was set aside for it is given back as soon as it is noted."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    make(lambda _maker, _given: {"voice_id": VOICE.id}, budget, ledger)
    assert budget.left().spent == Decimal("0.01")
    (row,) = ledger.query(None, "voice")
    assert (row.name, row.requests) == (VOICE.id, 1)


def test_two_voices_at_once_share_the_budget(budget: PeriodBudget) -> None:
    """The fee of the first is set aside while it is being made."""
    asked = []

    def answer(_maker: str, given: dict[str, Any]) -> dict[str, Any]:
        asked.append(given)
        with pytest.raises(BudgetError, match="month"):
            make(answer, budget)
        return {"voice_id": VOICE.id}

    make(answer, budget)
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("error", "spent"),
    [(RejectedError("no"), "0"), (NetworkError("cut", maybe_billed=True, retryable=False), "0.01")],
)
def test_a_voice_that_was_not_made_gives_its_fee_back(
    budget: PeriodBudget, error: QwenTTSError, spent: str
) -> None:
    """Unless nobody knows whether it was made."""

    def answer(_maker: str, _given: dict[str, Any]) -> dict[str, Any]:
        raise error

    with pytest.raises(type(error)) as caught:
        make(answer, budget)
    assert ("billed all the same" in caught.value.hint) == error.maybe_billed
    assert budget.left().spent == Decimal(spent)


def test_a_voice_that_nobody_can_look_for_may_have_been_made(budget: PeriodBudget) -> None:
    """What got lost is told, and not that the network is still down."""
    asked: list[dict[str, Any]] = []

    def answer(_maker: str, given: dict[str, Any]) -> dict[str, Any]:
        asked.append(given)
        if len(asked) == 1:
            return {"voice_list": []}
        raise NetworkError("down", maybe_billed=len(asked) == 2, retryable=False)

    order = VoiceOrder(
        maker=load_makers()["voice-enrollment"], kind=Kind.CLONE, model=VOICE.model, name="ann"
    )
    with pytest.raises(NetworkError) as caught:
        studio(Answers(answer), budget=budget).make(order)
    assert caught.value.maybe_billed
    assert "voices list --mine" in caught.value.hint
    assert budget.left().spent == Decimal("0.01")


def test_a_voice_is_asked_for_until_it_is_ready() -> None:
    """Soon at first and then less often; what is told is its state and how long that took."""
    clock, told = Clock(), list[tuple[str, float]]()
    client = Answers(lambda _maker, _given: {"status": "OK" if clock.now > 60 else "DEPLOYING"})
    ready = studio(client, clock).wait(VOICE, 300, lambda status, seconds: told.append((status, seconds)))
    assert ready.is_ready
    assert clock.pauses[0] < 1
    assert clock.pauses == sorted(clock.pauses)
    assert max(clock.pauses) == 5
    assert told[-1] == ("OK", clock.now)
    assert len(client.asked) < 30


def test_a_wait_ends_in_time() -> None:
    """Not a pause later than was asked for."""
    clock = Clock()
    with pytest.raises(NetworkError, match=r"not ready after 10 s \(DEPLOYING\)") as caught:
        studio(Answers(lambda *_: {"status": "DEPLOYING"}), clock).wait(VOICE, 10, lambda *_: None)
    assert "qwentts voices wait ann" in caught.value.hint
    assert clock.now <= 10


def test_a_voice_that_the_service_gave_up_is_waited_for_no_longer() -> None:
    with pytest.raises(RejectedError, match="UNDEPLOYED"):
        studio(Answers(lambda *_: {"status": "UNDEPLOYED"})).wait(VOICE, 300, lambda *_: None)


def test_all_pages_are_read_and_a_model_is_asked_for_where_no_id_tells_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that make no sense are left out; each maker is asked."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    def answer(maker: str, given: dict[str, Any]) -> dict[str, Any]:
        if given["action"] == "query_voice":
            return {"target_model": "newer-model", "status": "OK"}
        if maker != "voice-enrollment":
            return {}
        first = given["page_index"] * given["page_size"]
        rows = [{"voice_id": f"cosyvoice-v3.5-flash-a-{n}", "status": "OK"} for n in range(first, 150)]
        return {
            "voice_list": [*rows[: given["page_size"]], *([{"voice_id": "own-1"}, 7, {}] if first else [])]
        }

    client = Answers(answer)
    found = [row.voice for row in list_account(studio(client))]
    assert len(found) == 151
    assert {voice.model for voice in found} == {"cosyvoice-v3.5-flash", "newer-model"}
    assert len([given for given in client.asked if given["action"] == "query_voice"]) == 1
    assert (
        len([given for given in client.asked if given["action"].startswith("list")]) == len(load_makers()) + 1
    )
