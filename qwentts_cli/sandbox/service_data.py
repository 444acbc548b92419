"""The models, voices and languages the sandbox knows, from the data files of the client's catalogue."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_VOICE_FILES = ("voices-qwen3.toml", "voices-qwen-audio.toml")


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
    models = _read("models.toml")
    endpoint = models["endpoints"]["generation"]
    names = _read("service.toml")["languages"]
    voices = [
        row for name in ("voices-qwen3.toml", "voices-qwen-audio.toml") for row in _read(name)["voices"]
    ]
    return ServiceData(
        models={
            row["id"]: _model(endpoint | row) for row in models["models"] if row["endpoint"] == "generation"
        },
        voices={row["id"]: ServedVoice(row["id"], row["gender"], tuple(row["sets"])) for row in voices},
        languages=frozenset(names[code] for code in endpoint["languages"]) | {"Auto"},
    )


def _model(row: dict[str, Any]) -> ServedModel:
    return ServedModel(row["id"], row["max_units"], row["voices"], "instructions" in row["takes"])


def _read(name: str) -> dict[str, Any]:
    path = Path(__file__).parents[1] / "dashscope" / "catalog" / name
    return tomllib.loads(path.read_text(encoding="utf-8"))
