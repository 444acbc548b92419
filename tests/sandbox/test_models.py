"""The lists of models and limits, which cost nothing."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING, Any

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.sandbox.raw_http import CUSTOMIZATION, KEY, ask, say

if TYPE_CHECKING:
    from collections.abc import Iterable

MODELS = "/api/v1/models"
# After most of the Qwen3 family was announced to end, and before.
AFTER, BEFORE = (float(calendar.timegm((2026, month, 1, 0, 0, 0))) for month in (11, 9))


def rows(sandbox: Sandbox, path: str = f"{MODELS}?page_size=200") -> dict[str, Any]:
    models: Iterable[dict[str, Any]] = ask(sandbox, "GET", path, headers=KEY).json["output"]["models"]
    return {row["model"]: row for row in models}


def test_a_page_of_models(sandbox: Sandbox) -> None:
    """Pages count from 1 and have 20 where nothing is asked; the total is that of all."""
    answer = ask(sandbox, "GET", MODELS, headers=KEY).json
    output = answer["output"]
    assert (answer["code"], answer["success"]) == (None, True)
    assert (output["page_no"], output["page_size"]) == (1, 20)
    everything = list(rows(sandbox))
    assert output["total"] == len(everything)
    second = ask(sandbox, "GET", f"{MODELS}?page_no=2&page_size=5", headers=KEY).json["output"]["models"]
    assert [row["model"] for row in second] == everything[5:10]
    assert sandbox.ledger[-1].billed == 0


def test_a_model_says_what_it_is_and_costs(sandbox: Sandbox) -> None:
    """In the service's own words: by characters, or by tokens of text and of sound."""
    found = rows(sandbox)
    assert found["qwen3-tts-flash"]["capabilities"] == ["TTS"]
    [by_characters] = rows(sandbox, f"/cn{MODELS}?model=qwen3-tts-flash&page_size=1").values()
    assert [(p["type"], p["price"]) for p in by_characters["prices"][0]["prices"]] == [
        ("cosy_tts_number", "0.8")
    ]
    by_tokens = rows(sandbox, f"/cn{MODELS}?page_size=200")["qwen-audio-3.1-tts-flash"]
    assert [(p["type"], p["price"]) for p in by_tokens["prices"][0]["prices"]] == [
        ("text_input_token", "1.5"),
        ("qwen_tts_multi_output_token", "12"),
    ]


def test_the_end_of_a_model_is_told_in_three_ways(sandbox: Sandbox) -> None:
    """Sources disagree about the shape; a list has each of them, with the same day."""
    shapes = [
        row["inference_offline_info"] for row in rows(sandbox).values() if "inference_offline_info" in row
    ]
    assert {frozenset(shape) for shape in shapes} == {
        frozenset({"offline_time"}),
        frozenset({"announceUrl", "offlineTime"}),
        frozenset({"default"}),
    }
    days = {
        shape.get("offline_time") or shape.get("offlineTime") or shape["default"]["offline_time"]
        for shape in shapes
    }
    assert days == {"2026-10-10 00:00:00"}
    assert "inference_offline_info" not in rows(sandbox)["qwen3-tts-flash"]


def test_a_region_has_its_own_models(sandbox: Sandbox) -> None:
    """The legacy models are Beijing's; elsewhere they are neither listed nor spoken with."""
    assert "qwen-tts" in rows(sandbox, f"/cn{MODELS}?page_size=200")
    assert "qwen-tts" not in rows(sandbox, f"/intl{MODELS}?page_size=200")
    with Sandbox(voice_engine="tones", region="intl") as singapore:
        assert "qwen-tts" not in rows(singapore)
        assert say(singapore, model="qwen-tts").json["code"] == "ModelNotFound"


def test_limits_are_those_of_the_catalogue_or_of_this_sandbox() -> None:
    """Requests in so many seconds, by model; `--rpm` counts for all."""
    with Sandbox(voice_engine="tones") as sandbox:
        quotas = ask(sandbox, "GET", f"{MODELS}/limits", headers=KEY).json["output"]["quotas"]
    limits = {quota["model"]: quota["model_limit"] for quota in quotas}
    assert (limits["qwen3-tts-flash"]["request_limit"], limits["qwen-tts"]["request_limit"]) == (180, 10)
    assert limits["qwen-tts"]["request_limit_period"] == 60
    with Sandbox(voice_engine="tones", rpm=7) as sandbox:
        quotas = ask(sandbox, "GET", f"{MODELS}/limits", headers=KEY).json["output"]["quotas"]
    assert {quota["model_limit"]["request_limit"] for quota in quotas} == {7}


@pytest.mark.parametrize("query", ["page_no=0", "page_no=x", "page_size=201", "page_size=-1", "page_no=²"])
def test_bad_pages_are_refused(sandbox: Sandbox, query: str) -> None:
    assert ask(sandbox, "GET", f"{MODELS}?{query}".replace("²", "%C2%B2"), headers=KEY).status == 400


def test_the_lists_need_a_key(sandbox: Sandbox) -> None:
    for path in (MODELS, f"{MODELS}/limits"):
        assert ask(sandbox, "GET", path).json["code"] == "InvalidApiKey"


def test_the_lists_have_faults_of_their_own() -> None:
    """A server without them, one that breaks, and voices and uploads that fail: synthesis goes on."""
    faults = "models:status=404#1,models:reset#2,customization:recorded=400-empty,upload:html"
    with Sandbox(voice_engine="tones", faults=faults) as sandbox:
        assert ask(sandbox, "GET", MODELS, headers=KEY).status == 404
        assert ask(sandbox, "GET", f"{MODELS}/limits", headers=KEY).end == "reset"
        assert ask(sandbox, "GET", MODELS, headers=KEY).status == 200
        assert ask(sandbox, "POST", CUSTOMIZATION, b"{}", KEY).json == {}
        assert ask(sandbox, "GET", "/api/v1/uploads", headers=KEY).body.startswith(b"<!DOCTYPE html>")
        assert say(sandbox).status == 200
        assert [record.fault for record in sandbox.ledger][:2] == ["models:status=404#1", "models:reset#2"]


def test_what_is_retired_is_gone() -> None:
    """Not listed, and 404 for those who ask."""
    with Sandbox(voice_engine="tones", retired=["qwen3-tts-flash"]) as sandbox:
        assert say(sandbox).json["code"] == "ModelNotFound"
        assert "qwen3-tts-flash" not in rows(sandbox)


@pytest.mark.parametrize(("now", "status"), [(AFTER, 404), (BEFORE, 200)])
def test_the_announced_end_comes_with_its_day(now: float, status: int) -> None:
    """`ended` is all that the catalogue knows to be over, by the sandbox's clock."""
    with Sandbox(voice_engine="tones", retired=["ended"], clock=lambda: now) as sandbox:
        assert say(sandbox, model="qwen3-tts-instruct-flash").status == status
        assert say(sandbox).status == 200
