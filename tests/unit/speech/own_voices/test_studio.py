"""Waiting for a voice, and listing many, with answers and a clock of the test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from qwentts_cli.dashscope.own_voices.makers import load_makers
from qwentts_cli.errors import NetworkError, RejectedError
from qwentts_cli.observer import Observer
from qwentts_cli.settings.own_voices import OwnVoice
from qwentts_cli.speech.own_voices.account import list_account
from qwentts_cli.speech.own_voices.studio import Studio
from qwentts_cli.synthesis.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qwentts_cli.billing.ledger import UsageLedger
    from qwentts_cli.dashscope.own_voices.client import VoiceClient

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

    def __init__(self, answer: Callable[[str, dict[str, Any]], dict[str, Any]]) -> None:
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


def studio(client: Answers, clock: Clock | None = None) -> Studio:
    clock = clock or Clock()
    return Studio(
        client=cast("VoiceClient", client),
        server="intl",
        profile="",
        is_fleeting=True,
        observer=Observer(),
        ledger=cast("UsageLedger", None),
        timing=Timing(now=lambda: clock.now, wait=clock.wait),
    )


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
