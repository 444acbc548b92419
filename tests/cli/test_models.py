"""`qwentts models`: the catalogue, and what the service says of it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len

from qwentts_cli.dashscope.catalog import load_catalog
from tests.conftest import KEY
from tests.reliability.raw_server import answering, http, serving
from tests.shells import on_terminal

if TYPE_CHECKING:
    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts
    from tests.reliability.forked import ForkedQwentts

FLASH, INSTRUCT = "qwen3-tts-flash", "qwen3-tts-instruct-flash"


def by_id(document: dict[str, Any]) -> dict[str, Any]:
    return {model["id"]: model for model in document["models"]}


def test_the_models_are_listed_one_a_line(qwentts: Qwentts) -> None:
    """Without a key and without a request, with price, rate and end."""
    lines = qwentts("models").text.splitlines()
    assert lines[0].split() == ["model", "endpoint", "price", "rpm", "ends", "takes"]
    assert len(lines) == 1 + len(load_catalog().models)
    (line,) = [line for line in lines if line.startswith(f"{INSTRUCT} ")]
    assert line.split()[1:6] == ["generation", "0.115", "USD/10k", "characters", "180"]
    assert "2026-10-10 (cn)" in line
    assert "0.8 CNY" in qwentts("models", "--region", "cn").text


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_on_a_terminal_it_is_a_table_that_fits(qwentts: ForkedQwentts, columns: int) -> None:
    """A name stays in one piece where there is room; what is left out for that is no name, price or end."""
    *table, legend = on_terminal(qwentts, columns, "models", "--no-color")
    assert not [line for line in table if cell_len(line) > columns]
    assert "19 models; prices of" in legend
    whole = [line for line in table if f"{FLASH}-2025-11-27 " in line]
    assert len(whole) == (columns >= 80)
    assert all("0.10 USD/10k chars " in line and "2026-10-10 (cn)" in line for line in whole)
    assert any("optimize_instructions" in line for line in table) == (columns == 200)


def test_one_model_is_shown_with_the_sources_of_its_facts(qwentts: Qwentts) -> None:
    """Each with its day."""
    facts = qwentts("models", INSTRUCT.upper(), "--json").json
    assert facts["successor"] == "cosyvoice-v3.5-plus"
    assert facts["sources"]["price"].endswith("2026-08-24")
    assert facts["sources"]["end in cn"].endswith("2026-10-10")
    assert "successor: cosyvoice-v3.5-plus" in qwentts("models", INSTRUCT).text
    assert f"Did you mean {FLASH}?" in qwentts("models", "qwen3-tts-flahs", code=2).stderr


def test_the_service_is_asked_once_a_day(online: Qwentts, sandbox: Sandbox) -> None:
    """For nothing; the second time its answer is still good."""
    models = by_id(online("models", "--online", "--json").json)
    assert models[FLASH]["is_listed"]
    # The sandbox tells the ends in all three shapes in turn.
    assert {model["ends"] for model in models.values()} == {None, "2026-10-10"}
    asked = len(sandbox.ledger)
    assert {record.phase for record in sandbox.ledger} == {"models"}
    assert by_id(online("models", "--online", "--json").json) == models
    assert len(sandbox.ledger) == asked


def answer(*models: dict[str, Any]) -> bytes:
    return http(json.dumps({"output": {"total": len(models), "models": models}}).encode())


@pytest.mark.parametrize(
    "info",
    [
        {"offline_time": "2027-01-02 00:00:00"},
        {"announceUrl": "https://x", "offlineTime": "2027-01-02 00:00:00"},
        {"one": {"offline_time": "2027-03-04 00:00:00"}, "two": {"offline_time": "2027-01-02 00:00:00"}},
    ],
    ids=["documented", "camel case", "by key"],
)
def test_a_model_that_only_the_service_knows_is_listed(qwentts: Qwentts, info: dict[str, Any]) -> None:
    """With its end, in whichever form that is told; one that it does not list is marked."""
    row = {"model": "qwen-audio-9-tts", "inference_offline_info": info, "prices": None}
    with serving(answering(answer(row))) as server:
        qwentts.env |= {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": server.base_url}
        models = by_id(qwentts("models", "--online", "--json").json)
        assert "the service does not list it" in qwentts("models", "--online").text
    assert (models["qwen-audio-9-tts"]["endpoint"], models["qwen-audio-9-tts"]["ends"]) == (
        "synthesizer",
        "2027-01-02",
    )
    assert not models[FLASH]["is_listed"]


@pytest.mark.parametrize(
    "reply",
    [http(b"{}", status="404 Not Found"), http(b"<html>"), http(b"[]"), answer({}, {"model": 7})],
    ids=["no such question", "a page", "a list", "nonsense"],
)
def test_without_an_answer_the_catalogue_serves(qwentts: Qwentts, reply: bytes) -> None:
    """A server need not know the question."""
    with serving(answering(reply)) as server:
        qwentts.env |= {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": server.base_url}
        assert FLASH in qwentts("models", "--online").text


def test_a_refused_key_is_told(online: Qwentts) -> None:
    """The question is also a check of the key that costs nothing."""
    result = online("models", "--online", code=3, env={"QWENTTS_API_KEY": "nonsense0123456789"})
    assert "QWENTTS_API_KEY" in result.stderr


def test_the_end_that_the_service_tells_stands_above_the_announced_one(qwentts: Qwentts) -> None:
    """One that is near is told when the model is used; one that it does not tell is none."""
    near = (datetime.now().astimezone().date() + timedelta(days=30)).isoformat()
    far = (datetime.now().astimezone().date() + timedelta(days=300)).isoformat()
    rows = (
        {"model": FLASH, "inference_offline_info": {"offline_time": f"{near} 00:00:00"}},
        {"model": INSTRUCT, "inference_offline_info": None},
        {"model": "qwen3-tts-vc-2026-01-22", "inference_offline_info": {"offline_time": f"{far} 00:00:00"}},
    )
    with serving(answering(answer(*rows))) as server:
        qwentts.env |= {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": server.base_url}
        told = qwentts("say", "Hi.", "-m", INSTRUCT, "--dry-run").stderr
        assert "ended on 2026-10-10, as announced" in told
        qwentts("models", "--online")
        assert f"{FLASH} ends on {near}, as the service lists it" in qwentts("say", "Hi.", "--dry-run").stderr
        for model in (INSTRUCT, "qwen3-tts-vc-2026-01-22"):
            assert " end" not in qwentts("say", "Hi.", "-m", model, "-v", "Mine", "--dry-run").stderr
    qwentts.env.pop("QWENTTS_BASE_URL")
    assert "ended on 2026-10-10, as announced" in qwentts("say", "Hi.", "-m", INSTRUCT, "--dry-run").stderr


def test_models_that_have_ended_are_marked(qwentts: Qwentts) -> None:
    """In the table, for scripts, and beside what TAB offers."""
    (line,) = [line for line in qwentts("models").text.splitlines() if line.startswith(f"{INSTRUCT} ")]
    assert "ended 2026-10-10 (cn)" in line
    models = by_id(qwentts("models", "--json").json)
    assert (models[INSTRUCT]["has_ended"], models[FLASH]["has_ended"]) == (True, False)
    offered = qwentts("say", "-m", INSTRUCT, env={"_QWENTTS_COMPLETE": "bash"}).text
    assert f"{INSTRUCT}\tended 2026-10-10; " in offered
