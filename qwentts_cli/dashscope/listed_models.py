"""The models as the service lists them: which there are, until when, at what price and how often."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from qwentts_cli.errors import LocalError, QwenTTSError
from qwentts_cli.settings.paths import NOWHERE, state_folder
from qwentts_cli.storage.atomic import atomic_write
from qwentts_cli.storage.private import make_private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qwentts_cli.dashscope.client import SpeechClient
    from qwentts_cli.dashscope.endpoint import Endpoint

_PAGE = 100
_MOST_PAGES = 20
_KEPT_S = 24 * 3600
_MINUTE_S = 60
_MOST_REQUESTS = 10**9
_LONGEST_PERIOD_S = 366 * 24 * 3600


class ListedModel(Struct, frozen=True, kw_only=True):
    """`ends` is the day, as in 2026-10-10; `prices` are by the service's names of what is paid for."""

    id: str
    description: str = ""
    ends: str | None = None
    prices: dict[str, str]
    rpm: int | None = None


def fetch_models(client: SpeechClient) -> list[ListedModel]:
    """Ask for the models that speak; it costs nothing.

    Raises:
        QwenTTSError: the service refused, or does not know the question.
    """
    found = {model.id: model for page in _pages(client) for model in page}
    with suppress(QwenTTSError):  # known to fewer servers than the models themselves
        for id_, rpm in _limits(client).items():
            if id_ in found:
                found[id_] = replace(found[id_], rpm=rpm)
    return list(found.values())


def _pages(client: SpeechClient) -> Iterator[list[ListedModel]]:
    for number in range(1, _MOST_PAGES + 1):
        output = _table(
            client.get(f"/models?capabilities=TTS&page_no={number}&page_size={_PAGE}").get("output")
        )
        rows = [_table(row) for row in _list(output.get("models"))]
        yield [_model(row) for row in rows if isinstance(row.get("model"), str)]
        if len(rows) < _PAGE:
            return


def _limits(client: SpeechClient) -> dict[str, int]:
    """Requests a minute by model, as the workspace may ask."""
    from qwentts_cli.dashscope.wire import read_count

    output = _table(client.get("/models/limits").get("output"))
    found = {}
    for quota in map(_table, _list(output.get("quotas"))):
        limit = _table(quota.get("workspace_limit")) or _table(quota.get("model_limit"))
        count = read_count(limit.get("request_limit"), _MOST_REQUESTS)
        period_s = read_count(limit.get("request_limit_period") or _MINUTE_S, _LONGEST_PERIOD_S)
        if count and period_s:
            found[str(quota.get("model"))] = count * _MINUTE_S // period_s
    return found


def _model(row: dict[str, Any]) -> ListedModel:
    groups = map(_table, _list(row.get("prices")))
    prices = [_table(price) for group in groups for price in _list(group.get("prices"))]
    return ListedModel(
        id=row["model"],
        description=str(row.get("description") or ""),
        ends=_offline_day(row.get("inference_offline_info")),
        prices={
            str(price["type"]): str(price["price"]) for price in prices if {"type", "price"} <= price.keys()
        },
    )


def _offline_day(info: object) -> str | None:
    """The day in any of the shapes seen: `offline_time`, `offlineTime`, or one of them below other names."""
    if not isinstance(info, dict):
        return None
    told = [value for name, value in info.items() if str(name).replace("_", "").lower() == "offlinetime"]
    found = (re.match(r"\d{4}-\d{2}-\d{2}", str(value), re.ASCII) for value in told)
    days = [match[0] for match in found if match and _is_day(match[0])]
    days += [day for value in info.values() if (day := _offline_day(value))]
    return min(days, default=None)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def kept_models(endpoint: Endpoint) -> KeptModels:
    """What a server listed last."""
    try:
        folder = state_folder()
    except LocalError:  # without a home folder nothing is kept
        folder = NOWHERE
    return KeptModels(folder / "models" / f"{endpoint.host}.json", server=endpoint.base_url)


class KeptModels:
    """What a server listed last, in one file, for a day."""

    def __init__(self, path: Path, *, server: str) -> None:
        self._path = path
        self._server = server

    def read(self) -> list[ListedModel] | None:
        """What was kept; `None` if it was of another server, is a day old, or cannot be read."""
        age_s, models = self._read()
        return models if 0 <= age_s < _KEPT_S else None

    def read_old(self) -> list[ListedModel]:
        """What was kept, however old it is: the days on which models end are still true."""
        return self._read()[1]

    def _read(self) -> tuple[float, list[ListedModel]]:
        """How many seconds ago it was listed, and what."""
        try:
            kept = json.loads(self._path.read_bytes())
            age_s = time.time() - float(kept["read_at"])
            if kept["server"] == self._server:
                return age_s, [ListedModel(**row) for row in kept["models"]]
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            pass
        return _KEPT_S, []

    def write(self, models: list[ListedModel]) -> None:
        """Keep a list; one that cannot be kept is asked for again."""
        kept = {"server": self._server, "read_at": time.time(), "models": [asdict(model) for model in models]}
        with suppress(OSError, LocalError):
            make_private_folder(self._path.parent)
            with atomic_write(self._path, mode=0o600) as file:
                file.write(json.dumps(kept).encode())
