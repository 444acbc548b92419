"""The models, voices and languages the sandbox knows, from the data file of the client's catalogue."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServedModel:
    """`max_units` limits the text of one request; the legacy models bill tokens instead of characters."""

    id: str
    max_units: int
    voice_set: str
    follows_instructions: bool

    @property
    def legacy(self) -> bool:
        return self.voice_set.startswith("legacy")


@dataclass(frozen=True, slots=True)
class ServedVoice:
    id: str
    gender: str
    sets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceData:
    models: dict[str, ServedModel]
    voices: dict[str, ServedVoice]
    languages: frozenset[str]

    def voice_ids(self, model: ServedModel) -> list[str]:
        return [voice.id for voice in self.voices.values() if model.voice_set in voice.sets]


@cache
def read_service_data() -> ServiceData:
    path = Path(__file__).parent.parent / "dashscope" / "catalog.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    models = (
        ServedModel(row["id"], row["max_units"], row["voices"], row.get("instructions", False))
        for row in data["models"]
    )
    voices = (ServedVoice(row["id"], row["gender"], tuple(row["sets"])) for row in data["voices"])
    return ServiceData(
        models={model.id: model for model in models},
        voices={voice.id: voice for voice in voices},
        languages=frozenset(data["languages"].values()) | {"Auto"},
    )
