"""The list of models, as odd as a server may send it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from qwentts_cli.dashscope.listed_models import fetch_models

if TYPE_CHECKING:
    from qwentts_cli.dashscope.client import SpeechClient


class Answering:
    """Gives `row` as the only model, and `limit` as what each workspace may ask of it."""

    def __init__(self, row: dict[str, Any], limit: dict[str, Any] | None = None) -> None:
        self._row = row
        self._quotas = [{"model": row["model"], "workspace_limit": limit}]

    def get(self, path: str) -> dict[str, Any]:
        return {"output": {"models": [self._row]} if "page_no" in path else {"quotas": self._quotas}}


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


@pytest.mark.parametrize(
    ("limit", "rpm"),
    [
        ({"request_limit": 180}, 180),
        ({"request_limit": 3, "request_limit_period": 1}, 180),
        ({"request_limit": 3, "request_limit_period": None}, 3),
        *(({"request_limit": count}, None) for count in (True, -1, 0, "180", 1.5, 10**4000, None)),
        *(({"request_limit": 3, "request_limit_period": s}, None) for s in (True, -1, "1", 10**4000)),
    ],
)
def test_a_limit_that_is_no_number_is_none(limit: dict[str, Any], rpm: int | None) -> None:
    """A number of thousands of digits would end the program where it is shown."""
    [model] = fetch_models(cast("SpeechClient", Answering({"model": "m"}, limit)))
    assert model.rpm == rpm
