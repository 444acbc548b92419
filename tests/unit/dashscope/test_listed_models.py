"""The list of models, as odd as a server may send it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

import pytest

from qwentts_cli.dashscope.listed_models import KeptModels, ListedModel, fetch_models
from qwentts_cli.errors import RejectedError

if TYPE_CHECKING:
    from pathlib import Path

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


class Service:
    """Has `count` models, and their limits."""

    def __init__(self, count: int, quotas: object = None) -> None:
        self.paths: list[str] = []
        self._count = count
        self._quotas = quotas

    def get(self, path: str) -> dict[str, Any]:
        self.paths.append(path)
        if path == "/models/limits":
            if self._quotas is None:
                raise RejectedError("no such question")
            return {"output": {"quotas": self._quotas}}
        first = 100 * (len(self.paths) - 1)
        rows = [{"model": f"m{number}"} for number in range(first, min(first + 100, self._count))]
        return {"output": {"models": rows}}


def fetch(service: object) -> list[ListedModel]:
    return fetch_models(cast("SpeechClient", service))


@pytest.mark.parametrize(
    ("count", "found", "pages"), [(0, 0, 1), (99, 99, 1), (100, 100, 2), (250, 250, 3), (5000, 2000, 20)]
)
def test_each_page_is_read(count: int, found: int, pages: int) -> None:
    """From page 1, a hundred at a time; a list without an end is given up."""
    service = Service(count)
    assert len(fetch(service)) == found
    assert service.paths[0] == "/models?capabilities=TTS&page_no=1&page_size=100"
    assert len(service.paths) == pages + 1


@pytest.mark.parametrize(
    ("quota", "rpm"),
    [
        ({"model_limit": {"request_limit": 180}}, 180),
        ({"model_limit": {"request_limit": 180}, "workspace_limit": {"request_limit": 60}}, 60),
        ({"workspace_limit": {"request_limit": 3, "request_limit_period": 1}}, 180),
        ({"workspace_limit": {"request_limit": 90, "request_limit_period": 120}}, 45),
        ({}, None),
    ],
)
def test_a_limit_is_of_a_minute(quota: dict[str, Any], rpm: int | None) -> None:
    """That of the workspace stands above that of the model; one that says nothing is none."""
    [model] = fetch(Service(1, [quota | {"model": "m0"}, {"model": "other", **quota}, None]))
    assert model.rpm == rpm


def test_a_model_has_prices_and_an_end() -> None:
    """The earliest of the days, in any of the shapes seen."""
    row = {
        "model": "m",
        "description": None,
        "prices": [
            {"prices": [{"type": "a", "price": 0.5}, {"type": "b"}]},
            {"prices": [{"type": "c", "price": "1"}]},
        ],
        "inference_offline_info": {
            "offline_time": "2027-01-02 00:00:00",
            "else": {"offlineTime": "2026-12-31"},
            "online_time": "2020-01-01",
        },
    }
    [model] = fetch(Answering(row))
    assert model == ListedModel(id="m", ends="2026-12-31", prices={"a": "0.5", "c": "1"})


@pytest.mark.parametrize(
    ("age_s", "is_new"), [(-1.0, False), (0.0, True), (24 * 3600 - 1.0, True), (24 * 3600.0, False)]
)
def test_a_list_is_kept_for_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age_s: float, *, is_new: bool
) -> None:
    """What is older, or of a clock that was wrong, still says when models end."""
    models = [ListedModel(id="m", ends="2026-12-31", prices={"a": "1"}, rpm=3)]
    kept = KeptModels(tmp_path / "models" / "a.json", server="https://a")
    monkeypatch.setattr(time, "time", lambda: 1_000_000.0)
    kept.write(models)
    assert (tmp_path / "models" / "a.json").stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(time, "time", lambda: 1_000_000.0 + age_s)
    assert kept.read() == (models if is_new else None)
    assert kept.read_old() == models
    other = KeptModels(tmp_path / "models" / "a.json", server="https://b")
    assert (other.read(), other.read_old()) == (None, [])


@pytest.mark.parametrize(
    "content", [None, "{", "[]", "{}", '{"server":"https://a","read_at":"x"}', "[" * 100_000]
)
def test_what_cannot_be_read_is_not_there(tmp_path: Path, content: str | None) -> None:
    """It is asked for again, and one that cannot be kept too."""
    path = tmp_path / "a.json"
    if content:
        path.write_text(content)
    kept = KeptModels(path, server="https://a")
    assert (kept.read(), kept.read_old()) == (None, [])
    (tmp_path / "file").touch()
    KeptModels(tmp_path / "file" / "a.json", server="https://a").write([])
