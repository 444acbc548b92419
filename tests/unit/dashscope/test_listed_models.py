"""The list of models, as odd as a server may send it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from qwentts_cli.dashscope.listed_models import fetch_models

if TYPE_CHECKING:
    from qwentts_cli.dashscope.client import SpeechClient


class Answering:
    """Gives `row` as the only model, and no limits."""

    def __init__(self, row: dict[str, Any]) -> None:
        self._row = row

    def get(self, path: str) -> dict[str, Any]:
        return {"output": {"models": [self._row]}} if "page_no" in path else {}


@pytest.mark.parametrize(
    "prices", [None, 5, {"a": 1}, [5], [{"prices": 5}], [{"prices": [None, "type price", {"type": "x"}]}]]
)
def test_prices_that_are_none_are_left_out(prices: object) -> None:
    """A model is one without them."""
    [model] = fetch_models(cast("SpeechClient", Answering({"model": "m", "prices": prices})))
    assert model.prices == {}


@pytest.mark.parametrize("day", ["0000-00-00", "2026-13-01", "２０２７-０１-０２", "soon", 20270102, None])
def test_a_day_that_is_none_is_no_end(day: object) -> None:
    """What is kept of it would be in the way of every later run."""
    row = {"model": "m", "inference_offline_info": {"offline_time": day}}
    [model] = fetch_models(cast("SpeechClient", Answering(row)))
    assert model.ends is None
