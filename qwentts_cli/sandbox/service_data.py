"""The regions, models, voices and languages the sandbox knows, from the data files of the catalogue."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_CATALOG = Path(__file__).parents[1] / "dashscope" / "catalog"
_VOICE_FILES = ("voices-qwen3.toml", "voices-qwen-audio.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    """What the service says of a model.

    `endpoint` is `generation` or `synthesizer`; `max_units` limits the text of one request; `tokens_per_s` is
    what a second of sound costs, 0 where characters are billed; `prices` and `ends` are by region.
    """

    id: str
    endpoint: str
    summary: str
    max_units: int
    max_instruction_units: int
    voice_set: str
    voice_prefix: str
    takes: frozenset[str]
    regions: tuple[str, ...]
    rpm: int
    tokens_per_s: float
    prices: Mapping[str, Mapping[str, Any]]
    ends: Mapping[str, date]

    @property
    def legacy(self) -> bool:
        return self.voice_set.startswith("legacy")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedVoice:
    id: str
    gender: str
    sets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceData:
    """`language_types` are what the generation endpoint takes as `language_type`."""

    regions: tuple[str, ...]
    models: Mapping[str, ServedModel]
    voices: Mapping[str, ServedVoice]
    language_types: frozenset[str]
    language_hints: frozenset[str]

    def voice_ids(self, model: ServedModel) -> list[str]:
        return [voice.id for voice in self.voices.values() if model.voice_set in voice.sets]


@cache
def read_service_data(own: Path | None = None) -> ServiceData:
    """Read what the program ships with, and what the user's `own` catalogue adds, if there is one."""
    models, service = _read("models.toml"), _read("service.toml")
    endpoints, names = models["endpoints"], service["languages"]
    added = tomllib.loads(own.read_text(encoding="utf-8-sig")) if own and own.exists() else {}
    regions = (*service["regions"], *(added.get("regions", {}).keys() - service["regions"].keys()))
    rows = {row["id"]: endpoints[row["endpoint"]] | row for row in models["models"]}
    for row in added.get("models", ()):
        endpoint = row.get("endpoint") or _endpoint_of(row["id"], models)
        new = endpoints[endpoint] | {"endpoint": endpoint, "voices": row["id"], "regions": regions}
        rows[row["id"]] = _override(rows.get(row["id"], new), row)
    voices = {row["id"]: row for name in _VOICE_FILES for row in _read(name)["voices"]}
    for row in added.get("voices", ()):
        sets = {"sets": [rows[model]["voices"] for model in row["models"]]} if "models" in row else {}
        voices[row["id"]] = {"gender": "female"} | voices.get(row["id"], {}) | row | sets
    return ServiceData(
        regions=regions,
        models={id_: _model(row) for id_, row in rows.items()},
        voices={
            id_: ServedVoice(id=id_, gender=row["gender"], sets=tuple(row["sets"]))
            for id_, row in voices.items()
        },
        language_types=frozenset(names[code] for code in endpoints["generation"]["languages"]) | {"Auto"},
        language_hints=frozenset(endpoints["synthesizer"]["languages"]),
    )


def _endpoint_of(model: str, data: Mapping[str, Any]) -> str:
    prefixes: Mapping[str, str] = data["prefixes"]
    return next(endpoint for prefix, endpoint in prefixes.items() if model.startswith(prefix))


def _override(known: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with what the user's says instead; what is by region is put together by region."""
    tables = {key: known.get(key, {}) | row[key] for key in ("price", "ends") if key in row}
    rate = {"rpm": {"requests": row["rpm"]}} if "rpm" in row else {}
    return {**known, **row, **tables, **rate}


def _model(row: Mapping[str, Any]) -> ServedModel:
    prices = row.get("price", {})
    return ServedModel(
        id=row["id"],
        endpoint=row["endpoint"],
        summary=row.get("summary", ""),
        max_units=row["max_units"],
        max_instruction_units=row.get("max_instruction_units", 0),
        voice_set=row["voices"],
        voice_prefix=row.get("voice_prefix", ""),
        takes=frozenset(row["takes"]),
        regions=tuple(row["regions"]),
        rpm=row["rpm"]["requests"],
        tokens_per_s=max((price.get("tokens_per_s", 0) for price in prices.values()), default=0),
        prices=prices,
        ends={region: end["date"] for region, end in row.get("ends", {}).items()},
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_CATALOG / name).read_text(encoding="utf-8"))
