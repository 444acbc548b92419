"""What is known of the service, read from `catalog.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

AUTO_LANGUAGE = "Auto"


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the service with its own keys, hosts and models."""

    name: str
    title: str
    id: str
    workspace_host: str
    host: str | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What 10,000 billed characters cost."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Model:
    """`max_units` is the length limit of one request; see `qwentts_cli.text.units`."""

    id: str
    summary: str
    max_units: int
    rpm: int
    voice_set: str
    regions: tuple[str, ...]
    follows_instructions: bool
    prices: dict[str, Price]


@dataclass(frozen=True, slots=True)
class Voice:
    id: str
    name_zh: str
    gender: str
    sets: tuple[str, ...]
    dialect: str | None
    description: str


@dataclass(frozen=True, slots=True)
class Catalog:
    default_region: str
    default_model: str
    default_voice: str
    audio_host_suffix: str
    regions: dict[str, Region]
    languages: dict[str, str]
    models: dict[str, Model]
    voices: dict[str, Voice]

    def voices_of(self, model: Model) -> list[Voice]:
        return [voice for voice in self.voices.values() if model.voice_set in voice.sets]

    def models_of(self, voice: Voice) -> list[Model]:
        return [model for model in self.models.values() if model.voice_set in voice.sets]


@cache
def load_catalog() -> Catalog:
    """Read the catalogue that ships with the program."""
    path = Path(__file__).with_name("catalog.toml")
    data = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return Catalog(
        default_region=data["defaults"]["region"],
        default_model=data["defaults"]["model"],
        default_voice=data["defaults"]["voice"],
        audio_host_suffix=data["audio"]["host_suffix"],
        regions={name: _region(name, row) for name, row in data["regions"].items()},
        languages=data["languages"],
        models={row["id"]: _model(row) for row in data["models"]},
        voices={row["id"]: _voice(row) for row in data["voices"]},
    )


def _region(name: str, row: dict[str, Any]) -> Region:
    return Region(name, row["name"], row["id"], row["workspace_host"], row.get("host"))


def _model(row: dict[str, Any]) -> Model:
    return Model(
        id=row["id"],
        summary=row["summary"],
        max_units=row["max_units"],
        rpm=row["rpm"],
        voice_set=row["voices"],
        regions=tuple(row["regions"]),
        follows_instructions=row.get("instructions", False),
        prices={region: Price(**price) for region, price in row.get("price", {}).items()},
    )


def _voice(row: dict[str, Any]) -> Voice:
    return Voice(
        id=row["id"],
        name_zh=row["name_zh"],
        gender=row["gender"],
        sets=tuple(row["sets"]),
        dialect=row.get("dialect"),
        description=row["description"],
    )
