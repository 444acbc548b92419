"""What is known of the service, read from the files beside this one.

A part is read when it is first asked for, since every command would pay for what it does not use. It is
written as TOML, and read from the JSON made of that: to read the TOML would take a tenth of each `say`.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwentts_cli.dashscope.catalog.rows import (
    Model,
    Region,
    Source,
    Voice,
    read_model,
    read_region,
    read_voice,
)
from qwentts_cli.settings.paths import catalog_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.dashscope.catalog.own import OwnCatalog

AUTO_LANGUAGE = "Auto"
# What stands in the place of a source where the user is it.
OWN_SOURCE = "own-catalog"
_FOLDER = Path(__file__).parent
# In the order in which a name is looked up.
_VOICE_FILES = ("voices-qwen3", "voices-qwen-audio")


class Catalog:
    """Regions, languages, models and voices, and where each fact is from; what the user adds stands above."""

    def __init__(self, own: OwnCatalog | None = None) -> None:
        self._own = own

    @cached_property
    def _service(self) -> dict[str, Any]:
        return read_table("service")

    @property
    def default_region(self) -> str:
        return str(self._service["defaults"]["region"])

    @property
    def default_model(self) -> str:
        return str(self._service["defaults"]["model"])

    @property
    def default_voice(self) -> str:
        return str(self._service["defaults"]["voice"])

    @property
    def provider(self) -> str:
        """Who makes the sound."""
        return str(self._service["provider"]["name"])

    @property
    def audio_host_suffix(self) -> str:
        return str(self._service["audio"]["host_suffix"])

    @property
    def plan_hosts(self) -> list[str]:
        """The hosts for the keys of a Coding or Token Plan."""
        hosts: list[str] = self._service["plans"]["hosts"]
        return hosts

    @property
    def languages(self) -> dict[str, str]:
        """Names by code."""
        languages: dict[str, str] = self._service["languages"]
        return languages

    @property
    def region_rows(self) -> dict[str, dict[str, Any]]:
        rows: dict[str, dict[str, Any]] = self._service["regions"]
        return rows | self._own.regions if self._own else rows

    @cached_property
    def regions(self) -> dict[str, Region]:
        return {name: read_region(name, row) for name, row in self.region_rows.items()}

    @cached_property
    def _models(self) -> dict[str, Any]:
        return read_table("models")

    @cached_property
    def model_rows(self) -> dict[str, dict[str, Any]]:
        rows = {row["id"]: self.endpoint_row(row["endpoint"]) | row for row in self._models["models"]}
        return rows | self._own.models if self._own else rows

    def endpoint_row(self, endpoint: str) -> dict[str, Any]:
        """What models of an endpoint have in common."""
        row: dict[str, Any] = self._models["endpoints"][endpoint]
        return row

    @cached_property
    def models(self) -> dict[str, Model]:
        return {id_: read_model(dict(row)) for id_, row in self.model_rows.items()}

    @cached_property
    def voices(self) -> dict[str, Voice]:
        return {voice.id: voice for voice in self.each_voice()}

    @cached_property
    def sources(self) -> dict[str, Source]:
        rows = {name: Source(**row) for name, row in read_table("sources").items()}
        return rows | {OWN_SOURCE: self._own.source} if self._own else rows

    def each_voice(self) -> Iterator[Voice]:
        """The voices, of which a search that ends early reads only the first file."""
        own = dict(self._own.voices) if self._own else {}
        for name in _VOICE_FILES:
            for voice in _voices(name):
                yield read_voice(own.pop(voice.id)) if voice.id in own else voice
        yield from map(read_voice, own.values())

    def endpoint_of(self, model: str) -> str:
        """The endpoint of a model; that of one which is not known goes by the beginning of its name."""
        known = self.models.get(model)
        if known:
            return known.endpoint
        prefixes: dict[str, str] = self._models["prefixes"]
        return next(endpoint for prefix, endpoint in prefixes.items() if model.startswith(prefix))

    def takes(self, model: str, option: str) -> bool:
        """Whether a model has an option; one that is not known, whether its endpoint has it."""
        known = self.models.get(model)
        options = known.takes if known else self.endpoint_row(self.endpoint_of(model))["takes"]
        return option in options

    def voices_of(self, model: Model) -> list[Voice]:
        return [voice for voice in self.voices.values() if model.voice_set in voice.sets]

    def models_of(self, voice: Voice) -> list[Model]:
        return [model for model in self.models.values() if model.voice_set in voice.sets]


@cache
def load_shipped_catalog() -> Catalog:
    return Catalog()


@cache
def load_catalog() -> Catalog:
    """The catalogue that ships with the program, and what the user's `catalog.toml` adds to it.

    Raises:
        UsageError, LocalError: something is wrong with that file, as `read_own_catalog` says.
    """
    path = catalog_file()
    if not os.path.lexists(path):
        return load_shipped_catalog()
    from qwentts_cli.dashscope.catalog.own import read_own_catalog

    return Catalog(read_own_catalog(path, load_shipped_catalog()))


def read_table(name: str) -> dict[str, Any]:
    """What one of the files says."""
    text = (_FOLDER / f"{name}.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text, parse_float=Decimal, object_hook=_read_dates)
    return table


def _read_dates(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"date": dt.date.fromisoformat(row["date"])} if "date" in row else row


@cache
def _voices(name: str) -> list[Voice]:
    data = read_table(name)
    return [read_voice({"source": data["source"]} | row) for row in data["voices"]]
